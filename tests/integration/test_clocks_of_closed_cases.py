"""The migration that ends the clocks of cases closed before clocks ended with their case; and calendars that change while
somebody computes on them."""

from __future__ import annotations

import importlib.util
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from alembic.migration import MigrationContext
from alembic.operations import Operations

from app import assemble
from app.cases.model import Case
from app.deadlines import DeadlineBook, calendar_of, calendars
from app.deadlines.commands import SaveCalendarDay
from app.deadlines.model import CalendarDay, Deadline, DeadlineAct
from app.engine.model import ProcessInstance
from app.kernel import bus, clock
from app.kernel import database as kernel_database
from app.kernel.commands import SYSTEM
from app.kernel.database import Database
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork, transact
from app.tenancy.commands import CreateTenant

VERSIONS = Path(__file__).resolve().parents[2] / "migrations" / "versions"
OFFICE = UUID("01900000-0000-7000-8000-00000000ca1e")
BEGAN = datetime(2026, 11, 23, 2, tzinfo=UTC)
FIVE = {"amount": 5, "unit": "wd", "warn": None}


def migration() -> Any:
    [path] = VERSIONS.glob("*_end_clocks_of_closed_cases.py")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_office() -> None:
    assemble()
    bus.dispatch(CreateTenant(tenant_id=OFFICE, actor=SYSTEM, slug="clocks", name_zh="钟", name_en="Clocks"))


def case(uow: UnitOfWork, number: int, *, closed: bool, paused: bool = False) -> UUID:
    """A case with one clock, as older versions left it."""
    case_id, instance = new_id(), new_id()
    uow.session.add(ProcessInstance(tenant_id=OFFICE, id=instance, process_id="p", definition_hash="0" * 64, state=b"",
                                    business_key=str(case_id), started_at=BEGAN))
    uow.session.flush()
    uow.session.add(Case(
        tenant_id=OFFICE, id=case_id, number=f"N-{number}", channel="web", text="x", token_hash=f"{number:064}",
        instance_id=instance, submitted_at=BEGAN, phase_at=BEGAN, status="closed" if closed else "open",
        closed_at=BEGAN + timedelta(days=1) if closed else None))
    book = DeadlineBook(case_id, BEGAN, {}, lambda: calendar_of(uow.session, OFFICE))
    book.start("reply", FIVE)
    if paused:
        book.now = BEGAN + timedelta(hours=1)
        book.pause("reply")
    book.save(uow.session, OFFICE)
    return case_id


def rows(model: Any) -> list[Any]:
    with kernel_database.current().read(OFFICE) as session:
        return list(session.query(model).order_by(model.id))


def test_clocks_of_closed_cases_are_dropped_and_no_others(database: Database) -> None:
    make_office()
    with clock.use(clock.VirtualClock(BEGAN)):
        closed = transact(OFFICE, SYSTEM, lambda uow: [
            case(uow, 1, closed=True), case(uow, 2, closed=True, paused=True)])
        transact(OFFICE, SYSTEM, lambda uow: case(uow, 3, closed=False))
    for _ in range(2):  # a second time there is nothing to do
        with database.engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
            migration().upgrade()
    found = {row.case_id: row for row in rows(Deadline)}
    assert [(found[one].state, found[one].stopped_at, found[one].breached_at) for one in closed] == [
        ("dropped", BEGAN + timedelta(days=1), None)] * 2
    assert found[closed[1]].paused_at is not None and [row.state for row in found.values()].count("running") == 1
    kinds = [(act.kind, act.at) for act in rows(DeadlineAct) if act.deadline_id == found[closed[1]].id]
    assert kinds == [("start", BEGAN), ("pause", BEGAN + timedelta(hours=1)), ("drop", BEGAN + timedelta(days=1))]
    if database.dialect == "postgresql":
        with database.engine.connect() as connection:
            forced = connection.exec_driver_sql(
                "SELECT relname FROM pg_class WHERE relname IN ('deadline', 'deadline_act', 'service_case') AND "
                "NOT relforcerowsecurity").all()
        assert forced == [], "row-level security is as before"


def test_a_clock_begun_while_the_calendar_changes_is_not_forgotten(database: Database) -> None:
    """A case begins on the old calendar and commits only after the change has looked for open clocks: the change waits
    for it, looks again and moves it, too. SQLite has one writer at a time; there the case is first anyway."""
    make_office()
    computed, done = threading.Event(), threading.Event()
    dates: list[datetime] = []

    def begin(uow: UnitOfWork) -> None:
        calendars.calendar_to_act_on(uow.session, OFFICE)  # what a step does before it computes
        case_id = case(uow, 1, closed=False)
        dates.append(uow.session.query(Deadline).filter(Deadline.case_id == case_id).one().due_at)
        computed.set()
        done.wait(1.5)  # the change is under way meanwhile

    thread = threading.Thread(target=lambda: transact(OFFICE, SYSTEM, begin))
    thread.start()
    assert computed.wait(10)
    bus.dispatch(SaveCalendarDay(tenant_id=OFFICE, actor=SYSTEM, on="2026-11-25", kind="rest", source="x"))
    done.set()
    thread.join(10)
    [row] = rows(Deadline)
    assert row.due_at == dates[0] + timedelta(days=1)


def test_the_calendar_that_a_step_reads_is_the_one_after_the_change_it_waited_for(database: Database) -> None:
    """The other way round: a step that begins while the change holds the calendar back computes on the new one."""
    make_office()
    changed, dates = threading.Event(), list[datetime]()

    def change(uow: UnitOfWork) -> None:
        uow.session.add(CalendarDay(tenant_id=OFFICE, on=datetime(2026, 11, 25).date(), kind="rest", name="", source="x"))
        uow.session.flush()
        calendars.hold_back(uow.session, OFFICE)
        changed.set()
        threading.Event().wait(0.5)

    def step(uow: UnitOfWork) -> None:
        book = DeadlineBook.load(uow.session, OFFICE, new_id(), BEGAN, acting=True)
        started = book.start("reply", FIVE)
        assert started is not None
        dates.append(started.act.due_at)

    thread = threading.Thread(target=lambda: transact(OFFICE, SYSTEM, change))
    thread.start()
    assert changed.wait(10)
    transact(OFFICE, SYSTEM, step)
    thread.join(10)
    assert dates == [datetime(2026, 12, 1, 2, tzinfo=UTC)], "one working day later than without the holiday"
