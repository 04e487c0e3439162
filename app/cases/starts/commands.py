"""What workers do for start events with triggers, and messages from outside a process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class IndexStarts(Command):
    """Worker: write down how the live processes of the office begin. Answer {"indexed"}: False when it was right."""


@dataclass(frozen=True, kw_only=True)
class FireStart(Command):
    """Worker: a timer start is due. Answer {"fired"}; what was missed while nothing ran is one firing."""

    start_id: UUID


@dataclass(frozen=True, kw_only=True)
class NoteStartFailure(Command):
    """Worker: a timer start could not be fired; wait longer each time."""

    start_id: UUID


@dataclass(frozen=True, kw_only=True)
class BeginByMessage(Command):
    """Worker: a message, or a signal's copy, that nobody waits for and a process begins with. Answer {"begun"}."""

    message_id: UUID


@dataclass(frozen=True, kw_only=True)
class PublishMessage(Command):
    """Machine, or nested: a message for whoever waits for it, else for a process that begins with it.

    `ttl`: seconds it waits, by default 30 days, at most 120; 0: only for who waits now. `message_id`: a second one with
    this id, under the same name and key, is dropped for as long as the first lives. Answer {"kept"}.
    """

    name: str
    message_key: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    ttl: float | None = None
    message_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class SendMessage(Command):
    """A person helps a process that waits, or begins one: a message with a reason, which stands in the journal of each
    case that waits for it. Answer {"reached"}: how many waited. Raises Forbidden, Invalid."""

    name: str
    reason: str
    message_key: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DropStartKeys(Command):
    """Worker: forget the keys whose instances have ended. Answer {"dropped"}."""
