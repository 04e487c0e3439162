"""Milliseconds for a page of the inbox with 1,000 open tasks, tabs counted, filtered and in each order, on both databases."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app import create_app
from app.auth.model import Membership, User
from app.cases import placing, queries
from app.cases.inbox_filter import SORTS
from app.cases.model import Case
from app.deadlines.model import Deadline
from app.engine.model import OpenTaskGroup, OpenTaskRow, ProcessInstance
from app.kernel import clock, database
from app.kernel.commands import SYSTEM, Actor
from app.kernel.ids import new_id
from app.kernel.unit_of_work import transact
from tests.bench.bench_search import _text
from tests.databases import Copies, migrate, require_postgres

SIZE, ASKED, UNITS = 1_000, 120, 12
WANTED = [queries.InboxFilter(scope=scope, sort=sort, **more) for scope in ("group", "all", "mine") for sort in SORTS
          for more in ({}, {"due": "late"}, {"taken": "no", "urgency": "urgent"}, {"q": "12"})]


def _fill(tenant_id: UUID, source: random.Random, people: list[UUID]) -> None:
    """A thousand open cases and four times as many closed ones behind them."""
    def write(uow: Any, start: int) -> None:
        for number in range(start, start + 500):
            _case(uow, source, number, people)
    for start in range(0, SIZE * 5, 500):
        transact(tenant_id, SYSTEM, lambda uow, start=start: write(uow, start))


def _case(uow: Any, source: random.Random, number: int, people: list[UUID]) -> None:
    is_open, now, unit = number < SIZE, uow.now, f"U{source.randrange(UNITS)}"
    case_id, instance = new_id(), new_id()
    uow.session.add(ProcessInstance(tenant_id=uow.tenant_id, id=instance, process_id="p", definition_hash="0" * 64,
                                    state=b"", started_at=now))
    case = Case(
        tenant_id=uow.tenant_id, id=case_id, number=f"2026-{number:06}", channel="web", text=_text(source, 160),
        unit=unit, module="CS", urgency=source.choice(("normal", "urgent")), instance_id=instance,
        token_hash=f"{number:064}", submitted_at=now, phase_at=now, status="open" if is_open else "closed", service=None)
    uow.session.add(case)
    due = now + timedelta(hours=source.randrange(-200, 200))
    uow.session.add(Deadline(tenant_id=uow.tenant_id, case_id=case_id, name="reply", started_at=now, due_at=due,
                             state="running" if is_open else "stopped", budget={"amount": 5, "unit": "wd"},
                             warn_at=due - timedelta(hours=30), first_due_at=due))
    uow.session.flush()
    if not is_open:
        return
    task, groups = new_id(), ["handler@LRS", f"handler@{unit}"]
    uow.session.add(OpenTaskRow(
        tenant_id=uow.tenant_id, id=task, instance_id=instance, business_key=str(case_id), process_id="p",
        element_id="e", name="办理", name_en="Handle", groups=groups, properties={}, opened_at=now,
        priority=source.choice((50, 70, 90)), variables={"text": _text(source, 400)},
        claimed_by=source.choice([None, *people]), queue=placing.queue_of(groups, None),
        **placing.dates(None, due, due - timedelta(hours=30)),
        **{name: getattr(case, name) for name in placing.OF_CASE}))
    uow.session.add_all(OpenTaskGroup(tenant_id=uow.tenant_id, task_id=task, group_name=one) for one in groups)


def _people(tenant_id: UUID) -> list[UUID]:
    def write(uow: Any) -> list[UUID]:
        found = [new_id() for _ in range(10)]
        uow.session.add_all(User(tenant_id=tenant_id, id=one, login=f"p{at}", name=f"P{at}", created_at=uow.now)
                            for at, one in enumerate(found))
        uow.session.add_all(Membership(tenant_id=tenant_id, user_id=one, role="handler", unit_code="LRS")
                            for one in found)
        return found
    return transact(tenant_id, SYSTEM, write)


def _measure(kind: str, url: str) -> dict[str, Any]:
    migrate(url)
    create_app({"DATABASE_URL": url})
    source, tenant_id = random.Random(1), new_id()  # noqa: S311  a bench must repeat
    people = _people(tenant_id)
    _fill(tenant_id, source, people)
    if kind == "postgresql":  # what autovacuum does by itself within a minute or so
        with database.current().engine.connect() as connection:
            connection.execute(text("ANALYZE"))
            connection.commit()
    reader = Actor(user_id=people[0], roles=frozenset({"handler", "supervisor"}),
                   groups=frozenset({"handler", "handler@LRS", "supervisor"}))
    taken = []
    for number in range(ASKED):
        wanted = WANTED[number % len(WANTED)]
        with database.current().read(tenant_id) as session:
            began = time.perf_counter()
            page = queries.inbox_page(session, reader, wanted, 1 + number % 3)
            taken.append((time.perf_counter() - began) * 1000)
            assert page.counts["all"] == SIZE and clock.now()
    taken.sort()
    return {"figure": "inbox_1000.ms", "database": kind, "value": round(taken[int(len(taken) * 0.95)], 1),
            "median": round(statistics.median(taken), 1), "worst": round(taken[-1], 1), "seed": 1, "raw": taken}


def figures() -> Iterator[dict[str, Any]]:
    """p95 over every tab, order and several filters."""
    kinds: list[tuple[str, Callable[[], None]]] = [("sqlite", lambda: None), ("postgresql", require_postgres)]
    for kind, need in kinds:
        need()
        with tempfile.TemporaryDirectory() as name:
            copies = Copies("postgres" if kind == "postgresql" else kind, Path(name))
            yield _measure(kind, copies.empty())
            copies.drop_all()
