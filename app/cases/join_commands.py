"""Joining open cases and taking them apart; a part of `commands`."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class JoinCases(Command):
    """Let an open case follow another open one, by their numbers. Answer {"case_id", "earlier_id"}."""

    number: str
    earlier_number: str


@dataclass(frozen=True, kw_only=True)
class UndoJoin(Command):
    """Take a case apart again from the one it follows, until that is answered. Answer {"case_id"}."""

    case_id: UUID
