"""Handlers of start triggers: each begun instance is an internal matter, opened in the transaction of its trigger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, select

from app import catalog
from app.cases import messaging
from app.cases.commands import OpenMatter
from app.cases.handlers.timers import require_system
from app.cases.model import EVERY, Case
from app.cases.starts import byhand, indexing
from app.cases.starts.commands import (
    BeginByMessage,
    DropStartKeys,
    FireStart,
    IndexStarts,
    NoteStartFailure,
    PublishMessage,
)
from app.engine import SIGNAL_WORD, Due, ProcessDefinition, next_due, signal_key, store
from app.engine.model import BufferedMessage, ProcessInstance, StartKey, StartRow, SubscriptionRow
from app.kernel.bus import handles
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.kernel.upsert import insert_missing
from app.tenancy import zones

NATURE, MAX_TITLE = "started", 200
OWN_NAMES = frozenset({"case_id", "number"})
"""What a matter knows of itself: nothing that a message brings takes its place."""
FIRST_WAIT, LONGEST_WAIT = 10.0, 3600.0
NOBODY = UUID(int=0)
MOST_KEYS = 500


@handles(IndexStarts)
def index_starts(command: IndexStarts, uow: UnitOfWork) -> dict[str, Any]:
    """Behind a lock, so that of two workers one does it."""
    require_system(uow)
    return {"indexed": indexing.index(uow)}


@handles(FireStart)
def fire_start(command: FireStart, uow: UnitOfWork) -> dict[str, Any]:
    """Fire it if it is still due, and move on to the next time after now."""
    require_system(uow)
    row = _locked(uow, command.start_id, wait=False)
    if row is None or row.due_at is None or row.due_at > uow.now or not _stands(uow, row):
        return {"fired": False}
    following = next_due(Due(row.due_at, row.every, row.remaining), zones.local_now(uow))
    _open(uow, row, {})
    row.due_at = row.run_at = following.at if following else None
    row.remaining, row.failures = following.left if following else None, 0
    return {"fired": True}


@handles(NoteStartFailure)
def note_start_failure(command: NoteStartFailure, uow: UnitOfWork) -> dict[str, Any]:
    """The date stays what it is; the worker looks later."""
    require_system(uow)
    row = _locked(uow, command.start_id)
    if row is None or row.run_at is None or row.run_at > uow.now:
        return {"waits": False}
    row.run_at = uow.now + timedelta(seconds=min(FIRST_WAIT * 2.0 ** row.failures, LONGEST_WAIT))
    row.failures += 1
    return {"waits": True}


@handles(BeginByMessage)
def begin_by_message(command: BeginByMessage, uow: UnitOfWork) -> dict[str, Any]:
    """Every process that begins with it and has no open instance under its key; who waits for it comes first."""
    require_system(uow)
    early = uow.session.scalars(
        select(BufferedMessage).where(BufferedMessage.id == command.message_id, messaging.WAITS,
                                      BufferedMessage.expires_at > uow.now)
        .with_for_update(skip_locked=True).execution_options(populate_existing=True)).one_or_none()
    if early is None or _waited_for(uow, early):
        return {"begun": 0}
    key, values, free = early.key, dict(early.variables), list[tuple[StartRow, StartKey | None]]()
    for row in _by_message(uow, early):
        held = _key(uow, row.process_id, key)
        if _stands(uow, row) and (held is None or not _is_open(uow, held.instance_id)):
            free.append((row, held))
    if free:
        messaging.taken(uow, early)                     # first: what begins may wait for the same name and key
    for row, held in free:
        instance_id = _open(uow, row, values)
        if held is not None:
            held.instance_id = instance_id
    return {"begun": len(free)}


@handles(DropStartKeys)
def drop_start_keys(command: DropStartKeys, uow: UnitOfWork) -> dict[str, Any]:
    """Only those that still say what was read: another worker may begin the next instance of a key meanwhile."""
    require_system(uow)
    over = uow.session.execute(
        select(StartKey.id, StartKey.instance_id)
        .join(ProcessInstance, (ProcessInstance.tenant_id == StartKey.tenant_id)
              & (ProcessInstance.id == StartKey.instance_id))
        .where(StartKey.tenant_id == uow.tenant_id, ProcessInstance.status.not_in((store.ACTIVE, store.SUSPENDED)))
        .limit(MOST_KEYS)).all()
    for key_id, instance_id in over:
        uow.session.execute(delete(StartKey).where(
            StartKey.tenant_id == uow.tenant_id, StartKey.id == key_id, StartKey.instance_id == instance_id))
    return {"dropped": len(over)}


@handles(PublishMessage)
def publish_message(command: PublishMessage, uow: UnitOfWork) -> dict[str, Any]:
    """Where a worker finds it."""
    require_system(uow)
    byhand.check(command)
    return {"kept": messaging.publish(uow, command.name, command.message_key, command.variables,
                                      message_id=command.message_id, ttl=command.ttl)}


def _locked(uow: UnitOfWork, start_id: UUID, *, wait: bool = True) -> StartRow | None:
    """None for one that is gone; without `wait` also for one that another worker has in hand."""
    query = (select(StartRow).where(StartRow.tenant_id == uow.tenant_id, StartRow.id == start_id)
             .with_for_update(skip_locked=not wait).execution_options(populate_existing=True))
    return uow.session.scalars(query).one_or_none()


def _stands(uow: UnitOfWork, row: StartRow) -> bool:
    """Whether the diagram in force has this start: a version from a moment ago may not be indexed yet."""
    live = catalog.live(uow.session, uow.tenant_id, indexing.PROCESS, row.process_id)
    return live is not None and any(
        (one.element_id, one.kind, one.name, one.text) == (row.element_id, row.kind, row.name, row.text)
        for one in _definition(uow, row).triggers)


def _definition(uow: UnitOfWork, row: StartRow) -> ProcessDefinition:
    found: ProcessDefinition = catalog.compiled(uow.session, uow.tenant_id, indexing.PROCESS, row.process_id)[1]
    return found


def _waited_for(uow: UnitOfWork, early: BufferedMessage) -> bool:
    return bool(uow.session.scalar(select(exists().where(
        SubscriptionRow.tenant_id == uow.tenant_id, SubscriptionRow.name == early.name,
        SubscriptionRow.key == early.key))))


def _by_message(uow: UnitOfWork, early: BufferedMessage) -> list[StartRow]:
    """The starts it is for: of a signal's copy the one that it names."""
    query = select(StartRow).where(StartRow.tenant_id == uow.tenant_id, StartRow.name == early.name)
    rows = uow.session.scalars(query.order_by(StartRow.process_id, StartRow.element_id))
    if early.key.startswith(SIGNAL_WORD):
        return [row for row in rows if row.kind == "signal" and signal_key(row.id.hex) == early.key]
    return [row for row in rows if row.kind == messaging.MESSAGE]


def _key(uow: UnitOfWork, process_id: str, key: str) -> StartKey | None:
    """The row of a process and key, held; None for an empty key, under which any number may begin, and for signals."""
    if not key or key.startswith(SIGNAL_WORD):
        return None
    insert_missing(uow.session, StartKey, tenant_id=uow.tenant_id, id=new_id(), process_id=process_id, key=key,
                   instance_id=NOBODY)
    query = select(StartKey).where(StartKey.tenant_id == uow.tenant_id, StartKey.process_id == process_id,
                                   StartKey.key == key)
    return uow.session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()


def _is_open(uow: UnitOfWork, instance_id: UUID) -> bool:
    status = uow.session.scalar(select(ProcessInstance.status).where(
        ProcessInstance.tenant_id == uow.tenant_id, ProcessInstance.id == instance_id))
    return status in (store.ACTIVE, store.SUSPENDED)


def _open(uow: UnitOfWork, row: StartRow, values: Mapping[str, Any]) -> UUID:
    """The instance's id. The matter is called as its diagram."""
    definition = _definition(uow, row)
    name_en = definition.elements[definition.id].name_en
    title = definition.name if name_en == definition.name else f"{definition.name} / {name_en}"
    brought = {name: value for name, value in values.items() if name not in OWN_NAMES}
    answer = uow.dispatch_nested(OpenMatter(
        tenant_id=uow.tenant_id, actor=uow.actor, nature=NATURE, process_id=row.process_id, title=title[:MAX_TITLE],
        kind=row.kind, start=row.element_id, brought=brought))
    case = uow.session.get_one(Case, (uow.tenant_id, UUID(answer["matter_id"])), execution_options=EVERY)
    assert case.instance_id is not None  # noqa: S101  a matter that was opened has a process
    return case.instance_id
