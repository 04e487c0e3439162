"""Sets a replay up and takes it down: database, office, virtual clock, people."""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine

from app.cli.demo import office
from app.cli.demo.replay.behaviour import Behaviour
from app.cli.demo.replay.desk import Desk, Known
from app.cli.demo.replay.messages import Fault, Message, read
from app.cli.demo.replay.outages import Outages
from app.cli.demo.replay.people import People
from app.cli.demo.replay.play import Play
from app.cli.demo.replay.report import Report, report
from app.cli.demo.replay.second_looks import SecondLooks
from app.cli.demo.replay.states import checking
from app.cli.demo.replay.visitors import Visitors
from app.cli.migrate import upgrade
from app.deadlines import calendar_of
from app.kernel import clock, database, ids
from app.kernel.clock import VirtualClock
from app.kernel.database import Database
from app.kernel.errors import Conflict, Invalid, msg
from app.tenancy.queries import tenant_by_slug, tenants

ZONE = "Asia/Shanghai"
YEARS_AFTER = 2
STATEMENTS = 4_000
"""Compiled statements to keep; a play uses more different ones than the library's default."""


@dataclass(frozen=True)
class Wanted:
    """What is to be played. `url` None: a database of its own that is thrown away."""

    file: Path
    limit: int | None = None
    seed: int = 1
    slug: str = "replay"
    url: str | None = None
    check_state: bool = True
    behaviour: Path | None = None


def replay(wanted: Wanted) -> Report:
    """Play a table of messages. Raises NotFound, Invalid for a table that is not known, Conflict for a taken slug."""
    messages, faults = read(wanted.file, ZONE, wanted.limit)
    if not messages:
        raise Invalid(msg("No row of this table can be played."))
    began = time.perf_counter()
    with _database(wanted.url):
        if tenant_by_slug(wanted.slug) is not None:
            raise Conflict(msg("There is an office %(slug)s already: name another with --tenant."), slug=wanted.slug)
        until = clock.now() if tenants() else None
        office.publish_base()
        with (clock.use(VirtualClock(messages[0].at)) as virtual, ids.seeded(f"{wanted.slug} {wanted.seed}"),
              _rare_collections()):
            assert isinstance(virtual, VirtualClock)  # noqa: S101  what `use` was given
            years = range(messages[0].at.year, messages[-1].at.year + YEARS_AFTER)
            tenant_id = office.create(wanted.slug, years=years)
            return _played(wanted, tenant_id, virtual, messages, faults, until, began)


def _played(wanted: Wanted, tenant_id: UUID, virtual: VirtualClock, messages: list[Message], faults: list[Fault],
            until: datetime | None, began: float) -> Report:
    with database.current().read(tenant_id) as session:
        calendar = calendar_of(session, tenant_id)
    how = Behaviour(wanted.seed, calendar, wanted.behaviour)
    people, cases = People.of(tenant_id, how), dict[UUID, Known]()
    with Outages().in_force() as outages, checking(tenant_id) if wanted.check_state else nullcontext() as check:
        looks = SecondLooks(people, how, cases)
        visitors = Visitors(people, how, cases, outages, looks)
        play = Play(tenant_id, virtual, Desk(people, how, cases, ZoneInfo(ZONE)), visitors)
        played = play.run(messages, until=until)
    played.faults = sorted([*faults, *played.faults], key=lambda fault: fault.line)
    return report(tenant_id, played, calendar, len(messages) + len(faults), time.perf_counter() - began, check)


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Let Python look for cyclic garbage more rarely: a fifth of the time of a play else."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def _database(url: str | None) -> Iterator[None]:
    """Install the database to play on; the one before comes back at the end."""
    before = database.installed()
    with tempfile.TemporaryDirectory(prefix="yikou-replay-") as folder:
        engine = create_engine(url or f"sqlite:///{Path(folder) / 'replay.db'}", query_cache_size=STATEMENTS)
        try:
            database.install(Database(engine))
            upgrade(engine)
            yield
        finally:
            engine.dispose()
            if before is not None:
                database.install(before)
