"""Handlers that begin, pause and stop runs. What has moved stays moved."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.auth import policy
from app.cases.handlers.operating import checked_reason
from app.cases.moving.commands import PauseMigration, ResumeMigration, StartMigration, StopMigration
from app.cases.moving.events import MigrationPaused, MigrationResumed, MigrationStarted, MigrationStopped
from app.cases.moving.model import LOOKING, PAUSED, PLANNED, RUNNING, STOPPED, MigrationItem, MigrationRun
from app.kernel.bus import handles
from app.kernel.errors import Conflict, NotFound, msg
from app.kernel.unit_of_work import UnitOfWork

MIGRATE = "instance.migrate"
NOT_NOW = msg("This cannot be started now.")
NOT_UNDER_WAY = msg("This is not under way.")


@handles(StartMigration)
def start_migration(command: StartMigration, uow: UnitOfWork) -> dict[str, Any]:
    """After the look, or after a stop. What was stopped before it had been looked at is looked at first."""
    require(uow, MIGRATE)
    run = run_of(uow, command.run_id)
    if run.state not in (PLANNED, STOPPED):
        raise Conflict(NOT_NOW)
    if run.started_at is None and _unseen(uow, run):
        run.state, run.at_once = LOOKING, True
    else:
        set_off(uow, run)
    return {"state": run.state}


def set_off(uow: UnitOfWork, run: MigrationRun) -> None:
    """Instances move from now on."""
    run.state, run.started_at = RUNNING, run.started_at or uow.now
    uow.record(MigrationStarted(**codes(run)))


@handles(StopMigration)
def stop_migration(command: StopMigration, uow: UnitOfWork) -> dict[str, Any]:
    """The way back is another run."""
    require(uow, MIGRATE)
    run = run_of(uow, command.run_id)
    if run.state not in (RUNNING, PAUSED):
        raise Conflict(NOT_UNDER_WAY)
    run.state = STOPPED
    uow.record(MigrationStopped(**codes(run)))
    return {"state": run.state}


@handles(PauseMigration)
def pause_migration(command: PauseMigration, uow: UnitOfWork) -> dict[str, Any]:
    """The instance that is being moved at this moment is moved to its end."""
    require(uow, MIGRATE)
    run, reason = run_of(uow, command.run_id), checked_reason(command.reason)
    if run.state not in (LOOKING, RUNNING):
        raise Conflict(NOT_UNDER_WAY)
    _steer(uow, run, PAUSED, reason)
    uow.record(MigrationPaused(**codes(run)))
    return {"state": run.state}


@handles(ResumeMigration)
def resume_migration(command: ResumeMigration, uow: UnitOfWork) -> dict[str, Any]:
    """A look that was paused goes on looking."""
    require(uow, MIGRATE)
    run, reason = run_of(uow, command.run_id), checked_reason(command.reason)
    if run.state != PAUSED:
        raise Conflict(msg("This is not paused."))
    _steer(uow, run, LOOKING if run.started_at is None else RUNNING, reason)
    uow.record(MigrationResumed(**codes(run)))
    return {"state": run.state}


def _steer(uow: UnitOfWork, run: MigrationRun, state: str, reason: str) -> None:
    run.state = state
    who = str(uow.actor.user_id) if uow.actor.user_id is not None else ""
    run.steered = [*run.steered, ["paused" if state == PAUSED else "resumed", uow.now.isoformat(), who, reason]]


def _unseen(uow: UnitOfWork, run: MigrationRun) -> bool:
    query = select(MigrationItem.id).where(MigrationItem.run_id == run.id, MigrationItem.verdict == "").limit(1)
    return uow.session.scalar(query) is not None


def codes(run: MigrationRun) -> dict[str, Any]:
    """The fields of every event of a run."""
    return {"run_id": run.id, "process_id": run.process_id, "from_version": run.from_version,
            "to_version": run.to_version}


def run_of(uow: UnitOfWork, run_id: UUID) -> MigrationRun:
    """The run, held. Raises NotFound."""
    run = uow.session.scalars(select(MigrationRun).where(MigrationRun.id == run_id).with_for_update()).one_or_none()
    if run is None:
        raise NotFound(msg("There is no such move."))
    return run


def require(uow: UnitOfWork, right: str) -> None:
    """Raises Forbidden for a person without the right."""
    if uow.actor.kind != "system":
        policy.require(uow.actor, right)
