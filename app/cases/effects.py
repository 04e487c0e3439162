"""What a step means for the case: plain effects collected by the listener while the engine runs, applied after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


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


@dataclass(frozen=True)
class NoteRating:
    """A rating taken by a person for the resident."""

    rating: int | None
    solved: str | None


@dataclass(frozen=True)
class Fault:
    """An element property that means nothing: shown as an incident, without stopping the case."""

    element_id: str
    message: str
    params: dict[str, Any]


Effect = EnterPhase | SetColumns | WriteEntry | NoteRating | Fault
