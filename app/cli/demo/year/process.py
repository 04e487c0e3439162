"""Filling as a process: in the foreground of a terminal, before the first page of `make run`, and behind it, where it
gives way to everybody."""

from __future__ import annotations

import os
import signal
import sys
import threading
from uuid import UUID

from app.cli.demo.year import filling
from app.cli.demo.year.player import Stopped
from app.kernel import database
from app.kernel.errors import Conflict, NotFound, msg
from app.tenancy import show
from app.tenancy.queries import tenant_by_slug

SETTING, CASES = "DEMO_CASES", 2000
NICE = 10
WORDS = (sys.executable, "-m", "flask", "--app", "app", "demo", "year", "--behind")
"""The command of the process behind `make run`."""


def wanted() -> int:
    """How many requests a new demo office gets: the setting, else 2,000. ValueError for what is no number."""
    text = os.environ.get(SETTING, "").strip()
    if text and not text.isdecimal():
        raise ValueError(f"{SETTING} is {text!r}: a number of requests, 0 for none")
    return int(text) if text else CASES


def fill(slug: str, cases: int, seed: int, say: filling.Say) -> bool:
    """Begin, or go on with what was begun, until all is there. False when it was all there.

    Raises NotFound, Conflict for an office that is no demo.
    """
    tenant_id = _office(slug)
    filling.start(tenant_id, cases, seed)
    return filling.go_on(tenant_id, say)


def first_part(slug: str = "demo", heard: filling.Heard | None = None) -> int:
    """Bring in the first part of an office that has none yet; how many requests came."""
    tenant = tenant_by_slug(slug)
    if tenant is None or (before := _progress(tenant.tenant_id)) is None or before.parts_done:
        return 0
    filling.go_on(tenant.tenant_id, until=1, heard=heard)
    after = _progress(tenant.tenant_id)
    return after.cases if after is not None else 0


def left(slug: str = "demo") -> int:
    """How many requests an office still has to get; 0 for one that gets none."""
    tenant = tenant_by_slug(slug)
    if tenant is None:
        return 0
    found = _progress(tenant.tenant_id)
    return found.wanted - found.cases if found is not None and not found.done else 0


def behind(slug: str) -> None:
    """Go on with what was begun, giving way to everybody; a signal leaves the part in hand for the next time."""
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    os.nice(NICE)
    try:
        filling.go_on(_office(slug), stop=stop)
    except Stopped:
        return
    except Conflict as error:  # another process brought the part in: that one goes on
        sys.stderr.write(f"  demo year: {error}\n")


def line(told: show.Progress) -> str:
    """One line for a terminal."""
    return f"part {told.parts_done} of {told.parts}: {told.cases} of {told.wanted} requests"


def _progress(tenant_id: UUID) -> show.Progress | None:
    with database.current().read(tenant_id) as session:
        return show.progress(session)


def _office(slug: str) -> UUID:
    tenant = tenant_by_slug(slug)
    if tenant is None:
        raise NotFound(msg("There is no such office."))
    return tenant.tenant_id
