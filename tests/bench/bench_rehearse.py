"""Seconds to ask a changed table again about 10,000 past decisions, with samples and dates, on both databases."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app import catalog, create_app, dmn, feel
from app.cases import backtest, given
from app.cases.model import Case, DecisionRecord
from app.deadlines import Budget, DeadlineBook, calendar_of
from app.kernel import clock, database
from app.kernel.commands import SYSTEM
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork, transact
from tests.databases import Copies, migrate, require_postgres
from tests.factories import seed_demo

SIZE, PART, KEY, ROUNDS = 10_000, 500, "time_limit", 3
SERVICES = [f"{module}{number:02}" for module in ("LI", "LS", "PS", "CS") for number in range(1, 11)]
KINDS = ("consultation", "help", "complaint", "report", "suggestion", "praise")


def _fill(tenant_id: UUID, source: random.Random) -> bytes:
    """Decisions as cases leave them: by the shipped table, with trace; a third of the cases is open, its clock runs."""
    with database.current().read(tenant_id) as session:
        published, model = catalog.compiled(session, tenant_id, "decision", KEY)
        calendar = calendar_of(session, tenant_id)

    def write(uow: UnitOfWork, start: int) -> None:
        for number in range(start, start + PART):
            _case(uow, source, number, published, model, calendar)
    for start in range(0, SIZE, PART):
        transact(tenant_id, SYSTEM, lambda uow, start=start: write(uow, start))
    data: bytes = published.data
    return data


def _case(uow: UnitOfWork, source: random.Random, number: int, published: Any, model: Any, calendar: Any) -> None:
    is_open, case_id = number % 3 == 0, new_id()
    at = uow.now - timedelta(minutes=source.randrange(60 * 24 * 300))
    inputs = {"urgency": source.choice(("normal", "normal", "urgent", "emergency")), "service": source.choice(SERVICES),
              "channel": source.choice(("web", "phone", "visit")), "kind": source.choice(KINDS),
              "reopen_count": source.choice((0, 0, 0, 1))}
    result = dmn.decide(model, KEY, inputs, now=at)
    variables = {**inputs, **{f"more_{one}": source.choice((True, None, "LRS", 3)) for one in range(30)}}
    limits = feel.to_json(result.value)
    uow.session.add(Case(
        tenant_id=uow.tenant_id, id=case_id, number=f"2026-{number:06}", channel=inputs["channel"], text="路灯坏了。",
        token_hash=f"{number:064}", submitted_at=at, phase_at=at, status="open" if is_open else "closed"))
    uow.session.add(DecisionRecord(
        tenant_id=uow.tenant_id, case_id=case_id, decision_id=KEY, element_id="e", hash=published.hash,
        version=published.version, inputs=inputs, value={"value": limits}, at=at,
        trace={**result.trace, **given.kept(variables, dmn.needed(model, KEY))}))
    if is_open:
        uow.session.flush()
        book = DeadlineBook(case_id, at, {}, lambda: calendar)
        book.start("reply", Budget.parse(limits["reply"]))
        book.save(uow.session, uow.tenant_id)


def _changed(data: bytes) -> bytes:
    """Every limit to reply one shorter: all decisions differ, which is the slowest there is."""
    sheet = next(one for one in dmn.sheets(data, KEY) if one.decision == "reply_limit")
    at = next(number for number, one in enumerate(sheet.columns) if one.expression == "amount")
    rows = [dmn.Row(row.id, (*row.cells[:at], f"{row.cells[at]} - 0.5", *row.cells[at + 1:])) for row in sheet.rows]
    return dmn.written(data, KEY, {sheet.id: rows})[0]


def _measure(kind: str, url: str) -> dict[str, Any]:
    migrate(url)
    seed_demo(url)
    create_app({"DATABASE_URL": url})
    source, tenant_id = random.Random(1), new_id()  # noqa: S311  a bench must repeat
    data = _fill(tenant_id, source)
    if kind == "postgresql":  # what autovacuum does by itself within a minute or so
        with database.current().engine.connect() as connection:
            connection.execute(text("ANALYZE"))
            connection.commit()
    taken, parts = [], {}
    for name, asked in [("same", data)] + [("changed", _changed(data))] * ROUNDS:
        with database.current().snapshot(tenant_id) as session:
            began, used = time.perf_counter(), time.process_time()
            found = backtest.compare(session, tenant_id, KEY, asked, days=365, actor=SYSTEM)
            seconds, cpu = time.perf_counter() - began, time.process_time() - used
        assert found.asked == SIZE == found.same + found.different and found.records == SIZE and clock.now()
        assert (found.same == SIZE) is (name == "same") and (name == "same" or found.dates[0].cases > SIZE / 4)
        parts[name] = round(seconds, 2)
        taken.append((seconds, cpu))
    changed = sorted(taken[1:])
    return {"figure": "rehearse_10k.s", "database": kind, "value": round(changed[ROUNDS // 2][0], 2), "unit": "s", "goal": 30,
            "cpu": round(changed[ROUNDS // 2][1], 2), "same": parts["same"], "seed": 1, "raw": [one for one, _ in taken]}


def figures() -> Iterator[dict[str, Any]]:
    """The median; `same`: with the table as it is."""
    kinds: list[tuple[str, Callable[[], None]]] = [("sqlite", lambda: None), ("postgresql", require_postgres)]
    for kind, need in kinds:
        need()
        with tempfile.TemporaryDirectory() as name:
            copies = Copies("postgres" if kind == "postgresql" else kind, Path(name))
            yield _measure(kind, copies.empty())
            copies.drop_all()
