"""What can be done to a case, by residents, staff and workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import UUID

from app.cases.inbox_commands import AssignTask as AssignTask
from app.cases.inbox_commands import ChangeInboxView as ChangeInboxView
from app.cases.inbox_commands import DelegateTask as DelegateTask
from app.cases.inbox_commands import DeleteInboxView as DeleteInboxView
from app.cases.inbox_commands import InstructCase as InstructCase
from app.cases.inbox_commands import SaveInboxView as SaveInboxView
from app.cases.inbox_commands import SetFollowUp as SetFollowUp
from app.cases.join_commands import JoinCases as JoinCases
from app.cases.join_commands import UndoJoin as UndoJoin
from app.cases.matter_commands import BeginMatter as BeginMatter
from app.cases.matter_commands import OpenMatter as OpenMatter
from app.cases.matter_commands import SendToMatter as SendToMatter
from app.cases.operation_commands import AnonymiseCases as AnonymiseCases
from app.cases.operation_commands import ModifyCase as ModifyCase
from app.cases.operation_commands import ResumeCase as ResumeCase
from app.cases.operation_commands import SuspendCase as SuspendCase
from app.cases.rule_commands import NoteSupervision as NoteSupervision
from app.cases.rule_commands import RaiseUrgency as RaiseUrgency
from app.cases.rule_commands import ReassignTasks as ReassignTasks
from app.cases.rule_commands import TellGroup as TellGroup
from app.cases.settle_commands import SettleDelivery as SettleDelivery
from app.cases.settle_commands import SettleIncident as SettleIncident
from app.cases.worker_commands import DeliverToCase as DeliverToCase
from app.cases.worker_commands import FireDueTimer as FireDueTimer
from app.cases.worker_commands import NoteJobFailure as NoteJobFailure
from app.cases.worker_commands import NoteTimerFailure as NoteTimerFailure
from app.cases.worker_commands import RunJob as RunJob
from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class SubmitCase(Command):
    """Hand a request in. Answer {"case_id", "number", "token"}; the token is shown once and stored hashed.

    `guest_mark`: the mark under which a visitor without an account sent the files. `similar_to`: an open case that the
    sender says is the same; the window is told, and decides. `call_back`: please ring instead of writing.
    `on_behalf_of`: the name of the person it is for, when a neighbour or child sends it. `confidential`: the resident
    asks that who they are stays with those who must know; the table `person_visibility` says who that is.
    """

    text: str
    name: str | None = None
    phone: str | None = None
    anonymous: bool = False
    channel: str = "web"
    module: str | None = None
    service: str | None = None
    urgency_claimed: str | None = None
    place_id: UUID | None = None
    place_text: str | None = None
    lat: float | None = None
    lng: float | None = None
    attachment_ids: tuple[UUID, ...] = ()
    guest_mark: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    similar_to: UUID | None = None
    call_back: bool = False
    on_behalf_of: str | None = None
    confidential: bool = False
    locale: str = "zh"


@dataclass(frozen=True, kw_only=True)
class ClaimTask(Command):
    """Take a task of one's group. Answer {"case_id", "task_id"}; Conflict names who has it."""

    task_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReleaseTask(Command):
    """Give a task back to its groups. Answer {"case_id"}."""

    task_id: UUID


@dataclass(frozen=True, kw_only=True)
class CompleteTask(Command):
    """Send a task's form. Answer {"case_id", "next_task_id", "stopped"}.

    `next_task_id`: a task of the same case for the same person, or None. `stopped`: the process could not go on; what
    was sent is kept, and an incident waits for somebody.
    """

    task_id: UUID
    data: Mapping[str, Any] = field(default_factory=dict)
    form_hash: str | None = None
    locale: str = "zh"


@dataclass(frozen=True, kw_only=True)
class CaseCommand(Command):
    """By the resident: with the personal link's token, or signed in with the case's id. Answer {"case_id"}."""

    token: str | None = None
    case_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class AnswerQuestion(CaseCommand):
    """Answer what the unit asked. Conflict when nothing is asked."""

    text: str
    attachment_ids: tuple[UUID, ...] = ()
    guest_mark: str | None = None


@dataclass(frozen=True, kw_only=True)
class RefuseAppointment(CaseCommand):
    """Say that the agreed time does not suit, with what would. Conflict when no visit is awaited."""

    text: str


@dataclass(frozen=True, kw_only=True)
class WithdrawCase(CaseCommand):
    """Take the request back while it is open."""

    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class RateCase(CaseCommand):
    """Rate 1 to 5 (5 best); `solved`: yes, half or no. Conflict when no rating is awaited.

    `may_publish`: the office may show the case to others, without a name.
    """

    rating: int
    solved: str
    comment: str = ""
    may_publish: bool = False
    attachment_ids: tuple[UUID, ...] = ()
    guest_mark: str | None = None


@dataclass(frozen=True, kw_only=True)
class KeepDraft(Command):
    """Keep what was typed into a task's form, of one person, until it is sent. Answer {"kept_at"} (ISO).

    A claim that was lost meanwhile does not matter; Conflict when the task is over or outside the person's groups.
    """

    task_id: UUID
    data: Mapping[str, Any] = field(default_factory=dict)
    form_hash: str | None = None


@dataclass(frozen=True, kw_only=True)
class DropDraft(Command):
    """Throw one's own draft of a task away. NotFound when there is none. Answer {"dropped"}."""

    task_id: UUID


@dataclass(frozen=True, kw_only=True)
class DropOldDrafts(Command):
    """Worker: drafts that nobody has touched for the office's `draft_days` are forgotten. Answer {"dropped"}."""


@dataclass(frozen=True, kw_only=True)
class GiveTimeBack(Command):
    """After a suspension: drafts and messages that wait grow `lost` younger. Clocks of the law are not touched."""

    lost: timedelta


@dataclass(frozen=True, kw_only=True)
class LogContact(Command):
    """A try to speak with the resident: `channel` phone, visit or message. Answer {"entry_id"}.

    `tell_resident`: the resident's page says when and how, never what was said. `next_try_on` is for staff.
    """

    case_id: UUID
    channel: str
    reached: bool
    with_whom: str = ""
    text: str = ""
    next_try_on: date | None = None
    tell_resident: bool = False


@dataclass(frozen=True, kw_only=True)
class AddNote(Command):
    """A line of staff in the journal; `visibility`: staff or public. Answer {"entry_id", "mentioned"}.

    `@login` or `@name` of a colleague who may read the case tells that colleague. Invalid for a name nobody bears,
    and for a colleague's name in a note that the resident reads.
    """

    case_id: UUID
    text: str
    visibility: str = "staff"
    attachment_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AttachFile(Command):
    """Let stored files belong to a case. By staff, or by the resident with the token."""

    case_id: UUID | None = None
    token: str | None = None
    attachment_ids: tuple[UUID, ...] = ()
    guest_mark: str | None = None


@dataclass(frozen=True, kw_only=True)
class AdoptCases(Command):
    """A resident who proved to have a phone takes over the requests made with it. Answer {"cases"}."""


@dataclass(frozen=True, kw_only=True)
class ErasePerson(Command):
    """Empty a person's data and words in all closed cases. Conflict while a case is open. Answer {"cases"}."""

    person_id: UUID


@dataclass(frozen=True, kw_only=True)
class RetryIncident(Command):
    """Try what stopped once more, after writing `variables` into the process. Answer {"case_id", "resolved"}."""

    incident_id: UUID
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class TakeInCase(SubmitCase):
    """Hand in and take in at once, by a clerk who speaks with the person. Answer as of `SubmitCase`.

    `decision`: accept, answer_now (with `answer`, and what the person says of it) or join (`similar_to`). `rating` and
    `solved` are None when the person was not asked. `same_call`: an earlier request of the same call.
    """

    kind: str | None = None
    decision: str = "accept"
    answer: str | None = None
    rating: int | None = None
    solved: str | None = None
    same_call: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class GoOnWithCase(Command):
    """Do the background work that waits in a case now, for somebody who waits for its next task. Answer {"done"}."""

    case_id: UUID


@dataclass(frozen=True, kw_only=True)
class NoteLookUp(Command):
    """Keep in the audit trail that somebody looked for a person; `how`: phone or name, `found`: how many were shown."""

    while_paused: ClassVar[bool] = True
    how: str
    found: int
