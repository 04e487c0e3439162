"""A changed calendar moves every open clock in its own transaction: dates, timers, promise, reasons, history."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import update

from app.cases import queries
from app.cases.commands import AnswerQuestion, WithdrawCase
from app.deadlines import queries as calendar
from app.deadlines.commands import (
    ImportCalendarYear,
    RemoveCalendarDay,
    RestoreCalendarYear,
    SaveCalendarDay,
    TakeOverCalendarYear,
)
from app.deadlines.model import CalendarDay, Deadline, DeadlineAct
from app.engine.model import TimerRow
from app.kernel import bus, database
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.kernel.events import StoredEvent
from app.tenancy import versions
from app.tenancy.commands import SaveOffice, SetTenantSettings
from tests.integration.play import Office
from tests.integration.test_lifecycle import reply, to_handling

HOLIDAY = {"on": "2026-11-25", "kind": "rest", "name": "停电检修", "source": "街道通知 2026-18"}


def save(office: Office, **more: Any) -> dict[str, Any]:
    return bus.dispatch(command(office, SaveCalendarDay, **{**HOLIDAY, **more}))


def command(office: Office, kind_of_command: type, by: str = "administrator", /, **data: Any) -> Any:
    """A command that has a field `kind` of its own."""
    return kind_of_command(tenant_id=office.tenant_id, actor=office.who(by), **data)


def clock(office: Office, name: str = "reply", case_id: UUID | None = None) -> Deadline:
    return office.rows(Deadline, Deadline.name == name, Deadline.case_id == (case_id or office.case_id))[0]


def reasons(office: Office, name: str = "reply") -> str:
    with database.current().read(office.tenant_id) as session:
        page = queries.case_page(session, office.who("supervisor"), office.case_id)
    return "\n".join(str(one) for view in page.deadlines if view.name == name for one in view.reasons)


def test_a_new_holiday_moves_date_timer_and_promise(office: Office) -> None:
    to_handling(office, service="CS05")
    before = clock(office)
    answer = save(office)
    row = clock(office)
    assert row.due_at - before.due_at == timedelta(days=1) and answer["moved"] >= 1, (before.due_at, row.due_at)
    assert row.first_due_at == before.first_due_at, "what was promised first stays on record"
    assert office.case().promised_at == row.due_at
    timers = {timer.clock: timer.due_at for timer in office.rows(TimerRow, TimerRow.clock.is_not(None))}
    assert timers["reply.due_at"] == row.due_at and timers.get("reply.warn_at") in (None, row.warn_at)
    told = [one for one in office.events("deadline.recalculated") if one.data["name"] == "reply"]
    assert [(one.data["before"], one.data["due_at"]) for one in told] == [
        (before.due_at.isoformat(), row.due_at.isoformat())]
    assert "The calendar changed on 2026-11-23 10:00: the date moved from" in reasons(office)
    assert "停电检修" in reasons(office)


def test_the_date_goes_back_when_the_holiday_does(office: Office) -> None:
    to_handling(office, service="CS05")
    before = clock(office).due_at
    save(office)
    office.send(RemoveCalendarDay, office.who("administrator"), on="2026-11-25")
    assert clock(office).due_at == before
    assert [act.kind for act in office.rows(DeadlineAct, DeadlineAct.deadline_id == clock(office).id)] == [
        "start", "calendar", "calendar"]


def test_a_paused_clock_moves_and_goes_on_from_there(office: Office) -> None:
    to_handling(office, service="CS05")
    office.do("task_handle", action="ask_resident", question="哪一栋楼？ Which building?")
    first = clock(office)
    assert first.state == "paused", office.state()
    save(office)
    moved = clock(office)
    assert moved.state == "paused" and moved.due_at - first.due_at == timedelta(days=1)
    assert office.rows(TimerRow, TimerRow.clock == "reply.due_at")[0].due_at is None
    office.send(AnswerQuestion, token=office.token, text="三号楼 Building 3")
    office.work()
    assert clock(office).state == "running" and clock(office).due_at == moved.due_at


def test_the_preview_is_the_effect(office: Office) -> None:
    to_handling(office, service="CS05")
    before = clock(office).due_at
    change = command(office, SaveCalendarDay, **HOLIDAY)
    told = bus.rehearse(change, queries.recalculated)
    assert told is not None and clock(office).due_at == before and not office.events("deadline.recalculated")
    assert not office.rows(CalendarDay, CalendarDay.on == date(2026, 11, 25))
    answer = bus.dispatch(change)
    moved = {(row.case_id, row.name): row.due_at for row in office.rows(Deadline)}
    assert answer["moved"] == told.moved == len(told.samples) and told.later == told.moved and told.earlier == 0
    for one in told.samples:
        assert moved[one.case_id, one.name] == one.after and one.number == office.number
    assert (told.cases, told.shortest <= told.farthest) == (1, True)


def test_a_breach_stays_on_record_though_the_date_moves_on(office: Office) -> None:
    to_handling(office, service="CS05")
    office.wait(days=8)
    late = clock(office)
    assert late.breached_at is not None and late.due_at < office.clock.now()
    days = ("2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27")
    told = bus.rehearse(command(office, SaveCalendarDay, **{**HOLIDAY, "on": days[0]}), queries.recalculated)
    assert told is not None and told.no_longer_late == sum(one.late == (True, False) for one in told.samples)
    for on in days:
        save(office, on=on)
    row = clock(office)
    assert row.due_at > office.clock.now(), "no longer late"
    assert row.breached_at == late.breached_at and len(office.events("deadline.breached")) >= 1


def test_a_date_that_becomes_overdue_is_told_before_and_fires_after(office: Office) -> None:
    to_handling(office, service="CS05")
    office.clock.move_to(clock(office).due_at - timedelta(minutes=1))
    change = command(office, SaveCalendarDay, **{**HOLIDAY, "on": "2026-11-28", "kind": "work", "name": ""})
    told = bus.rehearse(change, queries.recalculated)
    assert told is not None and told.now_late >= 1 and told.samples[0].late == (False, True)
    bus.dispatch(change)
    office.work()
    assert clock(office).breached_at == office.clock.now() and office.events("deadline.breached")


def test_met_clocks_are_not_touched(office: Office) -> None:
    to_handling(office)
    reply(office)
    before = {row.name: row.due_at for row in office.rows(Deadline) if row.state == "stopped"}
    save(office)
    after = {row.name: row.due_at for row in office.rows(Deadline) if row.state == "stopped"}
    assert before and before == after


@pytest.mark.parametrize("way", ["settings page", "setting"])
def test_other_working_hours_move_the_clocks_the_same_way(office: Office, way: str) -> None:
    to_handling(office, service="CS05")
    before = clock(office).due_at
    actor = office.who("administrator")
    if way == "setting":
        office.send(SetTenantSettings, actor, values={"working_hours": {
            "weekdays": [0, 1, 2, 3], "hours": [["09:00", "12:00"], ["13:00", "17:30"]]}})
    else:
        office.send(SaveOffice, actor, name_zh="示范街道", name_en="Demo", locale="zh",
                    values={"working_hours": "1-4: 09:00-12:00, 13:00-17:30"})
    assert clock(office).due_at == before + timedelta(days=1)  # the week ends on Thursday now
    assert office.case().promised_at == clock(office).due_at and office.events("deadline.recalculated")


def test_no_state_of_an_instance_is_read(office: Office) -> None:
    to_handling(office, service="CS05")
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    engine = database.current().engine
    sqlalchemy_event.listen(engine, "before_cursor_execute", note)
    try:
        save(office)
    finally:
        sqlalchemy_event.remove(engine, "before_cursor_execute", note)
    reads = [one for one in seen if "FROM process_instance" in one]
    assert reads and not [one for one in reads if "process_instance.state" in one]
    assert clock(office).due_at == office.case().promised_at


@pytest.mark.parametrize(("change", "field"), [
    ({"on": "2026-13-01"}, "on"), ({"on": "2026/11/25"}, "on"), ({"on": "1999-01-01"}, "on"), ({"kind": "free"}, "kind"),
    ({"source": ""}, "source"), ({"name": "长" * 81}, "name"), ({"on": "2026-10-01"}, "on"),
    ({"on": "2027-11-25", "was": "2026-10-01"}, "on"),
])
def test_what_is_no_day_of_a_calendar_is_refused(office: Office, change: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        save(office, **change)
    assert list(refused.value.fields) == [field]
    assert not office.rows(CalendarDay, CalendarDay.on == date(2026, 11, 25))


TABLE = "date,kind,name\n2026-10-01,rest,国庆节\n2026-10-10,work,\n"
FAULTS = [
    ("2026-10-01,rest,again", 4, "2026-10-01 stands in the table twice: here and in line 2"),
    ("2026-10-32,rest,", 4, "\"2026-10-32\" is not a date"),
    ("2026年5月1日,rest,", 4, "Did you mean 2026-05-01?"),
    ("2025-10-02,rest,", 4, "2025-10-02 is not in 2026. Did you mean 2026-10-02?"),
    ("2026-10-02,放假,", 4, "Did you mean rest?"),
    ("2026-10-02,wrok,", 4, "Did you mean work?"),
    ("2026-10-02,holday,", 4, "Did you mean rest?"),
    ("2026-10-02,x,", 4, "Please write rest for a holiday or work"),
]


@pytest.mark.parametrize(("row", "line", "words"), FAULTS)
def test_a_table_is_refused_with_line_and_suggestion(office: Office, row: str, line: int, words: str) -> None:
    before = len(office.rows(CalendarDay))
    with pytest.raises(Invalid) as refused:
        office.send(ImportCalendarYear, office.who("administrator"), year=2026, csv_text=TABLE + row + "\n", source="国办")
    [(message, params)] = refused.value.fields["csv"]
    assert params["at_line"] == line and words in message % params
    assert len(office.rows(CalendarDay)) == before


def test_an_imported_year_is_the_office_s_own_and_goes_back_by_version(office: Office) -> None:
    actor = office.who("administrator")
    to_handling(office, service="CS05")
    before, own = clock(office).due_at, len(office.rows(CalendarDay, CalendarDay.on.between(
        date(2026, 1, 1), date(2026, 12, 31))))
    table = TABLE + "2026-11-24,rest,\n2026-11-25,rest,\n"
    office.send(ImportCalendarYear, actor, year=2026, csv_text=table, source="国办发明电〔2025〕7号", official=True, reason="新通知")
    with database.current().read(office.tenant_id) as session:
        year = calendar.year_view(session, office.tenant_id, 2026)
        first, newest = reversed(versions.history(session, "calendar", "2026"))
    assert [row.on.isoformat() for row in year.own] == ["2026-10-01", "2026-10-10", "2026-11-24", "2026-11-25"]
    assert year.official and {row.source for row in year.own} == {"国办发明电〔2025〕7号"}
    assert clock(office).due_at - before == timedelta(days=2)
    assert (newest.number, newest.reason, len(first.document)) == (2, "新通知", own + 1)
    days = {name: day for name, day in first.document.items() if name != "year"}
    with pytest.raises(Conflict):
        office.send(RestoreCalendarYear, actor, year=2026, days=days, begun_from=1)
    office.send(RestoreCalendarYear, actor, year=2026, days=days, begun_from=2)
    assert clock(office).due_at == before
    office.send(TakeOverCalendarYear, actor, year=2026)
    assert clock(office).due_at == before


def test_a_year_without_any_working_day_is_refused(office: Office) -> None:
    rows = "".join(f"{date(2026, 1, 1) + timedelta(days=n)},rest,\n" for n in range(365))
    with pytest.raises(Invalid) as refused:
        office.send(ImportCalendarYear, office.who("administrator"), year=2026, csv_text="date,kind,name\n" + rows, source="x")
    assert "no working day" in refused.value.message


def test_a_limit_that_the_calendar_cannot_meet_is_refused_with_its_request(office: Office) -> None:
    """2,000 working days with one working day a week lie beyond every horizon."""
    to_handling(office, service="CS05")
    with database.current().engine.begin() as owner:  # the application's role cannot change an act
        owner.execute(update(DeadlineAct).where(DeadlineAct.kind == "start", DeadlineAct.deadline_id == clock(office).id)
                      .values(params={"amount": 2000, "unit": "wd", "warn": None}))
    before = clock(office).due_at
    with pytest.raises(Invalid) as refused:
        office.send(SetTenantSettings, office.who("administrator"), values={"working_hours": {
            "weekdays": [2], "hours": [["09:00", "12:00"]]}})
    assert refused.value.params["number"] == office.number and clock(office).due_at == before


def test_a_year_that_is_not_official_is_said_on_every_date_that_reaches_into_it(office: Office) -> None:
    office.clock.move_to(datetime(2026, 12, 30, 2, 0, tzinfo=UTC))
    to_handling(office, service="CS05")
    words = "The official calendar of 2027 is not known yet"
    assert clock(office).due_at.year == 2027 and words in reasons(office)
    with database.current().read(office.tenant_id) as session:
        page = queries.resident_page(session, office.token)
        assert not calendar.year_view(session, office.tenant_id, 2027).official
    assert words in "\n".join(map(str, page.next_date.reasons)) and words in "\n".join(map(str, page.promise_reasons))
    office.send(ImportCalendarYear, office.who("administrator"), year=2027, official=True, source="国办",
                csv_text="date,kind,name\n2027-01-01,rest,元旦\n")
    assert words not in reasons(office)


def test_security_23_only_administrators_change_the_calendar(office: Office) -> None:
    for kind, more in ((SaveCalendarDay, HOLIDAY), (RemoveCalendarDay, {"on": "2026-10-01"}), (
            ImportCalendarYear, {"year": 2026, "csv_text": TABLE, "source": "x"}), (TakeOverCalendarYear, {"year": 2026}), (
            RestoreCalendarYear, {"year": 2026, "days": {}})):
        with pytest.raises(Forbidden):
            bus.dispatch(command(office, kind, "supervisor", **more))
    with pytest.raises(NotFound):
        office.send(RemoveCalendarDay, office.who("administrator"), on="2026-11-25")


def test_the_trail_tells_of_the_change_once(office: Office) -> None:
    to_handling(office, service="CS05")
    moved = save(office)["moved"]
    with pytest.raises(Invalid):
        save(office)
    assert save(office, was=HOLIDAY["on"])["moved"] == 0, "the same words once more change nothing"
    [told] = office.rows(StoredEvent, StoredEvent.type == "calendar.changed")
    assert told.data == {"year": 2026, "added": 1, "changed": 0, "removed": 0, "moved": moved}


def test_clocks_that_are_open_when_a_case_ends_end_with_it(office: Office) -> None:
    """And neither count as met nor run on: osTicket #3034 and Zammad #3140 in one."""
    to_handling(office, service="CS05")
    office.do("task_handle", action="ask_resident", question="哪一栋楼？ Which building?")
    states = {row.name: row.state for row in office.rows(Deadline)}
    assert states["reply"] == "paused"
    office.send(WithdrawCase, token=office.token, reason="已经解决 solved already")
    office.work()
    assert office.case().status == "closed"
    row = clock(office)
    assert (row.state, row.stopped_at, row.breached_at) == ("dropped", office.case().closed_at, None)
    assert office.events("deadline.dropped") and not office.rows(Deadline, Deadline.state.in_(("running", "paused")))
    assert "The request ended on" in reasons(office) and "Due on" not in reasons(office)
    assert save(office)["moved"] == 0
