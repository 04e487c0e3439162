"""What whoever looks after running processes may do with one: change it, suspend it, let it go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class ModifyCase(Command):
    """Move the process of a case. Answer {"case_id", "tasks"} (element ids of the tasks that are open then).

    `cancel`: task ids of tokens that go; `activate`: elements (`element` or `process/element`) that get one;
    `variables` are written into the process. `reason` stands in the journal.
    """

    case_id: UUID
    reason: str
    cancel: tuple[str, ...] = ()
    activate: tuple[str, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SuspendCase(Command):
    """Nothing moves the process until it is resumed; its legal clocks run on. Answer {"suspended"}."""

    case_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class ResumeCase(Command):
    """Go on; what came due meanwhile is due now. Answer {"resumed"}."""

    case_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class AnonymiseCases(Command):
    """Machine: empty personal data and words of closed cases whose time has come; people go with their last case.
    Answer {"cases"}."""

    case_ids: tuple[UUID, ...]
