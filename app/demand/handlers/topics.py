"""Handlers: the daily computation, topics by hand and by rules, putting them aside."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.auth import policy
from app.cases.model import Case
from app.demand import looking, tables
from app.demand.cells import Cell
from app.demand.commands import ComputeDemand, DropTopic, NoteDemandFailure, ProposeTopic
from app.demand.events import DemandComputed, TopicDropped
from app.demand.model import DemandTopic
from app.demand.raising import Proposal, lock, propose
from app.kernel.bus import handles
from app.kernel.commands import SYSTEM
from app.kernel.errors import Conflict, FieldErrors, Forbidden, Invalid, NotFound, msg
from app.kernel.unit_of_work import UnitOfWork
from app.knowledge import queries as knowledge
from app.knowledge.model import KINDS
from app.tenancy import queries as tenancy
from app.tenancy import zones

REST = timedelta(days=30)
"""How long a topic that was put aside rests where no table says it."""
CHECK = msg("Please check what is marked.")


@handles(ComputeDemand)
def compute_demand(command: ComputeDemand, uow: UnitOfWork) -> dict[str, Any]:
    """The same day again only when a person asks."""
    policy.require(uow.actor, "topic.compute")
    run, day = lock(uow), zones.local_now(uow).date().isoformat()
    nothing = {"done": False, "cases": 0, "cells": 0, "raised": 0, "joined": 0}
    if run.day == day and not run.error and uow.actor.kind == SYSTEM.kind:
        return nothing
    seen = looking.look(uow.session, uow.tenant_id, uow.now, zones.zone_of(uow.session, uow.tenant_id))
    results = [propose(uow, Proposal.of(one, seen.versions[tables.TOPIC])) for one in seen.candidates]
    raised = sum(new for _topic, new in results)
    joined = sum(topic is not None and not new for topic, new in results)
    run.day, run.at, run.cases, run.cells, run.raised, run.joined = day, uow.now, seen.cases, seen.cells, raised, joined
    run.versions, run.error = seen.versions, ""
    if raised or uow.actor.kind != SYSTEM.kind:  # a day without news is in the row, not in the trail
        uow.record(DemandComputed(day=day, cases=seen.cases, cells=seen.cells, raised=raised, joined=joined))
    return {"done": True, "cases": seen.cases, "cells": seen.cells, "raised": raised, "joined": joined}


@handles(NoteDemandFailure)
def note_demand_failure(command: NoteDemandFailure, uow: UnitOfWork) -> None:
    """The day counts as tried, so that a faulty table does not stop the worker in a circle."""
    if uow.actor.kind != SYSTEM.kind:
        raise Forbidden(msg("You may not do this."))
    run = lock(uow)
    run.day, run.at, run.error = zones.local_now(uow).date().isoformat(), uow.now, command.error[:300]


@handles(ProposeTopic)
def propose_topic(command: ProposeTopic, uow: UnitOfWork) -> dict[str, Any]:
    """A case tells what its topic and place are; otherwise they are given and must be known."""
    policy.require(uow.actor, "topic.propose")
    by_rule = bool(command.rule) and uow.actor.kind == SYSTEM.kind
    if not by_rule and not command.note.strip():
        raise Invalid(CHECK, fields={"note": [(msg("Please write something."), {})]})
    if len(command.note.strip()) > 300:
        raise Invalid(CHECK, fields={"note": [(msg("At most %(limit)s characters."), {"limit": 300})]})
    cell = _of_case(uow, command.case_id) if command.case_id else _given(uow, command)
    lock(uow)
    source = "rule" if by_rule else "hand"
    topic, new = propose(uow, Proposal(cell, source, source, _shown(uow, command), note=command.note.strip(),
                                       rule=command.rule if by_rule else ""))
    assert topic is not None  # noqa: S101  only the model's proposals rest
    return {"topic_id": str(topic.id), "raised": new}


def _shown(uow: UnitOfWork, command: ProposeTopic) -> list[UUID]:
    """Cases of this office among those that are named."""
    named = [one for one in (command.case_id, *command.with_cases) if one is not None]
    return list(uow.session.scalars(select(Case.id).where(Case.id.in_(named)).order_by(Case.id)))


def _of_case(uow: UnitOfWork, case_id: UUID) -> Cell:
    case = uow.session.scalars(select(Case).where(Case.id == case_id)).one_or_none()
    if case is None:
        raise NotFound(msg("There is no such request."))
    place = tenancy.place(uow.session, case.place_id) if case.place_id else None
    if place is not None and place.kind == "building" and place.parent_code:
        place = tenancy.place_by_code(uow.session, place.parent_code) or place
    if not case.service and not (case.module and case.kind):
        raise Conflict(msg("This request is not sorted by kind yet."))
    level, code = ("service", case.service) if case.service else ("kind", f"{case.module}/{case.kind}")
    return Cell(level, code or "", place.code if place is not None else "")


def _given(uow: UnitOfWork, command: ProposeTopic) -> Cell:
    faults: FieldErrors = {}
    services = knowledge.services(uow.session, active_only=False)
    kinds = {f"{module}/{kind}" for module in {one.module for one in services} for kind in KINDS}
    known = {"service": {one.code for one in services}, "kind": kinds}
    if command.code not in known.get(command.level, ()):
        faults["code"] = [(msg("Please choose from the list."), {})]
    if command.place_code and tenancy.place_by_code(uow.session, command.place_code) is None:
        faults["place_code"] = [(msg("There is no place with this code."), {})]
    if faults:
        raise Invalid(CHECK, fields=faults)
    return Cell(command.level, command.code, command.place_code)


@handles(DropTopic)
def drop_topic(command: DropTopic, uow: UnitOfWork) -> dict[str, Any]:
    """Only a candidate; what has a matter ends with it."""
    policy.require(uow.actor, "topic.decide")
    reason = command.reason.strip()
    if not 0 < len(reason) <= 500:
        raise Invalid(CHECK, fields={"reason": [(msg("Please say why, in at most 500 characters."), {})]})
    topic = locked(uow, command.topic_id)
    if topic.state != "open":
        raise Conflict(msg("This topic is not a candidate any more."))
    end(uow, topic, "dropped", reason)
    uow.record(TopicDropped(topic_id=topic.id, level=topic.level, code=topic.code, place=topic.place_code))
    return {"topic_id": str(topic.id)}


def locked(uow: UnitOfWork, topic_id: UUID) -> DemandTopic:
    """The topic, locked. Raises NotFound."""
    lock(uow)
    query = select(DemandTopic).where(DemandTopic.id == topic_id).with_for_update()
    topic = uow.session.scalars(query).one_or_none()
    if topic is None:
        raise NotFound(msg("There is no such topic."))
    return topic


def end(uow: UnitOfWork, topic: DemandTopic, state: str, note: str) -> None:
    """It rests as long as the table of windows says, the longest of them."""
    looks = tables.windows(tables.table(uow.session, uow.tenant_id, tables.WINDOWS, zones.local_now(uow)), 10_000)
    rest = max((timedelta(days=one.rest_days) for one in looks), default=REST)
    topic.state, topic.ended_at, topic.end_note, topic.rest_until = state, uow.now, note[:500], uow.now + rest
