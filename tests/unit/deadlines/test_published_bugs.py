"""Faults that users of other systems reported about their clocks, each as a test: the number is the report's.

Where a fault needs the whole of a process to show, its test stands in tests/integration/test_calendar.py.
"""

from datetime import datetime
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from app.deadlines import DeadlineBook, Shifts, WorkCalendar
from app.deadlines.acts import ClockState
from app.deadlines.budgets import Budget
from app.deadlines.calendars import published_days
from app.kernel.errors import Invalid

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar.of("Asia/Shanghai", Shifts(), published_days("CN", 2026))
EIGHT_TO_FIVE = WorkCalendar.of("Asia/Shanghai", Shifts.from_setting(
    {"weekdays": [0, 1, 2, 3, 4], "hours": [["08:00", "17:00"]]}), [])


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def due(start: str, amount: int, unit: str, calendar: WorkCalendar = CALENDAR) -> str:
    return f"{Budget(Decimal(amount), unit).due(calendar, local(start)).astimezone(ZONE):%Y-%m-%dT%H:%M}"


class Life:
    """One case's clocks, moved through time."""

    def __init__(self, start: str) -> None:
        self.book = DeadlineBook(uuid4(), local(start), {}, lambda: CALENDAR)

    def at(self, moment: str) -> DeadlineBook:
        self.book.now = local(moment)
        return self.book

    def clock(self, name: str) -> ClockState:
        found = self.book.clock(name)
        assert found is not None
        return found


FIRST, UPDATE = {"amount": 1, "unit": "wd"}, {"amount": 4, "unit": "wh"}


def test_zammad_5177_an_update_never_overrides_the_first_response() -> None:
    """Zammad #5177: the clock of updates overrides the one of the first response."""
    life = Life("2026-11-23T10:00")
    life.book.start("contact", FIRST)
    first = life.clock("contact")
    life.at("2026-11-23T11:00").start("reply", UPDATE)
    life.at("2026-11-23T14:00").interrupt("reply")
    life.at("2026-11-23T15:00").extend("reply", UPDATE)
    life.at("2026-11-23T16:00").stop("reply")
    assert life.clock("contact") == first and life.book.fires_at("contact.due_at") == first.due_at


def test_zammad_3140_a_clock_stops_when_staff_have_answered() -> None:
    """Zammad #3140: the clock runs on after the answer."""
    life = Life("2026-11-23T10:00")
    life.book.start("reply", FIRST)
    life.at("2026-11-23T11:00").stop("reply")
    assert not life.clock("reply").is_late(local("2027-01-01T00:00"))
    assert life.book.fires_at("reply.due_at") is None
    assert life.at("2026-11-30T10:00").stop("reply") is None, "and is not stopped a second time"


def test_zammad_2579_the_time_of_the_end_is_kept() -> None:
    """Zammad #2579: the time of closing is missing."""
    life = Life("2026-11-23T10:00")
    life.book.start("reply", FIRST)
    life.at("2026-11-23T11:07").stop("reply")
    assert life.clock("reply").stopped_at == local("2026-11-23T11:07")
    life.book.start("contact", FIRST)
    life.at("2026-11-23T11:09").drop_open()
    assert life.clock("contact").stopped_at == local("2026-11-23T11:09")


@pytest.mark.parametrize("unit", ["wd", "wh", "d"])
def test_zammad_4432_no_reminder_comes_at_midnight_or_on_a_weekend(unit: str) -> None:
    """Zammad #4432: reminders at midnight and on weekends."""
    for hour in range(0, 24 * 7, 5):
        start = datetime.fromtimestamp(local("2026-11-23T00:00").timestamp() + hour * 3600, ZONE)
        budget = Budget(Decimal(6), unit, Decimal("0.7"))
        at = budget.warn_at(CALENDAR, start, budget.due(CALENDAR, start))
        assert at is not None and at in (CALENDAR.opening(at), CALENDAR.closing(at)), (start, at)


def test_zammad_390_a_holiday_is_named_where_the_count_looks_wrong() -> None:
    """Zammad #390: the "wrong" count was a holiday, and nothing said so."""
    life = Life("2026-09-30T15:00")
    life.book.start("reply", FIRST)
    assert life.clock("reply").due_at == local("2026-10-08T15:00")
    words = [one.text() for one in life.book.explain("reply")]
    assert any(text.startswith("2026-10-01") and "does not count: holiday" in text for text in words)


def test_zammad_a_case_opened_again_is_not_late_at_once() -> None:
    """Zammad: a reopened case escalates at once, because its old date has passed."""
    life = Life("2026-11-23T10:00")
    life.book.start("reply", FIRST)
    life.at("2026-11-23T11:00").stop("reply")
    life.at("2026-12-14T10:00").start("reply", FIRST)
    clock = life.clock("reply")
    assert not clock.is_late(life.book.now) and clock.due_at == local("2026-12-15T10:00")
    assert clock.first_due_at == local("2026-11-24T10:00")


def test_osticket_5509_hours_of_grace_follow_the_schedule() -> None:
    """osTicket PR 5509: 18 h of grace on a schedule from 8 to 17 are two working days, not 18 hours later."""
    assert due("2026-11-23T08:00", 18, "wh", EIGHT_TO_FIVE) == "2026-11-24T17:00"
    assert due("2026-11-23T10:00", 18, "wh", EIGHT_TO_FIVE) == "2026-11-25T10:00"
    assert due("2026-11-23T10:00", 18, "h", EIGHT_TO_FIVE) == "2026-11-24T04:00", "hours of the clock are asked for by name"


def test_osticket_a_transfer_does_not_replace_the_limit() -> None:
    """osTicket: the limit is replaced when a ticket goes to another department."""
    life = Life("2026-11-23T10:00")
    life.book.start("reply", {"amount": 5, "unit": "wd"})
    before = life.clock("reply")
    assert life.at("2026-11-26T10:00").start("reply", {"amount": 15, "unit": "wd"}) is None
    assert life.clock("reply") == before


def test_osticket_3034_waiting_for_somebody_outside_pauses_the_clock() -> None:
    """osTicket #3034: no pause by status."""
    life = Life("2026-11-23T10:00")
    life.book.start("reply", FIRST)
    life.at("2026-11-23T16:30").pause("reply")
    assert not life.clock("reply").is_late(local("2026-12-23T10:00")) and life.book.fires_at("reply.due_at") is None
    life.at("2026-11-26T09:00").resume("reply")
    assert life.clock("reply").due_at == local("2026-11-26T11:00"), "moved by 16 working hours"


def test_osticket_1168_limits_know_business_hours() -> None:
    """osTicket #1168: limits run through nights and weekends."""
    assert due("2026-11-27T17:00", 1, "wh") == "2026-11-30T09:30"


def test_glpi_22678_a_level_computed_at_midnight_falls_into_working_time() -> None:
    """GLPI PR 22678: the level is computed at 00:00."""
    assert due("2026-11-23T00:00", 1, "wd") == "2026-11-24T09:00"
    budget = Budget(Decimal(1), "wd", Decimal("0.5"))
    start = local("2026-11-23T00:00")
    at = budget.warn_at(CALENDAR, start, budget.due(CALENDAR, start))
    assert at == local("2026-11-23T13:45")


def test_glpi_687_a_ticket_outside_the_calendar_has_its_whole_limit() -> None:
    """GLPI #687: a ticket made outside the calendar gets a limit of 0."""
    assert due("2026-11-28T22:00", 4, "wh") == "2026-11-30T14:00"
    assert CALENDAR.between(local("2026-11-28T22:00"), local("2026-11-30T14:00")).total_seconds() == 4 * 3600


def test_jmix_790_a_day_is_not_24_business_hours() -> None:
    """Jmix #790: P1D is read as 24 business hours, which are more than three working days."""
    assert due("2026-11-23T10:00", 1, "wd") == "2026-11-24T10:00"
    assert due("2026-11-23T10:00", 1, "d") == "2026-11-24T10:00"
    assert due("2026-11-23T10:00", 24, "wh") == "2026-11-26T11:30", "who wants 24 working hours says so"
    with pytest.raises(Invalid):
        Budget.parse({"amount": "P1D", "unit": "wd"})


def test_fredco_213_a_case_of_friday_is_not_late_on_monday() -> None:
    """FredCo #213: Friday's case is late on Monday."""
    life = Life("2026-11-27T16:00")
    life.book.start("reply", FIRST)
    assert not life.clock("reply").is_late(local("2026-11-30T09:00"))
    assert life.clock("reply").due_at == local("2026-11-30T16:00")
