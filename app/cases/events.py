"""What happens to a case, a clock or an incident: ids, codes, numbers and times only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.kernel.events import event


@dataclass(frozen=True, kw_only=True)
class CaseEvent:
    """What every event of a case tells: where it stands and how it is classified at that time."""

    case_id: UUID
    channel: str
    phase: str
    module: str | None = None
    service: str | None = None
    kind: str | None = None
    urgency: str | None = None
    unit: str | None = None
    person_id: UUID | None = None
    place_id: UUID | None = None


@event("case.submitted")
@dataclass(frozen=True, kw_only=True)
class CaseSubmitted(CaseEvent):
    """A request came in."""

    anonymous: bool
    attachments: int
    length: int


@event("case.phase_entered")
@dataclass(frozen=True, kw_only=True)
class CasePhaseEntered(CaseEvent):
    """One of the six steps began; `phase` is the new one."""

    previous: str | None


@event("case.classified")
@dataclass(frozen=True, kw_only=True)
class CaseClassified(CaseEvent):
    """Module, service, kind or urgency have new values."""


@event("case.dispatched")
@dataclass(frozen=True, kw_only=True)
class CaseDispatched(CaseEvent):
    """A unit has the case; `previous_unit` had it before."""

    previous_unit: str | None


@dataclass(frozen=True, kw_only=True)
class TaskEvent(CaseEvent):
    """About one user task. `groups` is a list with commas."""

    task_id: UUID
    element_id: str
    process_id: str


@event("case.task_opened")
@dataclass(frozen=True, kw_only=True)
class CaseTaskOpened(TaskEvent):
    """Work waits for people of these groups."""

    groups: str
    due_at: datetime | None


@event("case.task_claimed")
@dataclass(frozen=True, kw_only=True)
class CaseTaskClaimed(TaskEvent):
    """Somebody took it."""

    minutes_open: int


@event("case.task_released")
@dataclass(frozen=True, kw_only=True)
class CaseTaskReleased(TaskEvent):
    """Given back to the group."""


@event("case.task_completed")
@dataclass(frozen=True, kw_only=True)
class CaseTaskCompleted(TaskEvent):
    """Done by a person."""

    minutes_open: int


@event("case.task_cancelled")
@dataclass(frozen=True, kw_only=True)
class CaseTaskCancelled(TaskEvent):
    """No longer needed: the process went another way."""


@dataclass(frozen=True, kw_only=True)
class EntryEvent(CaseEvent):
    """A line came into the journal."""

    entry_id: UUID
    visibility: str
    by_resident: bool
    element_id: str | None


@event("case.replied")
@dataclass(frozen=True, kw_only=True)
class CaseReplied(EntryEvent):
    """The unit answered the resident."""


@event("case.returned")
@dataclass(frozen=True, kw_only=True)
class CaseReturned(EntryEvent):
    """A unit sent the case back with a reason."""


@event("case.question_asked")
@dataclass(frozen=True, kw_only=True)
class CaseQuestionAsked(EntryEvent):
    """The resident is asked for something."""


@event("case.question_answered")
@dataclass(frozen=True, kw_only=True)
class CaseQuestionAnswered(EntryEvent):
    """The resident answered."""


def _contact_without_details(data: dict[str, Any]) -> dict[str, Any]:
    return data | {"contact_channel": None, "reached": None}


@event("case.contacted", version=2, upcasters={1: _contact_without_details})
@dataclass(frozen=True, kw_only=True)
class CaseContacted(EntryEvent):
    """The unit tried to speak with the resident. `channel` is the case's; None: the diagram does not tell."""

    contact_channel: str | None = None
    reached: bool | None = None


@event("case.person_mentioned")
@dataclass(frozen=True, kw_only=True)
class CasePersonMentioned(CaseEvent):
    """A colleague is named in a note and is to be told."""

    entry_id: UUID
    user_id: UUID


@event("case.extension_noted")
@dataclass(frozen=True, kw_only=True)
class CaseExtensionNoted(EntryEvent):
    """An extension was asked for or decided."""


@event("case.ruled")
@dataclass(frozen=True, kw_only=True)
class CaseRuled(EntryEvent):
    """The higher level ruled."""


@event("case.not_accepted")
@dataclass(frozen=True, kw_only=True)
class CaseNotAccepted(EntryEvent):
    """Refused with a reason and the right place."""


@event("case.entry_added")
@dataclass(frozen=True, kw_only=True)
class CaseEntryAdded(EntryEvent):
    """Any other line of the journal."""

    entry_kind: str


@event("case.rated")
@dataclass(frozen=True, kw_only=True)
class CaseRated(CaseEvent):
    """Satisfaction 1 to 5 (5 best) and whether it was solved: yes, half or no. `source`: resident or caller."""

    rating: int | None
    solved: str | None
    source: str
    round: int


@event("case.reopened")
@dataclass(frozen=True, kw_only=True)
class CaseReopened(CaseEvent):
    """Handled again after the follow-up."""

    round: int


@event("case.withdrawn")
@dataclass(frozen=True, kw_only=True)
class CaseWithdrawn(CaseEvent):
    """The resident took the request back."""


@event("case.joined")
@dataclass(frozen=True, kw_only=True)
class CaseJoined(CaseEvent):
    """The case follows an earlier one."""

    earlier_case_id: UUID


@event("case.taken_apart")
@dataclass(frozen=True, kw_only=True)
class CaseTakenApart(CaseEvent):
    """The case followed an earlier one by mistake and goes on alone."""

    earlier_case_id: UUID


@event("case.closed")
@dataclass(frozen=True, kw_only=True)
class CaseClosed(CaseEvent):
    """The process ended."""

    outcome: str
    rating: int | None
    solved: str | None
    round: int
    hours: int


@event("case.attachment_added")
@dataclass(frozen=True, kw_only=True)
class CaseAttachmentAdded(CaseEvent):
    """A file belongs to the case."""

    attachment_id: UUID


@event("person.looked_up")
@dataclass(frozen=True, kw_only=True)
class PersonLookedUp:
    """The desk looked for a caller; `how`: phone or name, `found`: how many people were shown."""

    how: str
    found: int


@event("person.erased")
@dataclass(frozen=True, kw_only=True)
class PersonErased:
    """Name, phone and all words of a person are gone."""

    person_id: UUID
    cases: int


@event("case.notice_wanted")
@dataclass(frozen=True, kw_only=True)
class CaseNoticeWanted(CaseEvent):
    """Somebody is to be told; `notice_id` is a row of `case_notice`. `audience`: resident or group."""

    notice_id: UUID
    template: str
    audience: str
    group: str | None


@event("case.appointment_changed")
@dataclass(frozen=True, kw_only=True)
class CaseAppointmentChanged(CaseEvent):
    """A visit was agreed (`agreed`), or what became of it is known; `visit_on` is its day (ISO)."""

    state: str
    visit_on: str
