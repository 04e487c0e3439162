"""Reads the element properties that say what a diagram element means for a case. The policy is in the diagram."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.cases.commitments import terms
from app.cases.effects import (
    Agree,
    Answered,
    DecideVisit,
    Effect,
    EndAppointment,
    EnterPhase,
    Fault,
    NoteRating,
    Promise,
    SetColumns,
    WriteEntry,
)
from app.deadlines import DeadlineBook
from app.engine import Element
from app.kernel.errors import YikouError, msg

PHASES = ("submit", "intake", "classify", "dispatch", "reply", "feedback")
COLUMNS = ("service", "module", "unit", "urgency", "kind")
CONTACT_CHANNELS = ("phone", "visit", "message")
SOLVED = ("yes", "half", "no")
MAX_BODY = 20_000


class Listener:
    """Told of entered and left elements; moves the clocks at once, because later timers of the step read them.

    An `internal` matter names its own steps; those of a request are the six that its resident sees.
    """

    def __init__(self, book: DeadlineBook, *, internal: bool = False) -> None:
        self.book, self.internal = book, internal
        self.effects: list[Effect] = []

    def entered(self, element: Element, properties: Mapping[str, Any]) -> None:
        """An element begins."""
        self._guarded(element, lambda: self._enter(properties))
        phase = properties.get("phase")
        if phase in PHASES or (phase and self.internal):
            phase = str(phase)[:20]
            self.effects.append(EnterPhase(phase))
        elif phase:
            self._fault(element, msg("There is no step %(phase)s of a case."), phase=str(phase)[:40])

    def _enter(self, properties: Mapping[str, Any]) -> None:
        for name in names(properties.get("deadline.start")):
            budget = properties.get("deadline.budget")
            if isinstance(budget, Mapping) and budget.get("amount") is not None:
                self.book.start(name, budget)
        for name in names(properties.get("deadline.pause")):
            self.book.pause(name)
        if self.internal:
            return  # a promise is made to a resident
        if properties.get("commitment.give") is not None:
            self.effects.append(Promise(terms.read(properties["commitment.give"])))
        if properties.get("commitment.keep") is True:
            self.effects.append(Answered())

    def left(self, element: Element, properties: Mapping[str, Any], variables: Mapping[str, Any], how: str) -> None:
        """An element ends; only its completion counts, but a pause ends either way."""
        for name in names(properties.get("deadline.pause")):
            self.book.resume(name)
        if how != "completed":
            return
        self._guarded(element, lambda: self._move_clocks(properties))
        columns = {name: _code(properties[f"case.{name}"]) for name in COLUMNS if f"case.{name}" in properties}
        if columns:
            self.effects.append(SetColumns(columns))
        self._entry(element, properties)
        self._appointment(properties)
        if properties.get("visit.decision"):
            self.effects.append(DecideVisit(str(properties["visit.decision"])[:20],
                                            str(properties.get("visit.reason") or "")[:40]))
        if properties.get("entry.kind") == "rating":
            self.effects.append(_rating(variables))
        if self.internal and properties.get("case.score") is not None:
            self.effects.append(NoteRating(_points(properties["case.score"]), None))

    def _move_clocks(self, properties: Mapping[str, Any]) -> None:
        by = properties.get("deadline.by")
        for name in names(properties.get("deadline.extend")):
            if isinstance(by, Mapping) and by.get("amount"):
                self.book.extend(name, by)
        for name in names(properties.get("deadline.interrupt")):
            self.book.interrupt(name)
        for name in names(properties.get("deadline.stop")):
            self.book.stop(name)

    def _entry(self, element: Element, properties: Mapping[str, Any]) -> None:
        kind = properties.get("entry.kind")
        if not kind:
            return
        visibility = "public" if properties.get("entry.visibility") == "public" else "staff"
        body = properties.get("entry.body")
        text = body if isinstance(body, str) else "" if body is None else str(body)
        details = _contact(properties) if kind == "contact" else {}
        self.effects.append(WriteEntry(str(kind)[:30], text[:MAX_BODY], visibility, element.id, details))

    def _appointment(self, properties: Mapping[str, Any]) -> None:
        if properties.get("appointment.on"):
            on, part, note, price = (str(properties.get(f"appointment.{name}") or "")[:200]
                                     for name in ("on", "part", "note", "price"))
            self.effects.append(Agree(on[:10], part[:20], note, price))
        if properties.get("appointment.state"):
            self.effects.append(EndAppointment(str(properties["appointment.state"])[:20]))

    def _guarded(self, element: Element, work: Any) -> None:
        try:
            work()
        except YikouError as error:
            self._fault(element, error.message, **error.params)

    def _fault(self, element: Element, message: str, **params: Any) -> None:
        self.effects.append(Fault(element.id, message, params))


def names(value: Any) -> list[str]:
    """`reply`, `reply, contact`, a list of names, or nothing."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [part for part in value if isinstance(part, str)] if isinstance(value, list | tuple) else []


def _code(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)[:40]


def _contact(properties: Mapping[str, Any]) -> dict[str, Any]:
    """`entry.channel` and `entry.reached` of a contact; None where the diagram does not tell."""
    channel, reached = properties.get("entry.channel"), properties.get("entry.reached")
    return {"contact_channel": channel if channel in CONTACT_CHANNELS else None,
            "reached": reached if isinstance(reached, bool) else None}


def _rating(variables: Mapping[str, Any]) -> NoteRating:
    """The variables `rating` (1 to 5, 5 best) and `solved`, from a message or a form."""
    solved = variables.get("solved")
    return NoteRating(_points(variables.get("rating")), solved if solved in SOLVED else None)


def _points(value: Any) -> int | None:
    """1 to 5; None for anything else."""
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    known = isinstance(value, int | Decimal) and not isinstance(value, bool) and 1 <= value <= 5
    return int(value) if known else None
