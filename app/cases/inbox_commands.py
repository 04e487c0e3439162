"""What staff do with tasks in their inbox beside working on them, and with their saved views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class AssignTask(Command):
    """Give a task to a person, by whoever may reassign it. Answer {"case_id", "name"}.

    Invalid at `user_id` while that person is away, unless `even_absent`; its params name the substitute.
    """

    task_id: UUID
    user_id: UUID | None
    reason: str = ""
    even_absent: bool = False


@dataclass(frozen=True, kw_only=True)
class DelegateTask(Command):
    """The holder hands a task to a colleague of the same groups. Answer and Invalid as `AssignTask`."""

    task_id: UUID
    user_id: UUID | None
    note: str = ""
    even_absent: bool = False


@dataclass(frozen=True, kw_only=True)
class SetFollowUp(Command):
    """The holder wants to look at a task again on a day; None forgets it. No clock moves. Answer {"case_id"}."""

    task_id: UUID
    on: date | None


@dataclass(frozen=True, kw_only=True)
class InstructCase(Command):
    """A supervisor's instruction to whoever handles a case. Answer {"entry_id", "told": names}.

    It stands in the journal for staff. Who holds an open task of the case is told, else who may take one.
    """

    case_id: UUID
    text: str


@dataclass(frozen=True, kw_only=True)
class SaveInboxView(Command):
    """Keep a filter and order under a name; a known name is overwritten. Answer {"view_id"}."""

    name: str
    wanted: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ChangeInboxView(Command):
    """Rename one's own view, or make it the one the inbox opens with, or no longer. Answer {"view_id"}."""

    view_id: UUID
    name: str | None = None
    is_default: bool | None = None


@dataclass(frozen=True, kw_only=True)
class DeleteInboxView(Command):
    """Forget one's own view."""

    view_id: UUID
