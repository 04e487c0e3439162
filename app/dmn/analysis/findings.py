"""What an analysis found: one record each, with the rows, the cell and an example; and how its values are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.feel import (
    DaysTimeDuration,
    FeelDate,
    FeelDateTime,
    FeelTime,
    YearsMonthsDuration,
    number_text,
)

MOST = 30
"""Findings of one kind that are told of one table."""


@dataclass(frozen=True)
class Finding:
    """`rows` and `column` count from 0; the finding belongs to the last of `rows`, or to the table without any.

    `example`: values by input expression; `shown`: the inputs that matter in it. `words`: more for its sentence.
    """

    kind: str
    rows: tuple[int, ...] = ()
    severity: str = "warning"
    column: int | None = None
    output: int | None = None
    example: Mapping[str, Any] = field(default_factory=dict)
    shown: tuple[str, ...] = ()
    words: Mapping[str, Any] = field(default_factory=dict)

    def example_text(self) -> str:
        """`category = "complaint", days = 4`: the inputs that matter, all where none does in particular."""
        names = self.shown or tuple(self.example)
        return ", ".join(f"{name} = {literal_text(self.example[name])}" for name in names) or "-"


def literal_text(value: Any) -> str:
    """A value as the expression language writes it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, Decimal):
        return number_text(value)
    name = next((name for kind, name in _CALLS.items() if isinstance(value, kind)), None)
    return f'{name}("{value}")' if name is not None else "{}"


_CALLS: Mapping[type, str] = {
    FeelDate: "date", FeelTime: "time", FeelDateTime: "date and time", DaysTimeDuration: "duration",
    YearsMonthsDuration: "duration",
}
