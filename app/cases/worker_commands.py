"""What workers do with a case, and what they note when it failed; a part of `commands`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class FireDueTimer(Command):
    """Worker: the time of a timer has come. Answer {"fired"}."""

    timer_id: UUID


@dataclass(frozen=True, kw_only=True)
class RunJob(Command):
    """Worker: do a job of the process. Answer {"done"}."""

    job_id: UUID


@dataclass(frozen=True, kw_only=True)
class NoteJobFailure(Command):
    """Worker: a job failed; wait, and after the last try open an incident."""

    job_id: UUID
    error: str


@dataclass(frozen=True, kw_only=True)
class NoteTimerFailure(Command):
    """Worker: a timer could not be fired; it is held and an incident tells why."""

    timer_id: UUID
    error: str


@dataclass(frozen=True, kw_only=True)
class DeliverToCase(Command):
    """Worker: a message of one case to others (by name and key), or into the buffer. Answer {"delivered"}."""

    name: str
    message_key: str
    variables: Mapping[str, Any] = field(default_factory=dict)
