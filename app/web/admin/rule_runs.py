"""What a rule file would have done in the last days, for pages: bounded in time, and asked before it is published."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request

from app.kernel import clock
from app.kernel.errors import YikouError, msg
from app.rules import queries
from app.web.admin.sent import text
from app.web.pages import reading
from app.web.sessions import the_office
from app.web.texts import t

DAYS = (7, 30, 90, 365)
SECONDS = 20.0
"""Of one request; the command of the shell has no bound."""
SHOWN = 50
FIELDS = ("days", "confirmed")


class _Over(Exception):
    """The time of a request is over."""


@dataclass(frozen=True)
class DryRun:
    """`rows`: (firing, numbers of its cases, added, gone or same). `problem`: why there is no result."""

    found: queries.RuleRehearsal | None
    rows: tuple[tuple[queries.PaperFiring, tuple[tuple[UUID, str], ...], str], ...] = ()
    problem: str = ""

    @property
    def asks(self) -> str:
        """Why a second confirmation is wanted before it is published; empty when it is not."""
        if self.found is None:
            return self.problem
        if not self.found.too_many:
            return ""
        return t(msg("In the last %(days)s days it would have fired %(count)s times, which is more than %(many)s."),
                 days=self.found.days, count=len(self.found.new), many=self.found.many)


def chosen_days() -> int:
    """How far back the form asks to look; 30 where it says nothing."""
    return int(text("days")) if text("days") in {str(one) for one in DAYS} else DAYS[1]


def run(data: bytes) -> DryRun:
    """Old and new over the same events; samples of what differs come first."""
    ends = time.monotonic() + SECONDS

    def progress(_passed: int, _whole: int) -> None:
        if time.monotonic() > ends:
            raise _Over

    try:
        with reading() as reader:
            found = queries.rehearse(reader, the_office().tenant_id, data, chosen_days(), clock.now(), progress)
            return DryRun(found, tuple(_rows(reader, found)))
    except _Over:
        return DryRun(None, problem=t(msg("The events of this time could not be gone through in %(seconds)s seconds. "
                                          "Choose fewer days."), seconds=int(SECONDS)))
    except YikouError as error:
        return DryRun(None, problem=t(error.message, **error.params))


def _rows(reader: Any, found: queries.RuleRehearsal) -> Iterable[tuple[Any, Any, str]]:
    gone, added = found.gone, found.added
    known = {one.event_ids for one in added}
    same = [one for one in found.new if one.event_ids not in known]
    shown = [(one, kind) for kind, ones in (("added", added), ("gone", gone), ("same", same))
             for one in reversed(ones[-SHOWN:])][:SHOWN]
    numbers = queries.case_numbers(reader, {case_id for one, _ in shown for case_id in one.case_ids})
    for one, kind in shown:
        yield one, tuple((case_id, numbers[case_id]) for case_id in one.case_ids if case_id in numbers), kind


def mark(data: bytes) -> str:
    """Of the text that a person has confirmed; it belongs to no other."""
    return hashlib.sha256(data).hexdigest()[:16]


def confirmed(data: bytes) -> bool:
    """Whether the form confirms this very text."""
    return request.form.get("confirmed", "") == mark(data)
