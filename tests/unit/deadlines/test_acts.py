"""What acts do to a clock, and the reasons shown."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from app.deadlines import DeadlineBook, Shifts, WorkCalendar
from app.deadlines.calendars import published_days

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar.of("Asia/Shanghai", Shifts(), published_days("CN", 2026))
FIVE = {"amount": 5, "unit": "wd", "warn": Decimal("0.8")}


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def book(at: str) -> DeadlineBook:
    return DeadlineBook(uuid4(), local(at), {}, lambda: CALENDAR)


def due(made: DeadlineBook, name: str = "reply") -> str:
    clock = made.clock(name)
    assert clock is not None
    return f"{clock.due_at.astimezone(ZONE):%m-%dT%H:%M}"


def acts(start: str, *steps: tuple[str, str], budget: dict = FIVE) -> DeadlineBook:
    made = book(start)
    made.start("reply", budget)
    for at, act in steps:
        made.now = local(at)
        if act == "extend":
            made.extend("reply", {"amount": 3, "unit": "wd"})
        elif act == "start":
            made.start("reply", budget)
        else:
            getattr(made, act)("reply")
    return made


MOVES = [
    ("waiting over a weekend costs nothing but the hours of Friday", "11-30T12:00",
     [("2026-11-27T16:00", "pause"), ("2026-11-30T09:30", "resume")]),
    ("waiting only through a weekend moves nothing", "11-30T10:00",
     [("2026-11-27T17:30", "pause"), ("2026-11-30T09:00", "resume")]),
    ("waiting one working day moves one working day", "12-01T10:00",
     [("2026-11-24T10:00", "pause"), ("2026-11-25T10:00", "resume")]),
    ("a second start while running replaces nothing (osTicket: limit replaced on transfer)", "11-30T10:00",
     [("2026-11-26T10:00", "start")]),
    ("a second start while paused replaces nothing", "11-30T10:00",
     [("2026-11-24T10:00", "pause"), ("2026-11-26T10:00", "start")]),
    ("an extension counts from the old date", "12-03T10:00", [("2026-11-26T10:00", "extend")]),
    ("an interruption begins anew", "12-03T11:00", [("2026-11-26T11:00", "interrupt")]),
    ("a case opened again is not late at once (Zammad)", "12-16T10:00",
     [("2026-11-26T11:00", "stop"), ("2026-12-09T10:00", "start")]),
    ("what was late before the wait stays late", "11-30T10:00",
     [("2026-12-02T10:00", "pause"), ("2026-12-07T10:00", "resume")]),
    ("resume without pause does nothing", "11-30T10:00", [("2026-11-25T10:00", "resume")]),
]


@pytest.mark.parametrize(("why", "expected", "steps"), MOVES, ids=[row[0] for row in MOVES])
def test_where_the_date_moves(why: str, expected: str, steps: list) -> None:
    assert due(acts("2026-11-23T10:00", *steps)) == expected, why


def test_a_clock_does_not_run_on_after_the_answer() -> None:
    """Zammad #3140; and #2579: the time of the end is kept."""
    made = acts("2026-11-23T10:00", ("2026-11-24T10:00", "stop"))
    made.now = local("2026-12-24T10:00")
    clock = made.clock("reply")
    assert clock is not None and not clock.is_late(made.now)
    assert clock.stopped_at == local("2026-11-24T10:00")
    assert made.fires_at("reply.due_at") is None and made.fires_at("reply.warn_at") is None


def test_one_clock_never_overrides_another() -> None:
    """Zammad #5177: the update clock overrode the first response."""
    made = acts("2026-11-23T10:00")
    made.start("contact", {"amount": 1, "unit": "wd"})
    made.pause("contact")
    assert (due(made), due(made, "contact")) == ("11-30T10:00", "11-24T10:00")
    assert made.fires_at("reply.due_at") is not None and made.fires_at("contact.due_at") is None


def test_a_paused_clock_fires_nothing_and_is_not_late() -> None:
    """osTicket #3034: no pause by status."""
    made = acts("2026-11-23T10:00", ("2026-11-24T10:00", "pause"))
    made.now = local("2026-12-24T10:00")
    clock = made.clock("reply")
    assert clock is not None and not clock.is_late(made.now)
    assert made.fires_at("reply.due_at") is None


def test_stopping_while_paused_counts_from_the_pause() -> None:
    made = acts("2026-11-23T10:00", ("2026-11-24T10:00", "pause"), ("2026-12-24T10:00", "stop"))
    clock = made.clock("reply")
    assert clock is not None and not clock.is_late(made.now) and clock.stopped_at == local("2026-11-24T10:00")


def test_the_first_promise_is_kept_on_record() -> None:
    made = acts("2026-11-23T10:00", ("2026-11-24T10:00", "extend"), ("2026-11-26T11:00", "stop"),
                ("2026-12-09T10:00", "start"))
    clock = made.clock("reply")
    assert clock is not None and clock.first_due_at == local("2026-11-30T10:00")
    assert (clock.extensions, clock.round) == (1, 2)


def test_a_reminder_moves_with_the_date_until_it_has_come() -> None:
    made = acts("2026-11-23T10:00", ("2026-11-24T10:00", "pause"), ("2026-11-25T10:00", "resume"))
    clock = made.clock("reply")
    assert clock is not None and clock.warn_at == local("2026-11-30T10:00")
    made.now = local("2026-11-30T11:00")
    made.extend("reply", {"amount": 5, "unit": "wd"})
    clock = made.clock("reply")
    assert clock is not None and clock.warn_at == local("2026-11-30T10:00")


def test_every_reason_is_shown() -> None:
    made = acts("2026-09-26T10:00", ("2026-09-28T10:00", "pause"), ("2026-09-28T11:30", "resume"),
                ("2026-09-29T10:00", "extend"))
    text = "\n".join(reason.text() for reason in made.explain("reply"))
    for part in ("5 working days", "counts from 2026-09-28 09:00", "waiting for an answer", "moved by 90 minutes",
                 "Extended by 3", "2026-10-01", "2026-10-10 counts", "Due on 2026-10-14 10:30"):
        assert part in text, (part, text)


def test_an_unknown_year_is_said() -> None:
    made = acts("2026-12-30T10:00")
    assert any("2027" in reason.text() and "not known" in reason.text() for reason in made.explain("reply"))


def test_resume_moves_clock_units_by_the_clock() -> None:
    made = acts("2026-11-27T16:00", ("2026-11-27T17:00", "pause"), ("2026-11-28T17:00", "resume"),
                budget={"amount": 24, "unit": "h"})
    clock = made.clock("reply")
    assert clock is not None and clock.due_at == local("2026-11-28T16:00") + timedelta(days=1)
