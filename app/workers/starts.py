"""Processes that begin by themselves: triggers are indexed, timers fire, messages that nobody waits for begin one."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from app.cases import starts
from app.catalog.model import DefinitionGeneration
from app.engine import SIGNAL_WORD, signal_key, store
from app.engine.model import BufferedMessage, ProcessInstance, StartIndex, StartKey, StartRow, SubscriptionRow
from app.kernel import database, pauses
from app.kernel.claim_statements import NOW
from app.kernel.commands import SYSTEM
from app.kernel.model import BASE_TENANT_ID
from app.tenancy.model import Tenant
from app.workers.work import LIMIT, attempt


def tick(now: datetime) -> int:
    """Index first: what is no longer in force does not fire."""
    return index() + timers(now) + messages(now)


def _stale() -> Select[UUID]:
    """Offices whose rows are right for other definitions than those of now."""
    mine, base = aliased(DefinitionGeneration), aliased(DefinitionGeneration)
    return (select(Tenant.tenant_id)
            .outerjoin(mine, mine.tenant_id == Tenant.tenant_id)
            .outerjoin(base, base.tenant_id == BASE_TENANT_ID)
            .outerjoin(StartIndex, StartIndex.tenant_id == Tenant.tenant_id)
            .where(or_(StartIndex.own.is_(None), StartIndex.own != func.coalesce(mine.number, 0),
                       StartIndex.base != func.coalesce(base.number, 0)), pauses.working(Tenant.tenant_id)))


def index() -> int:
    """Offices whose definitions have changed since the last look."""
    done = 0
    for tenant_id in _claim(_stale().limit(LIMIT)):
        answer = attempt(starts.IndexStarts(tenant_id=tenant_id, actor=SYSTEM), None)
        done += bool(answer and answer["indexed"])
    return done


def _offices() -> Select[UUID]:
    """Offices with a message, or copy of a signal, of a name that a process begins with; `now` is a parameter."""
    return (select(StartRow.tenant_id)
            .join(BufferedMessage, (BufferedMessage.tenant_id == StartRow.tenant_id)
                  & (BufferedMessage.name == StartRow.name))
            .where(BufferedMessage.expires_at > NOW, BufferedMessage.used_at.is_(None),
                   pauses.working(StartRow.tenant_id)))


LOOKS = (_stale(), select(StartRow.id).where(StartRow.run_at <= NOW), _offices())
"""What finds something when there is anything to do."""


def timers(now: datetime) -> int:
    """Timer starts that are due, the oldest first."""
    query = (select(StartRow.tenant_id, StartRow.id).where(StartRow.run_at <= now, pauses.working(StartRow.tenant_id))
             .order_by(StartRow.run_at, StartRow.id).limit(LIMIT))
    with database.current().claim() as session:
        due = [(row[0], row[1]) for row in session.execute(query)]
    done = 0
    for tenant_id, start_id in due:
        answer = attempt(starts.FireStart(tenant_id=tenant_id, actor=SYSTEM, start_id=start_id),
                         partial(_failed, tenant_id, start_id))
        done += bool(answer and answer["fired"])
    return done


def messages(now: datetime) -> int:
    """Messages and copies of signals that nobody waits for and a process begins with."""
    done = 0
    for tenant_id in _claim(_offices().distinct(), now):
        for message_id in _beginning(tenant_id, now):
            answer = attempt(starts.BeginByMessage(tenant_id=tenant_id, actor=SYSTEM, message_id=message_id), None)
            done += bool(answer and answer["begun"])
    return done


def _beginning(tenant_id: UUID, now: datetime) -> list[UUID]:
    """Of one office, the oldest first; those whose key has an open instance wait for its end."""
    with database.current().read(tenant_id) as session:
        signals = [signal_key(one.hex) for one in session.scalars(select(StartRow.id).where(StartRow.kind == "signal"))]
        busy = (select(StartKey.id).join(ProcessInstance, (ProcessInstance.tenant_id == StartKey.tenant_id)
                                         & (ProcessInstance.id == StartKey.instance_id))
                .where(StartKey.process_id == StartRow.process_id, StartKey.key == BufferedMessage.key,
                       ProcessInstance.status.in_((store.ACTIVE, store.SUSPENDED))).exists())
        waited = select(SubscriptionRow.id).where(SubscriptionRow.name == BufferedMessage.name,
                                                  SubscriptionRow.key == BufferedMessage.key).exists()
        query = (select(BufferedMessage.id).join(StartRow, (StartRow.tenant_id == BufferedMessage.tenant_id)
                                                 & (StartRow.name == BufferedMessage.name))
                 .where(BufferedMessage.expires_at > now, BufferedMessage.used_at.is_(None), ~waited,
                        or_(and_(StartRow.kind == "message", BufferedMessage.key.not_like(f"{SIGNAL_WORD}%"), ~busy),
                            BufferedMessage.key.in_(signals)))
                 .distinct().order_by(BufferedMessage.id).limit(LIMIT))
        return list(session.scalars(query))


def _failed(tenant_id: UUID, start_id: UUID, error: str) -> starts.NoteStartFailure:
    """The log says why."""
    return starts.NoteStartFailure(tenant_id=tenant_id, actor=SYSTEM, start_id=start_id)


def _claim(query: Select[UUID], now: datetime | None = None) -> list[UUID]:
    with database.current().claim() as session:
        return list(session.scalars(query, {"now": now} if now else {}))
