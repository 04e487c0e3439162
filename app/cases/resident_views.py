"""What residents' pages get to see of a case: plain frozen values, in the manner of `views`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.cases.commitments import CommitmentView
from app.cases.views import EntryView, FileView, Sentence


@dataclass(frozen=True)
class AppointmentView:
    """The visit agreed last; `part` and `state` are codes. `may_refuse`: the resident can say that it does not suit."""

    visit_on: str
    part: str
    note: str
    price: str
    state: str
    may_refuse: bool


@dataclass(frozen=True)
class NextDate:
    """The date of one clock. `late`: it has passed; `waits`: the clock stands still meanwhile."""

    name: str
    due_at: datetime
    late: bool
    waits: bool
    reasons: tuple[Sentence, ...]


@dataclass(frozen=True)
class PhaseView:
    """One of the six steps; `state`: done, current or todo."""

    key: str
    state: str
    at: datetime | None


@dataclass(frozen=True)
class ResidentPage:
    """A case as its resident sees it. `question` is the open question's text, or None; `unit_by_table`: whether the
    unit is the one that the table of units named, rather than a person; `commitments`: the promise
    given last, then earlier ones."""

    case_id: UUID
    number: str
    text: str
    status: str
    service_zh: str
    service_en: str
    unit_zh: str
    unit_en: str
    phases: tuple[PhaseView, ...]
    plain_status: Sentence
    submitted_at: datetime
    promised_at: datetime | None
    promise_reasons: tuple[Sentence, ...]
    entries: tuple[EntryView, ...]
    question: str | None
    can_withdraw: bool
    can_rate: bool
    rating: int | None
    solved: str | None
    attachments: tuple[FileView, ...]
    appointment: AppointmentView | None = None
    next_date: NextDate | None = None
    service: str | None = None
    place: str = ""
    unit_by_table: bool = False
    commitments: tuple[CommitmentView, ...] = ()
