"""Moving running processes to another version of their diagram: one, or many in the background."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class MigrateCase(Command):
    """Move the process of one case, or a process it calls, at once. Answer {"case_id", "notes"}.

    `pairs`: element id -> element id in the new version, for elements that are gone. Raises Conflict with the first
    reason where it must stay.
    """

    case_id: UUID
    process_id: str
    to_hash: str
    reason: str
    pairs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PlanMigration(Command):
    """Choose instances and look at each; nothing moves yet. Answer {"run_id", "instances"}.

    `at`: only those with a token at one of these elements; `submitted_from`: only cases handed in since then;
    `services`, `units`: only cases of one of these. `at_once`: it begins by itself after the look.
    """

    process_id: str
    from_hash: str
    to_hash: str
    reason: str
    pairs: Mapping[str, str] = field(default_factory=dict)
    at: tuple[str, ...] = ()
    submitted_from: datetime | None = None
    services: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    at_once: bool = False


@dataclass(frozen=True, kw_only=True)
class PlanWayBack(Command):
    """Choose what a run has moved, to go back to where it came from. Answer {"run_id", "instances"}."""

    run_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class StartMigration(Command):
    """Begin to move what was looked at, or go on after a stop. Answer {"state"}."""

    run_id: UUID


@dataclass(frozen=True, kw_only=True)
class StopMigration(Command):
    """No further instance moves until the run is started again. Answer {"state"}."""

    run_id: UUID


@dataclass(frozen=True, kw_only=True)
class PauseMigration(Command):
    """No further instance is looked at or moved until it goes on. Answer {"state"}. Raises Conflict, Invalid."""

    run_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class ResumeMigration(Command):
    """Go on after a pause, where it was. Answer {"state"}. Raises Conflict, Invalid."""

    run_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class LookAtMigration(Command):
    """The worker's next look at some instances of a run. Answer {"looked"}."""

    run_id: UUID


@dataclass(frozen=True, kw_only=True)
class MoveInstance(Command):
    """The worker's move of one instance of a run that is under way. Answer {"result"}; empty when it was not its turn.
    """

    item_id: UUID


@dataclass(frozen=True, kw_only=True)
class NoteMoveFailure(Command):
    """What kept an instance from being moved, when it was no reason of the move itself. Answer {"result"}."""

    item_id: UUID
    error: str


@dataclass(frozen=True, kw_only=True)
class FinishMigration(Command):
    """Nothing of the run is left to be moved. Answer {"state"}."""

    run_id: UUID


@dataclass(frozen=True, kw_only=True)
class ForgetMoves(Command):
    """Drop the states kept for the way back of moves that are a month old. Answer {"dropped"}."""
