"""What pages get to see of cases: plain frozen values, names in two languages, sentences as message ids."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.cases.casework_views import ContactView, DraftView
from app.forms import Form


@dataclass(frozen=True)
class Sentence:
    """A message id with parameters; the page translates it. `str()` is English."""

    message: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message


@dataclass(frozen=True)
class CaseRow:
    """One case in a list. `text_start`: the first words of the resident; `nature`: as in the row."""

    case_id: UUID
    number: str
    nature: str
    service_zh: str
    service_en: str
    unit_zh: str
    unit_en: str
    module: str | None
    service: str | None
    unit: str | None
    kind: str | None
    urgency: str | None
    phase: str
    status: str
    outcome: str | None
    place: str
    channel: str
    text_start: str
    submitted_at: datetime
    closed_at: datetime | None
    promised_at: datetime | None
    colour: str
    plain_status: Sentence

    @property
    def name_zh(self) -> str:
        """A case is called by its service."""
        return self.service_zh

    @property
    def name_en(self) -> str:
        """A case is called by its service."""
        return self.service_en


@dataclass(frozen=True)
class CaseView(CaseRow):
    """One case in full, for staff. `person` None: anonymous, erased, or the reader has no right to it."""

    text: str
    lat: float | None
    lng: float | None
    fields: Mapping[str, Any]
    anonymous: bool
    rounds: int
    rating: int | None
    solved: str | None
    earlier_number: str | None
    joined_numbers: tuple[str, ...]
    person: PersonView | None
    locale: str = "zh"
    confidential: bool = False
    hidden: frozenset[str] = frozenset()
    """What the reader may not see: name, phone, text, files."""
    subject_id: UUID | None = None
    first_unit: str | None = None
    first_unit_zh: str = ""
    first_unit_en: str = ""


@dataclass(frozen=True)
class PersonView:
    """Who asked. `hidden`: the name is left out or the phone shows its last digits only."""

    person_id: UUID
    name: str | None
    phone: str | None
    erased: bool
    hidden: bool = False


@dataclass(frozen=True)
class EntryView:
    """One line of the journal. `author`: name of the member of staff, empty for residents and the system."""

    entry_id: UUID
    kind: str
    body: str
    visibility: str
    by_resident: bool
    author: str
    unit: str | None
    unit_zh: str
    unit_en: str
    at: datetime
    contact: ContactView | None = None
    mentions: tuple[tuple[str, str], ...] = ()
    hidden: bool = False


@dataclass(frozen=True)
class FileView:
    """A file of the case. `scan`: "waiting" while the virus scanner has not seen it, "infected": it was removed."""

    id: UUID
    name: str
    size: int
    media_type: str
    at: datetime
    scan: str = "off"


@dataclass(frozen=True)
class DeadlineView:
    """One clock. `state`: running, paused or stopped; `colour`: green, yellow, red or grey."""

    name: str
    state: str
    due_at: datetime
    first_due_at: datetime
    late: bool
    colour: str
    reasons: tuple[Sentence, ...]


@dataclass(frozen=True)
class TaskView:
    """An open task of a case."""

    task_id: UUID
    element_id: str
    task_name_zh: str
    task_name_en: str
    groups: tuple[str, ...]
    may_work: bool
    is_mine: bool
    claimed_by_name: str | None
    opened_at: datetime
    due_at: datetime | None


@dataclass(frozen=True)
class TaskPage:
    """A task with its form. `values`: what the form shows before anything is entered."""

    task: TaskView
    case: CaseView
    entries: tuple[EntryView, ...]
    attachments: tuple[FileView, ...]
    deadlines: tuple[DeadlineView, ...]
    form: Form | None
    form_hash: str | None
    values: Mapping[str, Any]
    groups: tuple[str, ...]
    claimed_by: str | None
    task_id: UUID
    draft: DraftView | None = None


@dataclass(frozen=True)
class DiagramView:
    """The diagram the instance is pinned to, and where its tokens are and were (element ids)."""

    process_id: str
    process_zh: str
    process_en: str
    xml: str
    active: tuple[str, ...]
    visited: tuple[str, ...]
    incidents: tuple[str, ...]


@dataclass(frozen=True)
class DecisionView:
    """A decision made for the case."""

    record_id: UUID
    decision_id: str
    version: int
    hash: str
    value: Any
    inputs: Mapping[str, Any]
    trace: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True)
class IncidentView:
    """Why something stopped."""

    incident_id: UUID
    case_id: UUID | None
    case_number: str
    element_id: str
    code: str
    problem: Sentence
    opened_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True)
class EventView:
    """One event of the case's history."""

    event_id: UUID
    type: str
    at: datetime
    actor: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class CasePage:
    """Everything about a case for staff; `diagrams` has one for each process of the case, the root first."""

    case: CaseView
    entries: tuple[EntryView, ...]
    attachments: tuple[FileView, ...]
    deadlines: tuple[DeadlineView, ...]
    tasks: tuple[TaskView, ...]
    events: tuple[EventView, ...]
    diagrams: tuple[DiagramView, ...]
    decisions: tuple[DecisionView, ...]
    incidents: tuple[IncidentView, ...]
    returns: tuple[ReturnView, ...] = ()


@dataclass(frozen=True)
class ReturnView:
    """One return of a case as it is judged now; `judgement` is empty when the table said nothing."""

    unit: str
    unit_zh: str
    unit_en: str
    judgement: str
    ground: str
    wait_days: float
    at: datetime


@dataclass(frozen=True)
class Counts:
    """How many cases stand where; each tuple is (code, zh, en, number)."""

    open: int
    closed: int
    late: int
    by_phase: Mapping[str, int]
    by_outcome: Mapping[str, int]
    by_unit: tuple[tuple[str, str, str, int], ...]
    by_module: Mapping[str, int]
