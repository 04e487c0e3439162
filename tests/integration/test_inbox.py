"""The staff's inbox: filters and order in the database, handing over, absences and substitutes, saved views."""

from __future__ import annotations

import runpy
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import text as sql

from app.auth import queries as auth
from app.auth.actors import actor_of
from app.auth.commands import EndAbsence, EnterAbsence, SetMemberships, SetUserActive
from app.auth.model import Absence
from app.cases import queries
from app.cases.commands import (
    AssignTask,
    ChangeInboxView,
    ClaimTask,
    CompleteTask,
    DelegateTask,
    DeleteInboxView,
    ReleaseTask,
    SaveInboxView,
    SetFollowUp,
)
from app.cases.inbox_views import InboxPage
from app.cases.queries import InboxFilter
from app.deadlines.model import Deadline
from app.engine.model import OpenTaskRow
from app.kernel import database
from app.kernel.commands import Actor
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.notifications.model import Notification
from tests.integration.placed import misplaced
from tests.integration.play import Office
from tests.integration.test_lifecycle import INTAKE, to_handling

MONDAY = date(2026, 11, 23)


def seen(office: Office, actor: Actor, page: int = 1, size: int = 50, **wanted: str) -> InboxPage:
    """The inbox as the actor sees it now."""
    with database.current().read(office.tenant_id) as session:
        as_of_now = actor_of(session, actor.user_id)  # type: ignore[arg-type]
        return queries.inbox_page(session, as_of_now, InboxFilter(**wanted), page, size)


def numbers(page: InboxPage) -> list[str]:
    return [row.case_number for row in page.rows]


def task(office: Office, element: str = "task_accept_work") -> OpenTaskRow:
    return office.tasks()[element]


def accepting(office: Office) -> OpenTaskRow:
    """A case whose unit LRS has a task."""
    office.submit()
    office.work()
    office.do("task_intake", **INTAKE)
    return task(office)


def away(office: Office, who: Actor, substitute: Actor, by: Actor | None = None, days: int = 3) -> UUID:
    answer = office.send(EnterAbsence, by or who, user_id=who.user_id, from_on=MONDAY,
                         until_on=MONDAY + timedelta(days=days), substitute_id=substitute.user_id)
    return UUID(answer["absence_id"])


def test_filters_orders_and_pages_are_the_databases(office: Office) -> None:
    clerk, sent = office.who("intake_clerk"), []
    for at, (text, module, urgency) in enumerate([("路灯坏了", "CS", "normal"), ("电梯停运两天", "LS", "urgent"),
                                                  ("垃圾没有清运", "CS", "emergency"), ("老年卡怎么办", "PS", "normal")]):
        office.submit(text, module=module, service=None, urgency_claimed=urgency, place_text=f"{at}号楼")
        sent.append(office.number)
        office.work()
        office.clock.advance(timedelta(minutes=1))
    assert numbers(seen(office, clerk)) == [sent[2], sent[1], sent[0], sent[3]]
    assert numbers(seen(office, clerk, sort="age")) == sent == numbers(seen(office, clerk, sort="number"))
    assert numbers(seen(office, clerk, q="电梯")) == [sent[1]] == numbers(seen(office, clerk, q="1号楼"))
    assert sorted(numbers(seen(office, clerk, service="CS"))) == [sent[0], sent[2]]
    assert numbers(seen(office, clerk, urgency="urgent")) == [] or numbers(seen(office, clerk, urgency="urgent")) == [sent[1]]
    first, second = seen(office, clerk, size=3), seen(office, clerk, size=3, page=2)
    assert (first.total, first.pages, len(first.rows), numbers(second)) == (4, 2, 3, [sent[3]])
    assert seen(office, clerk, size=3, page=99).page == 2
    assert first.counts == {"group": 4, "mine": 0}
    office.send(ClaimTask, clerk, task_id=first.rows[0].task_id)
    assert numbers(seen(office, clerk, scope="mine")) == [sent[2]] == numbers(seen(office, clerk, taken="yes"))
    assert len(seen(office, clerk, taken="no").rows) == 3


def test_colours_and_words_follow_the_legal_clock(office: Office) -> None:
    row = accepting(office)
    handler = office.who("handler@LRS")
    with database.current().read(office.tenant_id) as session:
        clock = min((one for one in session.query(Deadline).filter_by(case_id=UUID(row.business_key), state="running")),
                    key=lambda one: one.due_at)
        due, warn = clock.due_at, clock.warn_at
    found = seen(office, handler).rows[0]
    assert (found.colour, found.due_at, found.remaining.late) == ("green", due, False)  # type: ignore[union-attr]
    office.clock.move_to(warn + timedelta(minutes=1))
    assert seen(office, handler).rows[0].colour == "yellow" and len(seen(office, handler, due="soon").rows) == 1
    assert not seen(office, handler, due="late").rows
    office.clock.move_to(due + timedelta(days=7))
    found = seen(office, handler, due="late").rows[0]
    assert found.colour == "red" and found.remaining.late and found.remaining.amount >= 4  # type: ignore[union-attr]
    assert not seen(office, handler, due="soon").rows and not seen(office, handler, due="none").rows


def test_security_24_a_provider_sees_its_own_units_tasks_and_no_other(office: Office) -> None:
    accepting(office)
    provider = office.who("provider@WBS")
    for scope in ("group", "mine", "standin"):
        for wanted in ({}, {"q": office.number}, {"unit": "LRS"}, {"group": "handler@LRS"}):
            assert not seen(office, provider, scope=scope, **wanted).rows
    for scope in ("unit", "all"):
        with pytest.raises(Forbidden):
            seen(office, provider, scope=scope)
    office.submit()
    office.work()
    office.do("task_intake", **INTAKE)
    office.do("task_accept_work", accept_decision="return", return_reason="不属于本单位职责 not our duty")
    element = next(iter(office.tasks()))
    if element == "task_dispatch":
        office.do(element, unit="WBS", urgency="normal", instruction="请处理 please take it")
    else:
        office.do(element, unit="WBS", unit_ruling_text="由外包服务商办理 the provider takes it")
    assert numbers(seen(office, provider)) == [office.number]


def test_a_head_assigns_within_the_unit_and_the_receiver_is_told(office: Office) -> None:
    row, head = accepting(office), office.who("head@LRS")
    handler, other = office.demo.actors["handler2_lrs"], office.who("handler@FWB")
    assert numbers(seen(office, head, scope="unit")) == [office.number]
    with pytest.raises(Invalid):
        office.send(AssignTask, head, task_id=row.id, user_id=other.user_id)
    with pytest.raises(Conflict):
        office.send(AssignTask, office.who("head@FWB"), task_id=row.id, user_id=other.user_id)
    with pytest.raises(Forbidden):
        office.send(AssignTask, handler, task_id=row.id, user_id=handler.user_id)
    office.send(AssignTask, head, task_id=row.id, user_id=handler.user_id, reason="熟悉这个小区")
    office.work()
    assert task(office).claimed_by == handler.user_id and task(office).assigned_by == head.user_id
    event, = office.events("case.task_assigned")
    assert event.current()["to_user_id"] == str(handler.user_id)
    entry = next(one for one in office.entries() if one.kind == "handed")
    assert entry.visibility == "staff" and "熟悉这个小区" in entry.body
    told = [one for one in office.rows(Notification) if one.to_user_id == handler.user_id]
    assert [one.template for one in told] == ["task_assigned"] and head.name in told[0].body
    with pytest.raises(Conflict):
        office.send(CompleteTask, office.demo.actors["handler_lrs"], task_id=row.id, data={"accept_decision": "accept"})


def test_a_supervisor_assigns_to_anybody_of_the_unit_who_then_may_do_it(office: Office) -> None:
    row, head, supervisor = accepting(office), office.who("head@LRS"), office.who("supervisor")
    with pytest.raises(Conflict):
        office.send(CompleteTask, head, task_id=row.id, data={"accept_decision": "accept"})
    with pytest.raises(Invalid):
        office.send(AssignTask, supervisor, task_id=row.id, user_id=office.who("head@FWB").user_id)
    office.send(AssignTask, supervisor, task_id=row.id, user_id=head.user_id)
    assert numbers(seen(office, head, scope="mine")) == [office.number]
    office.send(ReleaseTask, head, task_id=row.id)
    with pytest.raises(Conflict):  # given back: nothing of it is left
        office.send(CompleteTask, head, task_id=row.id, data={"accept_decision": "accept"})
    office.send(AssignTask, supervisor, task_id=row.id, user_id=head.user_id)
    office.send(CompleteTask, head, task_id=row.id, data={"accept_decision": "accept"})


def test_the_holder_delegates_to_a_colleague_of_the_group_only(office: Office) -> None:
    row = accepting(office)
    first, second = office.demo.actors["handler_lrs"], office.demo.actors["handler2_lrs"]
    with pytest.raises(Conflict):
        office.send(DelegateTask, first, task_id=row.id, user_id=second.user_id)
    office.send(ClaimTask, first, task_id=row.id)
    for wrong in (office.who("head@LRS"), office.who("handler@FWB"), office.who("leader")):
        with pytest.raises(Invalid):
            office.send(DelegateTask, first, task_id=row.id, user_id=wrong.user_id)
    office.send(DelegateTask, first, task_id=row.id, user_id=second.user_id, note="下午请你去看")
    assert task(office).claimed_by == second.user_id and office.events("case.task_delegated")
    with pytest.raises(Conflict):
        office.send(DelegateTask, first, task_id=row.id, user_id=first.user_id)


def test_a_follow_up_date_moves_a_task_out_of_the_way_and_no_clock(office: Office) -> None:
    first = accepting(office)
    one = office.number
    office.clock.advance(timedelta(minutes=1))
    accepting(office)
    handler = office.who("handler@LRS")
    dates = [clock.due_at for clock in office.rows(Deadline)]
    with pytest.raises(Conflict):
        office.send(SetFollowUp, handler, task_id=first.id, on=MONDAY + timedelta(days=1))
    office.send(ClaimTask, handler, task_id=first.id)
    assert numbers(seen(office, handler))[0] == one
    for wrong in (MONDAY, MONDAY - timedelta(days=1), MONDAY + timedelta(days=400)):
        with pytest.raises(Invalid):
            office.send(SetFollowUp, handler, task_id=first.id, on=wrong)
    office.send(SetFollowUp, handler, task_id=first.id, on=MONDAY + timedelta(days=1))
    colleague = office.demo.actors["handler2_lrs"]
    assert numbers(seen(office, colleague))[-1] == one and numbers(seen(office, colleague, follow_up="later")) == [one]
    assert [clock.due_at for clock in office.rows(Deadline)] == dates
    office.clock.advance(timedelta(days=1))
    assert numbers(seen(office, handler))[0] == one and seen(office, handler, follow_up="now").rows[0].follow_up_now
    office.send(SetFollowUp, handler, task_id=first.id, on=MONDAY + timedelta(days=200))
    office.clock.move_to(max(dates) + timedelta(days=1))
    assert numbers(seen(office, handler))[0] == one  # late: nothing hides it


def test_a_substitute_sees_and_takes_over_what_an_absent_colleague_has(office: Office) -> None:
    row = accepting(office)
    absent, substitute, = office.demo.actors["handler_lrs"], office.who("handler@FWB")
    office.send(ClaimTask, absent, task_id=row.id)
    assert not seen(office, substitute).rows
    absence = away(office, absent, substitute)
    office.work()
    found = seen(office, substitute, scope="standin").rows
    assert [(one.instead_of, one.may_take) for one in found] == [(absent.name, True)]
    told = [one.template for one in office.rows(Notification) if one.to_user_id == substitute.user_id]
    assert told == ["substitute_named"]
    with pytest.raises(Conflict):  # a colleague of the group who does not stand in
        office.send(ClaimTask, office.demo.actors["handler2_lrs"], task_id=row.id)
    office.send(ClaimTask, substitute, task_id=row.id)
    assert task(office).claimed_by == substitute.user_id and office.events("case.task_taken_over")
    office.send(EndAbsence, absent, absence_id=absence)
    assert not seen(office, substitute).rows and not seen(office, substitute, scope="mine").rows
    with pytest.raises(Conflict):
        office.send(CompleteTask, substitute, task_id=row.id, data={"accept_decision": "accept"})
    office.send(ClaimTask, absent, task_id=row.id)  # a hold by somebody outside the group binds nobody
    assert task(office).claimed_by == absent.user_id


def test_assigning_to_the_absent_names_the_substitute(office: Office) -> None:
    row, head = accepting(office), office.who("head@LRS")
    absent, substitute = office.demo.actors["handler_lrs"], office.demo.actors["handler2_lrs"]
    away(office, absent, substitute)
    with pytest.raises(Invalid) as caught:
        office.send(AssignTask, head, task_id=row.id, user_id=absent.user_id)
    params = caught.value.fields["user_id"][0][1]
    assert (params["substitute_id"], params["until"]) == (str(substitute.user_id), "2026-11-26")
    assert task(office).claimed_by is None
    office.send(AssignTask, head, task_id=row.id, user_id=absent.user_id, even_absent=True)
    assert task(office).claimed_by == absent.user_id


def groups(office: Office, actor: Actor) -> frozenset[str]:
    with database.current().read(office.tenant_id) as session:
        found = actor_of(session, actor.user_id)  # type: ignore[arg-type]
        assert found.roles == actor.roles  # a role is never lent
        return found.groups


def test_security_24_substitution_lends_no_more_than_its_rule(office: Office) -> None:
    handler, head, clerk = office.demo.actors["handler_lrs"], office.who("head@LRS"), office.who("intake_clerk")
    admin, other = office.who("administrator"), office.who("handler@FWB")
    away(office, head, clerk)  # by the head alone: another role gets nothing
    assert groups(office, clerk) == clerk.groups
    away(office, handler, other)  # the same role: the unit's group, and not what the handler borrowed
    assert groups(office, other) == other.groups | {"handler@LRS"}
    away(office, other, office.who("handler@PAB"))  # never onwards
    assert groups(office, office.who("handler@PAB")) == office.who("handler@PAB").groups | {"handler@FWB"}
    with pytest.raises(Forbidden):  # nobody makes others absent, nor themselves a substitute
        away(office, office.who("supervisor"), handler, by=handler)
    leader = office.who("head@FWB")
    away(office, leader, clerk, by=admin)  # the office's word
    assert groups(office, clerk) == clerk.groups | {"head", "head@FWB"}
    with pytest.raises(Invalid):
        away(office, office.who("head@PAB"), office.who("analyst"), by=admin)
    with pytest.raises(Forbidden):
        away(office, office.who("operator"), clerk, by=admin)
    office.send(SetMemberships, admin, user_id=handler.user_id, memberships=(("follow_up_caller", None),))
    assert groups(office, other) == other.groups  # what the absent lost is no longer lent
    office.send(SetUserActive, admin, user_id=leader.user_id, active=False)
    assert groups(office, clerk) == clerk.groups
    office.clock.advance(timedelta(days=5))
    assert groups(office, office.who("handler@PAB")) == office.who("handler@PAB").groups


def test_security_24_substitution_does_not_cross_the_wall_to_outside_firms(office: Office) -> None:
    provider, colleague = office.demo.actors["provider_wbs"], office.demo.actors["provider2_wbs"]
    handler, admin = office.demo.actors["handler_lrs"], office.who("administrator")
    away(office, handler, provider, by=admin)
    assert groups(office, provider) == provider.groups
    away(office, provider, colleague)
    assert groups(office, colleague) == colleague.groups
    office.send(SetMemberships, admin, user_id=colleague.user_id, memberships=(("provider", "FGS"),))
    with database.current().read(office.tenant_id) as session:
        assert "provider@WBS" not in actor_of(session, colleague.user_id).groups  # type: ignore[arg-type]


def test_security_20_another_persons_absence_and_views_are_not_there(office: Office) -> None:
    handler, clerk = office.demo.actors["handler_lrs"], office.who("intake_clerk")
    absence = away(office, handler, office.demo.actors["handler2_lrs"])
    view = UUID(office.send(SaveInboxView, handler, name="急件", wanted={"urgency": "urgent"})["view_id"])
    with pytest.raises(NotFound):
        office.send(EndAbsence, clerk, absence_id=absence)
    for kind, more in ((ChangeInboxView, {"name": "x"}), (DeleteInboxView, {})):
        with pytest.raises(NotFound):
            office.send(kind, clerk, view_id=view, **more)
    with database.current().read(office.tenant_id) as session:
        assert auth.absences(session, handler.user_id) and not queries.inbox_views(session, clerk)  # type: ignore[arg-type]


def test_absences_do_not_overlap_and_end_early(office: Office) -> None:
    handler, second = office.demo.actors["handler_lrs"], office.demo.actors["handler2_lrs"]
    first = away(office, handler, second)
    with pytest.raises(Invalid):
        away(office, handler, second, days=1)
    for begin, end in ((None, MONDAY), (MONDAY, MONDAY - timedelta(days=1)), (MONDAY, MONDAY + timedelta(days=500))):
        with pytest.raises(Invalid):
            office.send(EnterAbsence, second, user_id=second.user_id, from_on=begin, until_on=end)
    office.send(EndAbsence, handler, absence_id=first)
    with database.current().read(office.tenant_id) as session:
        assert not auth.away(session)
    assert away(office, handler, second) and len(office.rows(Absence)) == 2


def test_views_are_kept_renamed_opened_first_and_deleted(office: Office) -> None:
    accepting(office)
    handler = office.who("handler@LRS")
    view = UUID(office.send(SaveInboxView, handler, name=" 急  件 ", wanted={"urgency": "urgent", "sort": "age", "evil": "1"})["view_id"])
    other = UUID(office.send(SaveInboxView, handler, name="全部", wanted={})["view_id"])
    office.send(SaveInboxView, handler, name="急 件", wanted={"service": "CS", "sort": "due", "due": "whatever"})
    office.send(ChangeInboxView, handler, view_id=view, is_default=True)
    office.send(ChangeInboxView, handler, view_id=other, is_default=True)
    with pytest.raises(Invalid):
        office.send(ChangeInboxView, handler, view_id=other, name="急 件")
    with database.current().read(office.tenant_id) as session:
        rows = {row.view_id: row for row in queries.inbox_views(session, handler)}
        default: Any = queries.default_view(session, handler)
    assert (rows[view].name, rows[view].wanted, rows[view].total) == ("急 件", {"service": "CS", "sort": "due"}, 1)
    assert default.view_id == other and not rows[view].is_default
    office.send(DeleteInboxView, handler, view_id=other)
    with database.current().read(office.tenant_id) as session:
        assert queries.default_view(session, handler) is None


def test_the_mark_changes_when_something_happens(office: Office) -> None:
    row = accepting(office)

    def mark() -> str:
        office.work()  # numbers the events
        with database.current().read(office.tenant_id) as session:
            return queries.inbox_mark(session)

    before = mark()
    assert mark() == before
    office.send(ClaimTask, office.who("handler@LRS"), task_id=row.id)
    claimed = mark()
    office.send(SetFollowUp, office.who("handler@LRS"), task_id=row.id, on=MONDAY + timedelta(days=2))
    assert len({before, claimed, mark()}) == 3


def test_a_deactivated_holder_blocks_nobody(office: Office) -> None:
    to_handling(office)
    row = office.tasks()["task_handle"]
    first, second = office.demo.actors["handler_lrs"], office.demo.actors["handler2_lrs"]
    office.send(ClaimTask, first, task_id=row.id)
    office.send(SetUserActive, office.who("administrator"), user_id=first.user_id, active=False)
    found = seen(office, second).rows[0]
    assert found.may_take and found.claimed_by_name is None
    office.send(ClaimTask, second, task_id=row.id)
    assert office.tasks()["task_handle"].claimed_by == second.user_id


def test_tasks_from_before_are_placed_by_the_migration(office: Office) -> None:
    for number in range(3):
        row = accepting(office)
        with database.current().engine.begin() as connection:
            own = "due_at = opened_at" if number == 1 else "barred = ' @X '" if number else "lane = NULL"
            connection.execute(sql(f"UPDATE open_task SET {own} WHERE element_id = '{row.element_id}'"))
    office.submit()
    office.work()  # without a clock that runs, or with another one
    with database.current().engine.begin() as connection:
        connection.execute(sql("UPDATE open_task SET queue = '?', next_at = '1970-01-01 00:00:00.000000', late_at = NULL, "
                                "warn_at = NULL, number = NULL, module = NULL, service = NULL, urgency = NULL, unit = NULL"))
    before = misplaced(office.tenant_id)
    assert len(before) > 20 and {column for _task, column, _value, _right in before} >= {"queue", "next_at", "warn_at"}
    [path] = (Path(__file__).parents[2] / "migrations/versions").glob("*_order_open_tasks.py")
    fill = runpy.run_path(str(path))["fill"]
    for _ in range(2):  # a second time changes nothing
        with database.current().engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
            fill()
        assert misplaced(office.tenant_id) == []
