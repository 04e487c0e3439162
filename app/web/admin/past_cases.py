"""Trying a change on past cases from a page: bounded, and remembered by the page until it publishes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from flask import request
from sqlalchemy.orm import Session

from app.cases import backtest
from app.deadlines import WorkCalendar
from app.kernel.errors import Invalid, YikouError, msg
from app.rules import compared
from app.web.admin.sent import text
from app.web.pages import reading
from app.web.sessions import actor, the_office
from app.web.texts import t

DAYS = (7, 30, 90, 365)
CALENDAR_DAYS = 90
MOST, SECONDS = 10_000, 15.0
"""Of one request; the command of the shell has neither bound."""
SHOWN_GROUPS = 40
FIELDS = ("days", "tried")
SUMMARY = msg("Tried on the last %(days)s days, %(asked)s answers: %(different)s would be different, "
              "%(failing)s could not be decided, %(unjudged)s cannot be judged.")
_MARK = re.compile(r"(\d{1,4})\.(\d{1,9})\.(\d{1,9})\.(\d{1,9})\.(\d{1,9})\.([0-9a-f]{16})", re.ASCII)


@dataclass(frozen=True)
class Tried:
    """A trial in short, as a form takes it along. `content`: of which text; it belongs to no other."""

    days: int
    asked: int
    different: int
    failing: int
    unjudged: int
    content: str

    @staticmethod
    def of(found: backtest.Backtest, data: bytes) -> Tried:
        """What a form takes along."""
        return Tried(found.days, found.asked, found.different, found.failing, found.unjudged, _content(data))

    @property
    def mark(self) -> str:
        """The value of the hidden field `tried`."""
        return ".".join(map(str, (self.days, self.asked, self.different, self.failing, self.unjudged, self.content)))

    def is_of(self, data: bytes) -> bool:
        """Whether it was this text that was tried."""
        return self.content == _content(data)

    def sentence(self) -> str:
        """For the page, and for the one after publishing."""
        return t(SUMMARY, asked=self.asked, days=self.days, different=self.different, failing=self.failing,
                 unjudged=self.unjudged)


def before(found: backtest.Backtest | None, data: bytes) -> Tried | None:
    """This trial in short, else the one that the form brings along."""
    if found is not None:
        return Tried.of(found, data)
    parts = _MARK.fullmatch(text("tried"))
    if parts is None:
        return None
    days, asked, different, failing, unjudged = map(int, parts.groups()[:5])
    return Tried(days, asked, different, failing, unjudged, parts[6])


def chosen_days() -> int:
    """How far back the form asks to look; 30 where it says nothing."""
    return int(text("days")) if text("days") in {str(one) for one in DAYS} else DAYS[1]


def tried(key: str, data: bytes, kind: str = "decision") -> backtest.Backtest:
    """The change in `data` tried on the office's past. Raises Invalid with what is wrong."""
    if request.form.get("days", "") not in {str(one) for one in DAYS}:
        raise Invalid(msg("Please choose one of the options."))
    with reading() as reader:
        return KINDS[kind](reader, key, data, int(text("days")))


def _decision(reader: Session, key: str, data: bytes, days: int) -> backtest.Backtest:
    return backtest.compare(reader, the_office().tenant_id, key, data, days=days, actor=actor(), most=MOST,
                            seconds=SECONDS)


def _rule(reader: Session, _key: str, data: bytes, days: int) -> backtest.Backtest:
    return compared.over_events(reader, the_office().tenant_id, data, days=days, actor=actor(), seconds=SECONDS)


def _process(reader: Session, key: str, data: bytes, days: int) -> backtest.Backtest:
    return backtest.over_cases(reader, the_office().tenant_id, key, data, days=days, actor=actor(), most=MOST,
                               seconds=SECONDS)


KINDS: dict[str, Callable[[Session, str, bytes, int], backtest.Backtest]] = {
    "decision": _decision, "supervision": _rule, "process": _process}
"""What can be tried; a calendar is tried on its own page."""


def calendar(year: int, before: WorkCalendar, after: WorkCalendar) -> backtest.Backtest:
    """What a changed calendar means for the clocks of the office."""
    with reading() as reader:
        return backtest.over_calendar(reader, str(year), before, after, days=CALENDAR_DAYS, actor=actor(), most=MOST,
                                      seconds=SECONDS)


def try_or_say(key: str, data: bytes, kind: str = "decision") -> tuple[backtest.Backtest | None, str]:
    """The trial, else why there is none."""
    try:
        return tried(key, data, kind), ""
    except YikouError as error:
        return None, t(error.message, **error.params)


def _content(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
