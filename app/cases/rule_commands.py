"""What a supervision rule does to a case, by the machine only; a part of `commands`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class TellGroup(Command):
    """Machine: tell a group (`role` or `role@UNIT`) of a case with a message template. Answer {"notice_id"}."""

    case_id: UUID
    template: str
    group: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RaiseUrgency(Command):
    """Machine: a higher urgency; never a lower one. Answer {"urgency", "raised"}."""

    case_id: UUID
    urgency: str


@dataclass(frozen=True, kw_only=True)
class NoteSupervision(Command):
    """Machine: a line in the journal that staff see. Answer {"entry_id"}."""

    case_id: UUID
    text: str


@dataclass(frozen=True, kw_only=True)
class ReassignTasks(Command):
    """Machine: each open task of a case goes to whoever of `role` in the case's unit holds the fewest tasks; without a
    role, to another of those who may do it. Answer {"reassigned", "left"}: how many went, how many found nobody.
    """

    case_id: UUID
    role: str = ""
    reason: str = ""
