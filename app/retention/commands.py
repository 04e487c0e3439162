"""Taking what has had its time, and keeping a case whole."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class ApplyRetention(Command):
    """One batch of one kind (`kinds.KINDS`), the oldest first. Answer {"done", "more"}."""

    what: str
    limit: int = 200


@dataclass(frozen=True, kw_only=True)
class HoldCase(Command):
    """Nothing is taken from the case until it is lifted. Answer {"hold_id"}. Raises Invalid, Conflict."""

    number: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class LiftHold(Command):
    """The table counts for the case again. Raises NotFound."""

    hold_id: UUID
