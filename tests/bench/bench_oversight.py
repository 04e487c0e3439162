"""Milliseconds for the supervisor's page, the figures of a year and the counts on a diagram, with 2,000 cases."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from app import create_app
from app.cases.model import Case, CaseEntry, CaseStep
from app.deadlines.model import Deadline
from app.engine.model import IncidentRow, OpenTaskGroup, OpenTaskRow, ProcessInstance
from app.insight import queries as insight
from app.kernel import database
from app.kernel.commands import SYSTEM, Actor
from app.kernel.ids import new_id
from app.kernel.unit_of_work import transact
from app.supervision import queries as supervision
from app.supervision.queries import REASONS, OversightFilter
from tests.bench.bench_inbox import _people
from tests.bench.bench_search import _text
from tests.databases import Copies, migrate, require_postgres
from tests.factories import seed_demo

SIZE, OPEN, UNITS, STEPS, ASKED = 2_000, 800, 12, 40, 60
WANTED = [OversightFilter(reason=reason, **more) for reason in REASONS
          for more in ({}, {"unit": "U3"}, {"period": "90", "service": "CS"}, {"clock": "reply"})]


def _fill(tenant_id: UUID, source: random.Random, people: list[UUID]) -> None:
    def write(uow: Any, start: int) -> None:
        for number in range(start, start + 250):
            _case(uow, source, number, people)
    for start in range(0, SIZE, 250):
        transact(tenant_id, SYSTEM, lambda uow, start=start: write(uow, start))


def _case(uow: Any, source: random.Random, number: int, people: list[UUID]) -> None:
    tenant, is_open, case_id, instance = uow.tenant_id, number < OPEN, new_id(), new_id()
    came = uow.now - timedelta(hours=source.randrange(24 * 360))
    add = uow.session.add
    add(ProcessInstance(tenant_id=tenant, id=instance, process_id="p", definition_hash="0" * 64, state=b"x" * 4000,
                        started_at=came, pins={"p": "0" * 64, "q": "1" * 64}))
    add(Case(tenant_id=tenant, id=case_id, number=f"2026-{number:06}", channel="web", text=_text(source, 160),
             unit=f"U{source.randrange(UNITS)}", module="CS", service=f"CS{source.randrange(10)}", instance_id=instance,
             token_hash=f"{number:064}", submitted_at=came, phase_at=came, rounds=source.choice((1, 1, 1, 2)),
             rating=source.choice((None, 1, 3, 5)), status="open" if is_open else "closed",
             closed_at=None if is_open else came + timedelta(hours=50), outcome=None if is_open else "satisfied"))
    for name in ("accept", "dispatch", "reply"):
        due = came + timedelta(hours=source.randrange(20, 2000))
        add(Deadline(tenant_id=tenant, case_id=case_id, name=name, started_at=came, due_at=due, first_due_at=due,
                     state="running" if is_open and name == "reply" else "stopped", budget={"amount": 5, "unit": "wd"},
                     stopped_at=None if is_open and name == "reply" else came + timedelta(hours=source.randrange(900)),
                     warn_at=due - timedelta(hours=30)))
    for at in range(6):
        add(CaseEntry(tenant_id=tenant, case_id=case_id, kind="return" if at == 5 and number % 7 == 0 else "note",
                      visibility="staff", author_kind="user", at=came))
    for at in range(STEPS):
        left = ("completed",) if not is_open or at < STEPS - 1 else ()
        for how in ("entered", *left):
            add(CaseStep(tenant_id=tenant, case_id=case_id, task_id=f"{number}-{at}", process_id="p" if at % 2 else "q",
                         element_id=f"e{at}", how=how, at=came + timedelta(hours=at)))
    uow.session.flush()
    if is_open:
        _task(uow, source, case_id, instance, people, number)


def _task(uow: Any, source: random.Random, case_id: UUID, instance: UUID, people: list[UUID], number: int) -> None:
    task, kind = new_id(), "ruling" if number % 20 == 0 else "note"
    uow.session.add(OpenTaskRow(
        tenant_id=uow.tenant_id, id=task, instance_id=instance, business_key=str(case_id), process_id="p", element_id="e",
        name="办理", name_en="Handle", groups=["handler@LRS"], properties={"entry.kind": kind}, opened_at=uow.now,
        variables={"text": _text(source, 400)}, claimed_by=source.choice([None, *people])))
    uow.session.add(OpenTaskGroup(tenant_id=uow.tenant_id, task_id=task, group_name="handler@LRS"))
    if number % 50 == 0:
        uow.session.add(IncidentRow(tenant_id=uow.tenant_id, instance_id=instance, element_id="e39", code="x", message="x",
                                    opened_at=uow.now))


def _pages(reader: Actor) -> dict[str, Callable[[Any, int], Any]]:
    year = insight.preset("year", date(2026, 11, 25), ZoneInfo("Asia/Shanghai"))
    month = insight.preset("month", date(2026, 11, 25), ZoneInfo("Asia/Shanghai"))
    element = SimpleNamespace(name="e", name_en="e", type="userTask")
    elements = {f"e{at}": SimpleNamespace(**vars(element), id=f"e{at}") for at in range(STEPS)}
    drawn: Any = SimpleNamespace(id="p", hash="0" * 64, elements=elements)
    return {"oversight_2000.ms": lambda session, at: supervision.oversight_page(
                session, reader, WANTED[at % len(WANTED)], 1 + at % 3),
            "insight_2000.ms": lambda session, at: insight.figures(session, reader, (year, month)[at % 2]),
            "diagram_counts_2000.ms": lambda session, _at: insight.diagram_figures(session, reader, drawn)}


def _measure(kind: str, url: str) -> Iterator[dict[str, Any]]:
    migrate(url)
    seed_demo(url)  # the tables that say who sees what
    create_app({"DATABASE_URL": url})
    source, tenant_id = random.Random(1), new_id()  # noqa: S311  a bench must repeat
    people = _people(tenant_id)
    _fill(tenant_id, source, people)
    if kind == "postgresql":  # what autovacuum does by itself within a minute or so
        with database.current().engine.connect() as connection:
            connection.execute(text("ANALYZE"))
            connection.commit()
    reader = Actor(user_id=people[0], roles=frozenset({"supervisor"}), groups=frozenset({"supervisor"}))
    for name, ask in _pages(reader).items():
        taken = []
        for number in range(ASKED):
            with database.current().read(tenant_id) as session:
                began = time.perf_counter()
                assert ask(session, number)
                taken.append((time.perf_counter() - began) * 1000)
        taken.sort()
        yield {"figure": name, "database": kind, "value": round(taken[int(len(taken) * 0.95)], 1),
               "median": round(statistics.median(taken), 1), "worst": round(taken[-1], 1), "seed": 1, "raw": taken}


def figures() -> Iterator[dict[str, Any]]:
    """p95 of each."""
    kinds: list[tuple[str, Callable[[], None]]] = [("sqlite", lambda: None), ("postgresql", require_postgres)]
    for kind, need in kinds:
        need()
        with tempfile.TemporaryDirectory() as name:
            copies = Copies("postgres" if kind == "postgresql" else kind, Path(name))
            yield from _measure(kind, copies.empty())
            copies.drop_all()
