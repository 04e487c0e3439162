"""Handlers of retention: a batch of what has had its time; holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from app.auth import policy as rights
from app.cases.commands import AnonymiseCases
from app.cases.model import Case, CaseNotice, DecisionRecord, every
from app.engine.model import ProcessInstance
from app.kernel.bus import handles
from app.kernel.errors import Conflict, Invalid, NotFound, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.retention import kinds
from app.retention.commands import ApplyRetention, HoldCase, LiftHold
from app.retention.events import RetentionApplied, RetentionHeld, RetentionLifted
from app.retention.model import RetentionHold
from app.retention.policy import NO_CASE, Policy, policy
from app.tenancy import attachments, search


@handles(ApplyRetention)
def apply_retention(command: ApplyRetention, uow: UnitOfWork) -> dict[str, Any]:
    """Periods from the shortest on, until the batch is full; an event for each."""
    rights.require(uow.actor, "person.erase")
    if command.what not in kinds.KINDS:
        raise Invalid(msg("There is no such kind of data."))
    table, done = policy(uow.session, uow.tenant_id, uow.now), 0
    if table is None:
        return {"done": 0, "more": False}
    given = kinds.facts(uow.session) if command.what in kinds.OF_CASES else [NO_CASE]
    for days, facts in sorted(table.by_days(command.what, given).items()):
        if done < command.limit:
            before = uow.now - timedelta(days=days)
            count = (_of_cases(uow, command.what, facts, before, command.limit - done)
                     if command.what in kinds.OF_CASES else _aged(uow, command.what, before, command.limit - done))
            _note(uow, table, command.what, days, count)
            done += count
    return {"done": done, "more": done >= command.limit}


def _note(uow: UnitOfWork, table: Policy, what: str, days: int, count: int) -> None:
    if count:
        uow.record(RetentionApplied(what=what, days=days, count=count, version=table.version, table_hash=table.hash))


def _of_cases(uow: UnitOfWork, what: str, facts: list[Any], before: datetime, limit: int) -> int:
    """Their rows are locked: a case that is reopened or held meanwhile is not touched."""
    query = kinds.case_ids(kinds.OF_CASES[what], uow.session, facts, before).limit(limit)
    found = list(uow.session.scalars(query.with_for_update(of=Case, skip_locked=True)))
    if found:
        _TAKE[what](uow, found)
    return len(found)


def _person(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    uow.dispatch_nested(AnonymiseCases(tenant_id=uow.tenant_id, actor=uow.actor, case_ids=tuple(ids)))


def _files(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    for case_id in ids:
        uow.dispatch_nested(attachments.ReleaseAttachments(tenant_id=uow.tenant_id, actor=uow.actor, case_id=case_id))


def _traces(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    uow.session.execute(update(DecisionRecord).where(DecisionRecord.case_id.in_(ids)).values(inputs={}, trace={}))


def _notices(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    uow.session.execute(update(CaseNotice).where(CaseNotice.case_id.in_(ids)).values(params={}))


def _search(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    for case_id in ids:
        search.drop(uow.session, "case", str(case_id))


def _states(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    instances = every(select(Case.instance_id).where(Case.id.in_(ids)))
    found = list(uow.session.scalars(instances))
    uow.session.execute(update(ProcessInstance).where(
        ProcessInstance.id.in_(found), ProcessInstance.status == "completed").values(state=b""))


_TAKE: dict[str, Callable[[UnitOfWork, Sequence[UUID]], None]] = {
    "person": _person, "files": _files, "traces": _traces, "notices": _notices, "search": _search, "states": _states}


def _aged(uow: UnitOfWork, what: str, before: datetime, limit: int) -> int:
    done = 0
    for one in kinds.AGED[what]:
        found = list(uow.session.scalars(select(one.model.id).where(one.before(before)).limit(limit - done)))
        if found and one.words is None:
            uow.session.execute(delete(one.model).where(one.model.tenant_id == uow.tenant_id, one.model.id.in_(found)))
        elif found and one.words is not None:
            uow.session.execute(update(one.model).where(one.model.id.in_(found)).values(**one.words))
        done += len(found)
        if done >= limit:
            break
    return done


@handles(HoldCase)
def hold_case(command: HoldCase, uow: UnitOfWork) -> dict[str, Any]:
    """Also an open case: it counts once it is closed."""
    rights.require(uow.actor, "person.erase")
    reason = command.reason.strip()
    case_id = uow.session.scalars(every(select(Case.id).where(Case.number == command.number.strip()))).one_or_none()
    faults: dict[str, Any] = {}
    if case_id is None:
        faults["number"] = [(msg("There is no such request."), {})]
    if not 0 < len(reason) <= 300:
        faults["reason"] = [(msg("Please write 1 to %(limit)s characters."), {"limit": 300})]
    if faults or case_id is None:
        raise Invalid(msg("Please check what is marked."), fields=faults)
    if uow.session.scalars(select(RetentionHold.id).where(RetentionHold.case_id == case_id)).first():
        raise Conflict(msg("This request is kept whole already."))
    row = RetentionHold(tenant_id=uow.tenant_id, id=new_id(), case_id=case_id, reason=reason,
                        by_user_id=uow.actor.user_id, at=uow.now)
    uow.session.add(row)
    uow.record(RetentionHeld(case_id=case_id))
    return {"hold_id": str(row.id)}


@handles(LiftHold)
def lift_hold(command: LiftHold, uow: UnitOfWork) -> None:
    """Somebody answers for it by name, in the trail."""
    rights.require(uow.actor, "person.erase")
    row = uow.session.get(RetentionHold, (uow.tenant_id, command.hold_id))
    if row is None:
        raise NotFound(msg("There is no such hold."))
    uow.session.delete(row)
    uow.record(RetentionLifted(case_id=row.case_id))
