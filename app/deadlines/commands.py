"""What can be done to the calendar. Each moves the open clocks in the same transaction.

`begun_from`: the version of the year that somebody changed; Conflict when there is a newer one. Every answer:
{"moved"}, the number of dates that moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class SaveCalendarDay(Command):
    """Put the office's own row of a day, or change the one of the day `was`. `on`: ISO; `kind`: rest or work.

    `year`: refused when `on` lies in another one; None asks only that it stays in that of `was`.
    """

    on: str
    kind: str
    year: int | None = None
    name: str = ""
    source: str = ""
    official: bool = False
    was: str = ""
    begun_from: int | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class RemoveCalendarDay(Command):
    """Take the office's own row of a day away; what the base says, or the weekday, holds again."""

    on: str
    begun_from: int | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ImportCalendarYear(Command):
    """The office's own rows of a year are those of a CSV with columns date, kind, optionally name; all or nothing."""

    year: int
    csv_text: str
    source: str
    official: bool = False
    begun_from: int | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class TakeOverCalendarYear(Command):
    """The office's own rows of a year are those that the installed list of public holidays knows."""

    year: int
    begun_from: int | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class RestoreCalendarYear(Command):
    """The office's own rows of a year as a version keeps them: ISO day -> {kind, name, source, official}."""

    year: int
    days: Mapping[str, Any]
    begun_from: int | None = None
    reason: str = ""
