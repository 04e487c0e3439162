"""What a changed calendar is said to do is what it does: to clocks that run, and on paper to those that ended."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from app.cases import backtest
from app.deadlines import CalendarEntry, calendar_of, calendar_with
from app.deadlines.commands import SaveCalendarDay
from app.deadlines.model import Deadline
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import Actor
from app.kernel.errors import Invalid
from tests.integration.play import Office
from tests.integration.test_lifecycle import reply, to_handling

SUPERVISOR = Actor(roles=frozenset({"supervisor"}), groups=frozenset({"supervisor"}))
ANALYST = Actor(roles=frozenset({"analyst"}), groups=frozenset({"analyst"}))
FREE = date(2026, 11, 25)


def tried(office: Office, *days: date, actor: Actor = SUPERVISOR, **more: Any) -> backtest.Backtest:
    with database.current().read(office.tenant_id) as session:
        changed = calendar_with(session, office.tenant_id, 2026, [CalendarEntry(on, "rest", "x") for on in days])
        return backtest.over_calendar(session, "2026", calendar_of(session, office.tenant_id), changed,
                                      days=more.pop("days", 30), actor=actor, **more)


def clocks(office: Office) -> dict[tuple[Any, str], Deadline]:
    return {(row.case_id, row.name): row for row in office.rows(Deadline)}


def test_running_clocks_move_as_told_and_ended_ones_are_told_beside(office: Office) -> None:
    to_handling(office, service="CS05")
    reply(office)
    office.wait(days=1)
    ended = office.case_id
    to_handling(office, service="CS05")
    before = clocks(office)
    found = tried(office, FREE)
    assert found.kind == "calendar" and found.asked == found.records == found.same + found.different == len(before)
    told = {(shift.past, one.case_id, shift.clock): (one.before, one.after)
            for shift in found.dates for one in shift.samples}
    assert (True, ended, "reply") in told and (False, office.case_id, "reply") in told
    assert all(before[case, name].due_at == was for (_past, case, name), (was, _would) in told.items())
    running = {(case, name): would for (past, case, name), (_was, would) in told.items() if not past}
    dispatch(SaveCalendarDay(tenant_id=office.tenant_id, actor=office.who("administrator"), on=FREE.isoformat(),
                             kind="rest", name="x", source="x"))
    after = clocks(office)
    assert {place for place, row in after.items() if row.due_at != before[place].due_at} == running.keys()
    assert all(after[place].due_at == would for place, would in running.items())
    again = tried(office, FREE)
    assert again.different == 0 and not again.dates, "the change is in force: nothing differs any more"


def test_overdue_counts_before_and_after_and_who_may_see_which_cases(office: Office) -> None:
    to_handling(office, service="CS05")
    [row] = office.rows(Deadline, Deadline.name == "reply", Deadline.state == "running")
    office.clock.move_to(row.due_at + timedelta(hours=1))
    found = tried(office, FREE)
    [shift] = [one for one in found.dates if one.clock == "reply"]
    assert (shift.overdue_before, shift.overdue_after, shift.later) == (1, 0, 1)
    assert shift.samples[0].late == (True, False) and shift.samples[0].number == office.case().number
    hidden = tried(office, FREE, actor=ANALYST)
    assert not hidden.samples_shown and not any(one.samples for one in hidden.dates)
    assert [(one.clock, one.later) for one in hidden.dates] == [(one.clock, one.later) for one in found.dates]
    short = tried(office, FREE, most=1)
    assert short.cut == "most" and short.asked == 1
    with pytest.raises(Invalid):
        tried(office, FREE, days=0)


def test_a_day_that_changes_nothing_replays_nothing(office: Office) -> None:
    to_handling(office, service="CS05")
    sunday = date(2026, 11, 29)
    assert tried(office, sunday).different == 0 and tried(office, date(2026, 6, 1)).different == 0
