"""Fills a demo office with a year of requests, part by part; what is there stays, and a stop loses at most one part."""

from __future__ import annotations

import gc
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from app import deadlines, notifications
from app.cli.demo.year import arrivals, moving, parts, player
from app.cli.demo.year.aside import Workshop
from app.deadlines import WorkCalendar
from app.kernel import clock, database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.unit_of_work import transact
from app.tenancy import show

SEED = 1
Say = Callable[[show.Progress], None]
Heard = Callable[[], None]


@dataclass(frozen=True)
class Sizes:
    """How many requests the first part holds, and each one behind it."""

    first: int = parts.FIRST
    following: int = parts.NEXT


def start(tenant_id: UUID, cases: int, seed: int = SEED, sizes: Sizes = Sizes()) -> bool:
    """Note what the office is to get: requests up to yesterday. False when it was noted before.

    Raises Conflict for an office that is no demo.
    """
    calendar = _calendar(tenant_id)
    last_day = clock.now().astimezone(calendar.zone).date() - timedelta(days=1)
    years = range((last_day - timedelta(days=arrivals.DAYS)).year, last_day.year + 1)
    transact(tenant_id, SYSTEM, lambda uow: deadlines.seed(uow.session, tenant_id, years))
    answer = dispatch(show.StartFilling(tenant_id=tenant_id, actor=SYSTEM, seed=seed, wanted=cases, last_day=last_day,
                                        parts=parts.count(cases, sizes.first, sizes.following)))
    return bool(answer["started"])


def go_on(tenant_id: UUID, say: Say = lambda _progress: None, sizes: Sizes = Sizes(),
          stop: threading.Event | None = None, until: int | None = None, heard: Heard | None = None) -> bool:
    """Bring in the parts that are missing. False when the office gets no requests, or has them all.

    `until`: end once so many parts are there; `heard`: called for each request of a part that was handed in.
    Raises player.Stopped in the middle of a part once `stop` is set; what is there stays.
    """
    found = _progress(tenant_id)
    if found is None or found.done:
        return False
    cut = _cut(tenant_id, found.seed, found.wanted, found.last_day, sizes)
    with tempfile.TemporaryDirectory(prefix="yikou-year-") as folder, _rare_collections(), _unheard():
        workshop = Workshop(Path(folder))
        for number in range(found.parts_done, len(cut) if until is None else min(until, len(cut))):
            _part(workshop, tenant_id, cut[number], found.seed, number, player.Ear(stop, heard))
            told = _progress(tenant_id)
            assert told is not None  # noqa: S101  its row is there, or `move` had failed
            say(told)
    return True


def _part(workshop: Workshop, tenant_id: UUID, requests: list[arrivals.Arrival], seed: int, number: int,
          ear: player.Ear) -> None:
    """Play one part aside, then bring it in. The ids follow from the seed: a part that was cut short comes again."""
    now = clock.now()
    with workshop.aside(tenant_id) as aside:
        player.play(tenant_id, requests, f"{tenant_id} {seed} {number}", seed * 1000 + number, now, ear)
        rows, counts = moving.gather(aside, tenant_id, now), moving.counters(aside, tenant_id)
    moving.move(tenant_id, rows, counts, number)


def _cut(tenant_id: UUID, seed: int, cases: int, last_day: date, sizes: Sizes) -> list[list[arrivals.Arrival]]:
    calendar = _calendar(tenant_id)
    year = arrivals.year(arrivals.Wanted(cases, seed, last_day, calendar.zone), calendar)
    return parts.parts(year, sizes.first, sizes.following)


def _calendar(tenant_id: UUID) -> WorkCalendar:
    with database.current().read(tenant_id) as session:
        return deadlines.calendar_of(session, tenant_id)


def _progress(tenant_id: UUID) -> show.Progress | None:
    with database.current().read(tenant_id) as session:
        return show.progress(session)


@contextmanager
def _unheard() -> Iterator[None]:
    """Messages of a play are stored for the demo's own page, whatever channels the installation has."""
    with notifications.stored_only():
        yield


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Let Python look for cyclic garbage more rarely: a fifth of the time of a play else."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
