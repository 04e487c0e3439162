"""A worker process as `flask worker` runs it, with a thread beside it that says when this process sees a change.

Arguments: the folder of definition files that it watches. It prints `kind value time` for each value it sees first.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from app import catalog, create_app
from app.cli.serve import keep_what_stays
from app.deadlines import calendar_of
from app.kernel import database
from app.tenancy import settings
from app.tenancy.queries import tenant_by_slug
from app.workers import folders, run_forever

EVERY = 0.04
TABLE, FORM, YEAR = "time_limit", "submit_complaint", 2030
PHONE = "contact_phone"


def _look(tenant_id: UUID) -> dict[str, str]:
    """As this process answers now, through its own caches."""
    with database.current().read(tenant_id) as session:
        table = catalog.compiled(session, tenant_id, "decision", TABLE)[0]
        form = catalog.compiled(session, tenant_id, "form", FORM)[0]
        days = calendar_of(session, tenant_id).entries
        day = next((one.name for on, one in days.items() if on.year == YEAR and one.name.startswith("mark")), "")
        return {"table": table.hash, "form": form.hash, "calendar": day,
                "settings": str(settings.value(session, PHONE, ""))}


def _watch(tenant_id: UUID, stop: threading.Event) -> None:
    known: dict[str, str] = {}
    while not stop.is_set():
        for kind, value in _look(tenant_id).items():
            if known.get(kind) != value:
                known[kind] = value
                sys.stdout.write(f"{kind} {value or '-'} {time.time():.4f}\n")
                sys.stdout.flush()
        stop.wait(EVERY)


def main() -> None:
    """Until the standard input is closed."""
    app = create_app()
    keep_what_stays()
    folders._watch = folders.Watch(Path(sys.argv[1]))
    stop = threading.Event()
    with app.app_context():
        office: Any = tenant_by_slug("demo")
        threads = [threading.Thread(target=run_forever, args=(stop,), daemon=True)]
        if "--quiet" not in sys.argv:
            threads.append(threading.Thread(target=_watch, args=(office.tenant_id, stop), daemon=True))
        for thread in threads:
            thread.start()
        sys.stdin.read()
        stop.set()
        for thread in threads:
            thread.join(20)


if __name__ == "__main__":
    main()
