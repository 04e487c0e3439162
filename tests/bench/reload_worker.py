"""A worker process as `flask worker` runs it, with a thread beside it that says when this process sees a change.

Argument: the folder of definition files that it watches. It prints `kind value time` for each value it sees first.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import catalog, create_app
from app.cli.serve import keep_what_stays
from app.deadlines import calendar_of
from app.kernel import database
from app.tenancy import settings
from app.tenancy.queries import tenant_by_slug
from app.workers import folders, run_forever

EVERY = 0.05
TABLE, FORM, YEAR = "time_limit", "submit_complaint", 2030
PHONE = "contact_phone"


def _table(session: Session, tenant_id: UUID) -> str:
    return str(catalog.compiled(session, tenant_id, "decision", TABLE)[0].hash)


def _form(session: Session, tenant_id: UUID) -> str:
    return str(catalog.compiled(session, tenant_id, "form", FORM)[0].hash)


def _calendar(session: Session, tenant_id: UUID) -> str:
    days = calendar_of(session, tenant_id).entries
    return next((one.name for on, one in days.items() if on.year == YEAR and one.name.startswith("mark")), "")


def _settings(session: Session, _tenant_id: UUID) -> str:
    return str(settings.value(session, PHONE, ""))


LOOKS: dict[str, Callable[[Session, UUID], str]] = {
    "table": _table, "form": _form, "calendar": _calendar, "settings": _settings}
"""As this process answers now, through its own caches."""


def _watch(tenant_id: UUID, wanted: list[str], stop: threading.Event) -> None:
    known: dict[str, str] = {}
    while not stop.wait(EVERY):
        for kind in wanted:
            with database.current().read(tenant_id) as session:
                value = LOOKS[kind](session, tenant_id)
            if known.get(kind) != value:
                known[kind] = value
                sys.stdout.write(f"{kind} {value or '-'} {time.time():.4f}\n")
                sys.stdout.flush()


def main() -> None:
    """Each line of the standard input names the kind to look at; its end is the end."""
    app = create_app()
    keep_what_stays()
    folders._watch = folders.Watch(Path(sys.argv[1]))
    stop, wanted = threading.Event(), list[str]()
    with app.app_context():
        office: Any = tenant_by_slug("demo")
        threads = [threading.Thread(target=run_forever, args=(stop,), daemon=True),
                   threading.Thread(target=_watch, args=(office.tenant_id, wanted, stop), daemon=True)]
        for thread in threads:
            thread.start()
        for line in sys.stdin:
            wanted[:] = [line.strip()]
        stop.set()
        for thread in threads:
            thread.join(20)


if __name__ == "__main__":
    main()
