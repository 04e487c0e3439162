"""The legal clock: 10,000 random lives against the minute-by-minute oracle, and a change of the calendar that moves 2,000
clocks of 1,000 open requests, on both databases."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from app import create_app
from app.cases import queries
from app.cases.model import Case
from app.deadlines import DeadlineBook
from app.deadlines.calendars import calendar_of, seed
from app.deadlines.commands import SaveCalendarDay
from app.deadlines.model import Deadline
from app.engine.model import ProcessInstance, TimerRow
from app.kernel import bus, clock, database
from app.kernel.commands import SYSTEM
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork, transact
from app.tenancy.commands import CreateTenant
from tests.databases import Copies, migrate, require_postgres
from tests.unit.deadlines.plays import differences

SEED, CALENDARS, EACH = 20261126, 100, 100
CASES, REPEATS = 1_000, 5
CLOCKS = {"reply": {"amount": 5, "unit": "wd", "warn": Decimal("0.8")}, "contact": {"amount": 20, "unit": "wh", "warn": None}}
DAY = "2026-11-24"
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
STATE = b"\0" * 40_000
"""As large as a case's state is in the middle of its life; reading it would show."""


def _fill(uow: UnitOfWork) -> None:
    """Open requests with two clocks each, begun over the last days; every tenth waits for its resident."""
    for number in range(CASES):
        case_id, instance = new_id(), new_id()
        began = MONDAY - timedelta(minutes=number)
        uow.session.add(ProcessInstance(tenant_id=uow.tenant_id, id=instance, process_id="p", definition_hash="0" * 64,
                                        business_key=str(case_id), state=STATE, started_at=began))
        uow.session.flush()
        uow.session.add(Case(
            tenant_id=uow.tenant_id, id=case_id, number=f"2026-{number:06}", channel="web", text="垃圾三天没有清运。" * 20,
            unit="LRS", module="CS", urgency="normal", instance_id=instance, token_hash=f"{number:064}",
            submitted_at=began, phase_at=began, status="open"))
        book = DeadlineBook(case_id, began, {}, lambda: calendar_of(uow.session, uow.tenant_id))
        for name, budget in CLOCKS.items():
            book.start(name, budget)
        if number % 10 == 0:
            book.now = MONDAY
            book.pause("reply")
        book.save(uow.session, uow.tenant_id)
        uow.session.add_all(TimerRow(tenant_id=uow.tenant_id, id=new_id(), instance_id=instance, element_id="t",
                                     clock=f"{name}.due_at", due_at=book.fires_at(f"{name}.due_at")) for name in CLOCKS)


def _reproject(kind: str, url: str) -> dict[str, Any]:
    migrate(url)
    create_app({"DATABASE_URL": url})
    tenant_id, taken = new_id(), []
    with clock.use(clock.VirtualClock(MONDAY)):
        bus.dispatch(CreateTenant(tenant_id=tenant_id, actor=SYSTEM, slug="bench", name_zh="测试", name_en="Bench"))
        transact(tenant_id, SYSTEM, lambda uow: seed(uow.session, tenant_id, range(2026, 2027)))
        transact(tenant_id, SYSTEM, _fill)
        for number in range(REPEATS):
            change = SaveCalendarDay(  # a holiday, and then back: the day works as its weekday does
                tenant_id=tenant_id, actor=SYSTEM, on=DAY, kind="work" if number % 2 else "rest", source="bench",
                was=DAY if number else "")
            began = time.perf_counter()
            moved = bus.dispatch(change)["moved"]
            taken.append(time.perf_counter() - began)
            assert moved == CASES * len(CLOCKS), (number, moved)
        told = bus.rehearse(SaveCalendarDay(tenant_id=tenant_id, actor=SYSTEM, on="2026-11-25", kind="rest", source="bench"),
                            queries.recalculated)
        assert told is not None and told.clocks == CASES * len(CLOCKS)
        with database.current().read(tenant_id) as session:
            assert session.query(Deadline).count() == CASES * len(CLOCKS)
    return {"figure": "reproject_1000.s", "database": kind, "value": round(sorted(taken)[REPEATS // 2], 2),
            "worst": round(max(taken), 2), "clocks": CASES * len(CLOCKS), "raw": taken}


def figures() -> Iterator[dict[str, Any]]:
    """First the differences, then the seconds."""
    began = time.perf_counter()
    found = differences(SEED, CALENDARS, EACH)
    yield {"figure": "deadline_oracle.differences", "value": len(found), "lives": CALENDARS * EACH, "seed": SEED,
           "seconds": round(time.perf_counter() - began, 1), "raw": found[:20]}
    kinds: list[tuple[str, Callable[[], None]]] = [("sqlite", lambda: None), ("postgresql", require_postgres)]
    for kind, need in kinds:
        need()
        with tempfile.TemporaryDirectory() as name:
            copies = Copies("postgres" if kind == "postgresql" else kind, Path(name))
            yield _reproject(kind, copies.empty())
            copies.drop_all()
