"""A year of an office's calendar as people write it: one day, or a CSV table; every fault with a suggestion. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from app.deadlines.working_time import CalendarEntry
from app.kernel.errors import FieldErrors, Invalid, msg
from app.tenancy import imports

KINDS = ("rest", "work")
FIRST_YEAR, LAST_YEAR = 2000, 2100
NAME_LENGTH, SOURCE_LENGTH = 80, 120
CHECK = msg("Please check the marked fields.")
NO_DATE = msg("\"%(text)s\" is not a date. Please write year, month and day like 2026-10-01.")
NO_DATE_BUT = msg("\"%(text)s\" is not written as a date. Did you mean %(suggestion)s?")
NO_KIND = msg("\"%(text)s\" is not known. Please write rest for a holiday or work for a make-up working day.")
NO_KIND_BUT = msg("\"%(text)s\" is not known. Did you mean %(suggestion)s?")
OTHER_YEAR = msg("%(on)s is not in %(year)s. Did you mean %(suggestion)s? Each year has its own page.")
TWICE = msg("%(on)s stands in the table twice: here and in line %(first)s. Keep one of the two lines.")
TAKEN = msg("%(on)s has a row of its own already: %(name)s. Change that row instead.")
ALIASES = {"holiday": "rest", "off": "rest", "free": "rest", "rest day": "rest", "休": "rest", "休息": "rest",
           "放假": "rest", "假": "rest", "节假日": "rest", "workday": "work", "working": "work", "working day": "work",
           "make-up": "work", "班": "work", "上班": "work", "工作日": "work", "调休": "work", "补班": "work"}
Fault = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Day:
    """What one own row says. `kind`: rest (holiday) or work (make-up working day)."""

    kind: str
    name: str
    source: str
    official: bool

    def document(self) -> dict[str, Any]:
        """As a version keeps it."""
        return asdict(self)


Days = dict[date, Day]


def document(year: int, days: Mapping[date, Day]) -> dict[str, Any]:
    """What a version of a year keeps: the year, then each day by its ISO date."""
    return {"year": year, **{on.isoformat(): days[on].document() for on in sorted(days)}}


def known_year(year: int) -> int:
    """The year itself. Raises Invalid outside 2000 to 2100."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid(msg("A calendar year lies between %(first)s and %(last)s."), first=FIRST_YEAR, last=LAST_YEAR)
    return year


def one_day(on: str, day: Day, taken: Mapping[date, Day], was: date | None) -> tuple[date, Day]:
    """A day from a form, checked. `taken`: the own rows so far; `was`: the one of them that is changed."""
    faults: FieldErrors = {}
    at = _date(on, faults)
    for field, found in (("kind", kind_fault(day.kind)), *(
            (field, length_fault(getattr(day, field), least, most))
            for field, least, most in (("name", 0, NAME_LENGTH), ("source", 1, SOURCE_LENGTH)))):
        if found is not None:
            faults[field] = [found]
    if at is not None and at in taken and at != was:
        faults["on"] = [(TAKEN, {"on": at.isoformat(), "name": taken[at].name or at.isoformat()})]
    if faults or at is None:
        raise Invalid(CHECK, fields=faults)
    return at, Day(day.kind, day.name.strip(), day.source.strip(), day.official)


def _date(text: str, faults: FieldErrors) -> date | None:
    at, fault = parse_date(text)
    if at is not None and not FIRST_YEAR <= at.year <= LAST_YEAR:
        fault = (msg("A calendar year lies between %(first)s and %(last)s."), {"first": FIRST_YEAR, "last": LAST_YEAR})
    if fault is not None:
        faults["on"] = [fault]
    return at


def parse_date(text: str) -> tuple[date | None, Fault | None]:
    """The date of an ISO text, else what is wrong with it."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        try:
            return date.fromisoformat(text), None
        except ValueError:
            return None, (NO_DATE, {"text": text})
    meant = _meant(text)
    return None, ((NO_DATE_BUT, {"text": text[:40], "suggestion": meant.isoformat()}) if meant
                  else (NO_DATE, {"text": text[:40]}))


def _meant(text: str) -> date | None:
    """The date of `2026/10/1`, `2026.10.01`, `20261001`, `2026年10月1日`, or None."""
    found = (re.fullmatch(r"\s*(\d{4})\s*[-/.年 ]\s*(\d{1,2})\s*[-/.月 ]\s*(\d{1,2})\s*日?\s*", text, re.ASCII)
             or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text, re.ASCII))
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def kind_fault(text: str) -> Fault | None:
    """What is wrong with a kind."""
    if text in KINDS:
        return None
    word = text.strip().lower()
    near = ALIASES.get(word) or next(iter(difflib.get_close_matches(word, [*KINDS, *ALIASES], 1, 0.7)), None)
    meant = ALIASES.get(near, near) if near else None
    return (NO_KIND_BUT, {"text": text[:40], "suggestion": meant}) if meant else (NO_KIND, {"text": text[:40]})


def length_fault(text: str, least: int, most: int) -> Fault | None:
    """What is wrong with the length of a text."""
    if least <= len(text.strip()) <= most:
        return None
    return (msg("Please write 1 to %(limit)s characters."), {"limit": most})


def table(year: int, text: str, source: str, official: bool) -> Days:
    """The days of a CSV table of one year. Raises Invalid with `fields["csv"]`: one message a fault (see `at_line`)."""
    first: dict[date, int] = {}
    found: Days = {}

    def check(row: imports.Row, line: int, faults: imports.Faults) -> None:
        at, fault = parse_date(row["date"])
        wrong = [fault] if fault else []
        if at is not None and at.year != year:
            wrong.append((OTHER_YEAR, {"on": at.isoformat(), "year": year, "suggestion": in_year(at, year)}))
        elif at is not None and at in first:
            wrong.append((TWICE, {"on": at.isoformat(), "first": first[at]}))
        wrong += [one for one in (kind_fault(row["kind"]), length_fault(row.get("name", ""), 0, NAME_LENGTH)) if one]
        faults += [at_line(line, one) for one in wrong]
        if at is not None:
            first.setdefault(at, line)
            found[at] = Day(row["kind"], row.get("name", ""), source, official)

    imports.read(text, ("date", "kind"), check, key=None)
    if not found:
        raise Invalid(msg("The table has no days."), fields={"csv": [(msg("The table has no days."), {})]})
    return found


def entries(days: Mapping[date, Day]) -> list[CalendarEntry]:
    """As a calendar takes them."""
    return [CalendarEntry(on, day.kind, day.name, day.official) for on, day in days.items()]


def at_line(line: int, fault: Fault) -> Fault:
    """A fault with the line it is in, which the page puts in front: `params["at_line"]`."""
    return fault[0], {**fault[1], "at_line": line}


def in_year(at: date, year: int) -> str:
    """The same day of another year, as ISO text; the 29th of February becomes the 28th."""
    day = min(at.day, 28) if at.month == 2 else at.day
    return date(year, at.month, day).isoformat()
