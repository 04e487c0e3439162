"""What a process counts about itself, in the format of Prometheus; served on a port of its own, where one is set.

Labels are names of the code (kinds of commands and events, queues), never of offices or people. Counters are those of
one process; what stands in the database is asked at each look (`app.workers.depth`).
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client import Counter, Gauge, Histogram, make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

log = logging.getLogger(__name__)
COMMANDS = Counter("yikou_commands", "Commands by kind and end: done, refused (told to a person) or failed.",
                   ["kind", "end"])
SECONDS = Histogram("yikou_command_seconds", "From the beginning of a command to its commit.",
                    buckets=(.005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10))
EVENTS = Counter("yikou_events", "Events recorded by type, also in transactions that were rolled back.", ["type"])
STEPS = Counter("yikou_engine_steps", "Steps of process instances written.")
PIECES = Counter("yikou_worker_pieces", "Pieces of work done, by kind.", ["kind"])
FAILURES = Counter("yikou_worker_failures", "Kinds of work that ended in an error as a whole.", ["kind"])
LOOKED = Gauge("yikou_worker_looked_at_seconds", "When the worker last looked for work, as a Unix time.")
KIND_LOOKED = Gauge("yikou_worker_kind_looked_at_seconds", "As yikou_worker_looked_at_seconds, by kind of work.",
                    ["kind"])
LATENESS = Histogram("yikou_lateness_seconds", "How long a piece was due when a worker took it, by queue.", ["queue"],
                     buckets=(.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 3600))


@contextmanager
def counted(kind: str, refusal: type[Exception]) -> Iterator[None]:
    """Around one command. An error of the kind `refusal` is an answer, not a fault."""
    began, end = time.perf_counter(), "failed"
    try:
        yield
        end = "done"
    except refusal:
        end = "refused"
        raise
    finally:
        COMMANDS.labels(kind, end).inc()
        SECONDS.observe(time.perf_counter() - began)


def serve(name: str, ready: Callable[[], str] = lambda: "") -> bool:
    """Answer on `METRICS_HOST` (127.0.0.1) and the port that the environment variable `name` says, if it does.

    `/ready` there is 200 with `ok` while `ready` has nothing to complain of, and 503 with its words otherwise.
    """
    port = os.environ.get(name, "")
    if not port:
        return False
    host = os.environ.get("METRICS_HOST") or "127.0.0.1"
    try:
        server = make_server(host, int(port), _answering(ready), ThreadingWSGIServer, handler_class=_Quiet)
    except OSError as error:  # two processes of a kind on one machine: the work matters more than its figures
        log.error("no metrics: %s:%s: %s", host, port, error)
        return False
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    log.info("metrics on http://%s:%s/", host, port)
    return True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """A look every few seconds is no news."""


def _answering(ready: Callable[[], str]) -> Callable[[Any, Any], Iterable[bytes]]:
    figures = make_wsgi_app()

    def answer(environ: Any, start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != "/ready":
            return figures(environ, start_response)  # type: ignore[no-any-return]
        problem = ready()
        start_response("503 Service Unavailable" if problem else "200 OK", [("Content-Type", "text/plain")])
        return [f"{problem or 'ok'}\n".encode()]

    return answer
