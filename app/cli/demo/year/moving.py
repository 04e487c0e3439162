"""Moves what was played aside into the office: all of a part in one short transaction, or nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Table, func, select, update

from app.cli.demo.year.aside import Aside, key_of, put, tables
from app.insight.commands import ForgetPassages
from app.kernel.commands import SYSTEM
from app.kernel.events import Delivery
from app.kernel.unit_of_work import UnitOfWork, transact
from app.tenancy import show
from app.tenancy.model import TenantCounter

NOT_MOVED = frozenset({
    "event_number", "delivery", "command_answer", "rate_count", "sign_in_session", "sign_in_lock", "phone_code",
    "notice_push", "tenant_counter", "demo_filling", "passage_day", "passage_run"})
"""Numbers of events are given by the office's own sequencer, days are counted anew; the rest has done its work."""
UNREAD = timedelta(days=1)
"""Messages in the inbox that are younger are still to be read."""

Rows = list[tuple[Table, list[dict[str, Any]]]]


def gather(aside: Aside, tenant_id: UUID, now: datetime) -> Rows:
    """The rows that the play added. Raises RuntimeError when something was left undone in it."""
    with aside.own.read(tenant_id) as session:
        left = session.scalar(select(func.count()).select_from(Delivery).where(Delivery.state != "done"))
        if left:
            raise RuntimeError(f"{left} deliveries of the play are not done")
        found = []
        for table in tables():
            if table.name in NOT_MOVED:
                continue
            known = aside.known.get(table.name, set())
            rows = [dict(row) for row in session.execute(
                select(table).where(table.c.tenant_id == tenant_id)).mappings() if key_of(table, row) not in known]
            found.append((table, [_told(row, now) for row in rows] if table.name == "notification" else rows))
        return found


def _told(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    """A message of the past was sent in the past; most were read."""
    done = {**row, "state": "sent", "attempts": 1, "sent_at": row["created_at"], "run_at": row["created_at"]}
    return done if now - row["created_at"] < UNREAD else {**done, "read_at": row["created_at"] + UNREAD / 2}


def counters(aside: Aside, tenant_id: UUID) -> list[tuple[UUID, str, int]]:
    """(id, name, value) of the office's counts after the play: no number of a request is given twice."""
    with aside.own.read(tenant_id) as session:
        return [(row.id, row.name, row.value) for row in session.scalars(
            select(TenantCounter).where(TenantCounter.name.startswith("case:")))]


def move(tenant_id: UUID, rows: Rows, counts: list[tuple[UUID, str, int]], part: int) -> int:
    """Bring the rows in; the number of requests. Raises Conflict when this part is there already."""
    cases = sum(len(found) for table, found in rows if table.name == "service_case")
    transact(tenant_id, SYSTEM, partial(_bring, rows=rows, counts=counts, part=part, cases=cases))
    return cases


def _bring(uow: UnitOfWork, rows: Rows, counts: list[tuple[UUID, str, int]], part: int, cases: int) -> None:
    show.take_part(uow, part, cases)
    for table, found in rows:
        put(uow.session, table, found)
    uow.dispatch_nested(ForgetPassages(tenant_id=uow.tenant_id, actor=SYSTEM))
    known = {row.id for row in uow.session.scalars(select(TenantCounter))}
    for row_id, name, value in counts:
        if row_id not in known:
            uow.session.add(TenantCounter(tenant_id=uow.tenant_id, id=row_id, name=name, value=value))
        else:
            uow.session.execute(update(TenantCounter).where(TenantCounter.id == row_id, TenantCounter.value < value)
                                .values(value=value))
