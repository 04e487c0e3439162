"""Handlers of walks: each deed is played before it is kept. No event: a walk never was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from app import catalog
from app.auth import policy
from app.cases import walking
from app.kernel import documents
from app.kernel.bus import handles
from app.kernel.errors import Conflict, Invalid, NotFound, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.studio.walks import queries
from app.studio.walks.commands import BeginWalk, CopyWalk, GoBack, RemoveScenario, RemoveWalk, SaveScenario, TakeStep
from app.studio.walks.diagrams import source
from app.studio.walks.model import Walk
from app.studio.walks.scenario_text import appended, told, without
from app.tenancy import queries as tenancy

RIGHT = "definition.draft"
LIFE, MOST = timedelta(days=90), 500
"""A walk that nobody touched for so long goes when the next one begins; so many an office may have."""
LONGEST_NAME, MOST_BYTES = 120, 200_000
UNNAMED = msg("Please give it a name of at most %(limit)s characters.")


@handles(BeginWalk)
def begin_walk(command: BeginWalk, uow: UnitOfWork) -> dict[str, Any]:
    """A start that cannot be is refused, and nothing is kept of it."""
    policy.require(uow.actor, RIGHT)
    begin = walking.Begin.of(command.beginning)
    begin.check()
    _make_room(uow)
    found = source(uow.session, uow.tenant_id, command.process_key, command.version_id)
    row = Walk(tenant_id=uow.tenant_id, id=new_id(), process_key=command.process_key, name=_name(command.name),
               version_id=command.version_id, source_hash=found.hash, beginning=begin.document(),
               deeds=[dict(one) for one in command.deeds], created_at=uow.now, created_by=uow.actor.user_id,
               changed_at=uow.now, now_at=begin.at, changes=0)
    played = queries.played(uow.session, uow.tenant_id, row, found)
    row.deeds = row.deeds[:len(played.moves) - 1]
    _keep(row, uow, played)
    uow.session.add(row)
    return {"walk_id": str(row.id)}


def _make_room(uow: UnitOfWork) -> None:
    uow.session.execute(delete(Walk).where(Walk.tenant_id == uow.tenant_id, Walk.changed_at < uow.now - LIFE))
    if (uow.session.scalar(select(func.count()).select_from(Walk)) or 0) >= MOST:
        raise Conflict(msg("There are %(count)s walks already. Remove some that nobody needs."), count=MOST)


@handles(TakeStep)
def take_step(command: TakeStep, uow: UnitOfWork) -> dict[str, Any]:
    """The deed must fit; deeds before it that fit no more, because the diagram was changed, give way to it."""
    row = _held(uow, command.walk_id, command.changes)
    so_far = queries.played(uow.session, uow.tenant_id, row)
    deeds = [*row.deeds[:len(so_far.moves) - 1], dict(command.deed)]
    if len(documents.dump(deeds)) > MOST_BYTES:
        raise Invalid(msg("This walk holds more than %(limit)s bytes."), limit=MOST_BYTES)
    row.deeds = deeds
    played = queries.played(uow.session, uow.tenant_id, row)
    if played.error is not None:
        raise played.error
    _keep(row, uow, played)
    return {"steps": len(row.deeds)}


@handles(GoBack)
def go_back(command: GoBack, uow: UnitOfWork) -> dict[str, Any]:
    """The deeds after it are forgotten."""
    row = _held(uow, command.walk_id, command.changes)
    row.deeds = row.deeds[:_steps(row, command.steps)]
    _keep(row, uow, queries.played(uow.session, uow.tenant_id, row))
    return {"steps": len(row.deeds)}


@handles(CopyWalk)
def copy_walk(command: CopyWalk, uow: UnitOfWork) -> dict[str, Any]:
    """The first walk stays as it is."""
    row = _held(uow, command.walk_id)
    answer: dict[str, Any] = uow.dispatch_nested(BeginWalk(
        tenant_id=uow.tenant_id, actor=uow.actor, process_key=row.process_key, name=row.name, beginning=row.beginning,
        version_id=row.version_id, deeds=tuple(row.deeds[:_steps(row, command.steps)])))
    return answer


@handles(RemoveWalk)
def remove_walk(command: RemoveWalk, uow: UnitOfWork) -> None:
    """No answer."""
    uow.session.delete(_held(uow, command.walk_id))


@handles(SaveScenario)
def save_scenario(command: SaveScenario, uow: UnitOfWork) -> dict[str, Any]:
    """A version more of the office's scenarios. They put nothing in force, so the right to draft is enough."""
    row, name = _held(uow, command.walk_id), _name(command.name)
    found = source(uow.session, uow.tenant_id, row.process_key, row.version_id)
    played = queries.played(uow.session, uow.tenant_id, row, found)
    if played.error is not None:
        raise played.error
    before = queries.own_text(uow.session, uow.tenant_id, row.process_key)
    said = told(uow.session, uow.tenant_id, found, walking.Begin.of(row.beginning), played, name, before)
    published = catalog.publish(uow, queries.SCENARIOS, row.process_key, appended(row.process_key, before, said),
                                _file(uow, row.process_key), name)
    return {"version": published.version}


@handles(RemoveScenario)
def remove_scenario(command: RemoveScenario, uow: UnitOfWork) -> dict[str, Any]:
    """With the last one the office's file of them goes."""
    policy.require(uow.actor, RIGHT)
    before = queries.own_text(uow.session, uow.tenant_id, command.process_key)
    data, left = without(before or b"", command.name)
    if data is None:
        raise NotFound(msg("There is no such scenario."))
    if left:
        catalog.publish(uow, queries.SCENARIOS, command.process_key, data, _file(uow, command.process_key))
    else:
        catalog.withdraw(uow, queries.SCENARIOS, command.process_key)
    return {"left": left}


def _file(uow: UnitOfWork, key: str) -> str:
    return catalog.kind_named(queries.SCENARIOS).path(key, f"tenants/{tenancy.slug(uow.session, uow.tenant_id)}")


def _held(uow: UnitOfWork, walk_id: UUID, changes: int | None = None) -> Walk:
    """The row, locked. Raises NotFound, Conflict when somebody has gone on meanwhile."""
    policy.require(uow.actor, RIGHT)
    row = uow.session.scalars(select(Walk).where(Walk.id == walk_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(msg("There is no such walk."))
    if changes is not None and row.changes != changes:
        raise Conflict(msg("This walk went on in another window. Look at it again."))
    return row


def _steps(row: Walk, steps: int) -> int:
    if not 0 <= steps <= len(row.deeds):
        raise Invalid(msg("There is no such step of a walk."))
    return steps


def _keep(row: Walk, uow: UnitOfWork, played: walking.Walked) -> None:
    row.changes += 1
    row.changed_at, row.now_at = uow.now, played.now
    row.source_hash = source(uow.session, uow.tenant_id, row.process_key, row.version_id).hash


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(UNNAMED, limit=LONGEST_NAME, fields={"name": [(UNNAMED, {"limit": LONGEST_NAME})]})
    return name


