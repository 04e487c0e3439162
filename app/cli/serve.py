"""The web process of `make run`: waitress on one port."""

from __future__ import annotations

import gc
import os
import sys

import waitress

from app import create_app
from app.kernel import metrics, wakeups


def main() -> None:
    """Serve until a signal ends the process; waitress closes its connections on SystemExit."""
    import signal

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    port = int(os.environ.get("PORT") or "8000")
    host = os.environ.get("HOST") or "127.0.0.1"
    app = create_app()
    keep_what_stays()
    sys.stdout.write(f"\n  Yikou 一口 is ready: http://{host}:{port}/\n\n")
    sys.stdout.flush()
    metrics.serve("WEB_METRICS_PORT")
    with wakeups.enabled():
        # what a proxy says of the visitor's address is believed or dropped by the application, which counts the proxies
        waitress.serve(app, host=host, port=port, threads=8, ident="yikou", _quiet=True,
                       clear_untrusted_proxy_headers=not int(app.config["TRUSTED_PROXIES"]))


COLLECT_AFTER = 20_000
"""So many new objects, and Python looks for garbage: a page makes thousands, and hardly any of them in circles."""


def keep_what_stays() -> None:
    """Let Python no longer look for garbage among what was made at the start: a page would wait a tenth of a second."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)


if __name__ == "__main__":
    main()
