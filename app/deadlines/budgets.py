"""Budgets: how much time a clock gives, in which unit, and what that means on a calendar. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from app.deadlines.working_time import WorkCalendar
from app.kernel.errors import Invalid, msg

UNITS = ("wd", "wh", "h", "d", "min")
WORKING_UNITS = frozenset({"wd", "wh"})
LIMIT = {"wd": 2_000, "wh": 20_000, "h": 50_000, "d": 3_000, "min": 3_000_000}


@dataclass(frozen=True)
class Budget:
    """`amount` of `unit`: wd working day, wh working hour, h clock hour, d calendar day, min minute.

    One working day is neither 8 h nor 24 h: it ends at the same working instant of the next working day.
    `warn` is the part of the budget (0..1) after which a reminder is due, or None.
    """

    amount: Decimal
    unit: str
    warn: Decimal | None = None

    @staticmethod
    def parse(value: Mapping[str, Any]) -> Budget:
        """From `{"amount": 5, "unit": "wd", "warn": 0.8}`. Raises Invalid."""
        try:
            amount, unit = Decimal(str(value["amount"])), value["unit"]
            warn = None if value.get("warn") is None else Decimal(str(value["warn"]))
        except (KeyError, TypeError, AttributeError, InvalidOperation) as error:
            raise Invalid(msg("A time limit needs an amount and a unit.")) from error
        if unit not in UNITS or not amount.is_finite() or not 0 <= amount <= LIMIT[unit]:
            raise Invalid(msg("A time limit of %(amount)s %(unit)s is not possible."), amount=str(amount), unit=unit)
        if warn is not None and not (warn.is_finite() and 0 <= warn <= 1):
            raise Invalid(msg("A reminder lies between 0 and 1 of the time limit, not at %(warn)s."), warn=str(warn))
        return Budget(amount, unit, warn)

    def document(self) -> dict[str, Any]:
        """The JSON form that `parse` reads."""
        return {"amount": self.amount, "unit": self.unit, "warn": self.warn}

    def due(self, calendar: WorkCalendar, start: datetime) -> datetime:
        """When the budget, begun at `start`, is used up. Aware UTC."""
        return add(calendar, start, self.amount, self.unit)

    def warn_at(self, calendar: WorkCalendar, start: datetime, due: datetime) -> datetime | None:
        """When to remind. For limits in calendar days never at night, on a weekend or holiday: at the next opening, or
        at the closing before where that comes too late; only a limit without any working time is reminded of outside.
        """
        if self.warn is None:
            return None
        if self.unit != "d":
            return min(add(calendar, start, self.amount * self.warn, self.unit), due)
        at = start + (due - start) * float(self.warn)
        for moment in (calendar.opening(at), calendar.closing(at)):
            if start < moment <= due:
                return moment.astimezone(UTC)
        return at.astimezone(UTC)


def add(calendar: WorkCalendar, start: datetime, amount: Decimal, unit: str) -> datetime:
    """`start` plus an amount of a unit, aware UTC. Parts of a working day are parts of its working time."""
    if unit == "wd":
        whole, part = divmod(amount, 1)
        at = calendar.add_days(start, int(whole))
        return calendar.add(at, _times(calendar.shifts.length(), part)).astimezone(UTC)
    if unit == "wh":
        return calendar.add(start, _times(timedelta(hours=1), amount)).astimezone(UTC)
    if unit == "d" and amount:  # none stays where it is, also in the hour that the clocks show twice
        local = start.astimezone(calendar.zone)
        return (local + _times(timedelta(days=1), amount)).astimezone(UTC)  # same wall time: summer time is no hour
    return start.astimezone(UTC) + _times(timedelta(hours=1) if unit == "h" else timedelta(minutes=1), amount)


def waited(calendar: WorkCalendar, unit: str, start: datetime, end: datetime) -> timedelta:
    """Time from `start` to `end` in the kind of time the unit counts."""
    return calendar.between(start, end) if unit in WORKING_UNITS else max(end - start, timedelta(0))


def moved(calendar: WorkCalendar, unit: str, at: datetime, by: timedelta) -> datetime:
    """`at` moved later by time of the unit's kind; unchanged (also at a closing) when nothing was waited."""
    if by <= timedelta(0):
        return at
    return (calendar.add(at, by) if unit in WORKING_UNITS else at + by).astimezone(UTC)


def _times(span: timedelta, amount: Decimal) -> timedelta:
    micros = (Decimal(span // timedelta(microseconds=1)) * amount).to_integral_value()
    return timedelta(microseconds=int(micros))
