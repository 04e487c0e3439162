"""Cycles of timers: cron texts and ISO 8601, their ends, downtime, and the days on which clocks are changed."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from harness import Case, boundary, end, flows, process, start, timer, user

from app.engine import lint
from app.engine.timers import Due, TimerError, due, next_due

CHINA, YORK, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def walls(text: str, now: datetime, count: int) -> list[str]:
    at, out = due("timeCycle", text, now), []
    for _ in range(count):
        out.append(at.at.astimezone(now.tzinfo).strftime("%m-%d %H:%M"))
        at = next_due(at, at.at.astimezone(now.tzinfo))
    return out


@pytest.mark.parametrize(("text", "expected"), [
    ("0 0 9-17 * * MON-FRI", ["03-02 17:00", "03-03 09:00", "03-03 10:00"]),
    ("0 */20 * * * *", ["03-02 16:20", "03-02 16:40", "03-02 17:00"]),
    ("30 15 8 * * ?", ["03-03 08:15", "03-04 08:15", "03-05 08:15"]),
    ("0 0 9 1,15 * *", ["03-15 09:00", "04-01 09:00", "04-15 09:00"]),
    ("0 0 9 L * *", ["03-31 09:00", "04-30 09:00", "05-31 09:00"]),
    ("0 0 9 L-2 * *", ["03-29 09:00", "04-28 09:00", "05-29 09:00"]),
    ("0 0 9 LW * *", ["03-31 09:00", "04-30 09:00", "05-29 09:00"]),
    ("0 0 9 15W * *", ["03-16 09:00", "04-15 09:00", "05-15 09:00"]),
    ("0 0 9 1W * *", ["04-01 09:00", "05-01 09:00", "06-01 09:00"]),
    ("0 0 9 ? * MON#1", ["04-06 09:00", "05-04 09:00", "06-01 09:00"]),
    ("0 0 9 ? * 5L", ["03-27 09:00", "04-24 09:00", "05-29 09:00"]),
    ("0 0 9 ? * SUN", ["03-08 09:00", "03-15 09:00", "03-22 09:00"]),
    ("0 0 9 ? * 7", ["03-08 09:00", "03-15 09:00", "03-22 09:00"]),
    ("0 0 9 13 * FRI", ["03-13 09:00", "11-13 09:00", "08-13 09:00"]),
    ("0 0 0 29 FEB ?", ["02-29 00:00", "02-29 00:00", "02-29 00:00"]),
    ("@monthly", ["04-01 00:00", "05-01 00:00", "06-01 00:00"]),
    ("0 5/25 16 * * *", ["03-02 16:05", "03-02 16:30", "03-02 16:55"]),
])
def test_cron_texts_of_six_fields_in_the_zone_of_the_office(text, expected):
    assert walls(text, MONDAY.astimezone(CHINA), 3) == expected


@pytest.mark.parametrize("text", [
    "0 9 * * *", "* * * * * *", "0,30 0 * * * *", "0 60 * * * *", "0 0 24 * * *", "0 0 9 0 * *", "0 0 9 * 13 *", "0 0 9 * * FOO",
    "0 0 9 * * MON#6", "0 0 17-9 * * *", "0 0/0 9 * * *", "0 0 9 32W * *", "every day", "", "0 0 9 30 2 *", "0 ? 9 * * *",
    "0 0 -9 * * *", "0 0 9 * * MON-", "@never",
])
def test_a_cron_text_that_cannot_be_is_refused(text):
    with pytest.raises(TimerError) as caught:
        due("timeCycle", text, MONDAY)
    assert caught.value.message


def test_the_hour_that_does_not_exist_fires_behind_the_gap():
    assert walls("0 30 2 * * *", datetime(2026, 3, 7, 12, tzinfo=YORK), 3) == ["03-08 03:30", "03-09 02:30", "03-10 02:30"]
    assert walls("0 0 * * * *", datetime(2026, 3, 8, 0, 30, tzinfo=YORK), 3) == ["03-08 01:00", "03-08 03:00", "03-08 04:00"]


def test_the_hour_that_comes_twice_fires_once_for_a_named_hour_and_twice_for_every_hour():
    night = datetime(2026, 11, 1, 0, 30, tzinfo=YORK)
    assert walls("0 30 1 * * *", night, 2) == ["11-01 01:30", "11-02 01:30"]
    at, instants = due("timeCycle", "0 0 * * * *", night), []
    for _ in range(4):
        instants.append(at.at.astimezone(UTC).hour)
        at = next_due(at, at.at.astimezone(YORK))
    assert instants == [5, 6, 7, 8]
    at, instants = due("timeCycle", "0 */30 * * * *", datetime(2026, 11, 1, 5, 15, tzinfo=UTC).astimezone(YORK)), []
    for _ in range(4):
        instants.append(at.at.astimezone(UTC).strftime("%H:%M"))
        at = next_due(at, at.at.astimezone(YORK))
    assert instants == ["05:30", "06:00", "06:30", "07:00"]


def test_a_day_keeps_the_time_of_day_and_an_hour_is_an_hour():
    before = datetime(2026, 3, 7, 9, 0, tzinfo=YORK)
    assert walls("R/P1D", before, 2) == ["03-08 09:00", "03-09 09:00"]
    assert walls("R/PT24H", before, 2) == ["03-08 10:00", "03-09 10:00"]
    assert due("timeDuration", "P1D", before).at - before.astimezone(UTC) == timedelta(hours=23)
    assert due("timeDuration", "PT5H", before.replace(hour=23)).at - before.replace(hour=23).astimezone(UTC) == timedelta(hours=5)


@pytest.mark.parametrize(("text", "count"), [
    ("R3/PT10M", 3), ("R3/2026-03-02T09:00:00Z/PT10M", 3), ("R/PT10M/2026-03-02T08:25:00Z", 2),
    ("R2/PT10M/2026-03-02T08:55:00Z", 2), ("R/2026-03-02T09:00:00Z/PT1H/2026-03-02T11:00:00Z", 3),
    ("R2/2026-03-02T10:00:00+01:00[Europe/Berlin]/PT1H", 2),
])
def test_iso_cycles_with_count_start_and_end(text, count):
    at, fired = due("timeCycle", text, MONDAY), 0
    while at is not None:
        fired, at = fired + 1, next_due(at, at.at)
    assert fired == count


@pytest.mark.parametrize("text", ["R0/PT1H", "R/PT30S", "R/PT1H/2026-03-02T08:10:00Z", "R/PT1H/soon", "R/soon/PT1H", "R3", "R/P"])
def test_an_iso_cycle_that_cannot_be_is_refused(text):
    with pytest.raises(TimerError):
        due("timeCycle", text, MONDAY)


def reminders(text: str) -> bytes:
    return process(start() + user("u") + boundary("late", "u", timer("timeCycle", text), False) + user("nag") + end()
                   + flows("s>u u>e late>nag nag>e"))


def test_a_cron_boundary_event_fires_for_as_long_as_the_task_is_open():
    c = Case(reminders("0 0 9 * * MON-FRI"))
    assert c.timer("late").due_at == MONDAY + timedelta(hours=1) and c.timer("late").repeats
    c.wait(hours=1)
    c.fire("late")
    assert c.names == ["nag", "u"] and c.timer("late").due_at == MONDAY + timedelta(hours=25)
    c.complete("u")
    assert not c.result.timers


@pytest.mark.parametrize(("text", "following"), [
    ("0 0 9 * * *", timedelta(days=6, hours=1)), ("R/P1D", timedelta(days=6)), ("R9/PT1H", None), ("R/PT1H/2026-03-04T00:00:00Z", None)])
def test_what_was_missed_while_nothing_ran_is_one_firing(text, following):
    c = Case(reminders(text))
    c.wait(days=5, hours=2)
    c.fire("late")
    assert c.names == ["nag", "u"]
    assert [t.due_at for t in c.result.timers] == ([MONDAY + following] if following else [])


def test_the_linter_reads_cron_texts_and_names_the_field():
    assert not [p for p in lint(reminders("0 0 9 * * MON"), "x") if p.severity == "error"]
    problem = next(p for p in lint(reminders("0 0 9 * FOO *"), "x") if p.code == "timer")
    assert problem.element == "late" and "FOO" in problem.text() and "month" in problem.text()
    ended = [p for p in lint(reminders("R/2020-01-01T00:00:00Z/PT1H/2020-01-02T00:00:00Z"), "x") if p.severity == "error"]
    assert not ended


@pytest.mark.parametrize(("zone", "at", "late", "following"), [
    (BERLIN, "2026-10-25T01:10:00+00:00", 5, 30),          # in the second of two equal hours
    (BERLIN, "2026-10-25T00:30:00+00:00", 75, 90),         # from the first into the second
    (YORK, "2026-03-08T06:30:00+00:00", 40, 60),           # over the hour that is left out
])
def test_a_cycle_of_minutes_counts_elapsed_time_where_clocks_are_changed(zone, at, late, following):
    fired = Due(datetime.fromisoformat(at), "PT30M", None)
    after = next_due(fired, (fired.at + timedelta(minutes=late)).astimezone(zone))
    assert after.at - fired.at == timedelta(minutes=following)


def test_a_duration_that_begins_in_the_second_of_two_equal_hours_is_not_cut_by_one():
    second = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    assert due("timeDuration", "PT5M", second.astimezone(BERLIN)).at - second == timedelta(minutes=5)
    assert due("timeCycle", "R3/PT30M", second.astimezone(BERLIN)).at - second == timedelta(minutes=30)
