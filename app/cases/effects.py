"""What a step means for the case: plain effects collected by the listener while the engine runs, applied after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.cases.commitments.terms import Terms


@dataclass(frozen=True)
class EnterPhase:
    """The case reaches one of the six steps."""

    phase: str


@dataclass(frozen=True)
class SetColumns:
    """Codes of the case get new values."""

    values: dict[str, str | None]


@dataclass(frozen=True)
class WriteEntry:
    """A line for the journal."""

    kind: str
    body: str
    visibility: str
    element_id: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NoteRating:
    """A rating taken by a person for the resident."""

    rating: int | None
    solved: str | None


@dataclass(frozen=True)
class Agree:
    """A visit is agreed: a day (ISO), a part of the day (a code of the form), words on both."""

    on: str
    part: str
    note: str
    price: str


@dataclass(frozen=True)
class EndAppointment:
    """What became of the visit that was agreed last: kept, missed, cancelled, refused."""

    state: str


@dataclass(frozen=True)
class DecideVisit:
    """How the resident is asked afterwards, or that nobody asks: two codes of the table."""

    visit: str
    reason: str


@dataclass(frozen=True)
class Promise:
    """Something is promised to the resident."""

    terms: Terms


@dataclass(frozen=True)
class Answered:
    """The resident has the answer that was promised."""


@dataclass(frozen=True)
class Fault:
    """An element property that means nothing: shown as an incident, without stopping the case."""

    element_id: str
    message: str
    params: dict[str, Any]


Effect = (EnterPhase | SetColumns | WriteEntry | NoteRating | Agree | EndAppointment | DecideVisit | Promise | Answered
          | Fault)
