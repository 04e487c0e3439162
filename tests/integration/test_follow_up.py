"""The follow-up after a reply: who is asked and by whom, what a bad rating leads to, and the decision on record."""

from __future__ import annotations

import runpy
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations

from app.auth.actors import actor_of
from app.auth.commands import SetMemberships
from app.cases import queries
from app.cases.commands import AssignTask, ClaimTask, CompleteTask, RateCase, WithdrawCase
from app.cases.inbox_filter import InboxFilter
from app.cases.model import Case, CaseNotice, DecisionRecord
from app.deadlines.model import Deadline
from app.engine.model import OpenTaskRow
from app.insight.periods import Period
from app.insight.queries import visit_figures
from app.kernel import database
from app.kernel.commands import SYSTEM, Actor
from app.kernel.errors import Conflict, Invalid
from app.kernel.unit_of_work import UnitOfWork, transact
from tests.integration.play import Office
from tests.integration.test_lifecycle import BEFORE_HANDLING, INTAKE, reply, to_handling

WRONG, MENDED = "清扫不干净 not clean", "已重新清扫 cleaned again"
ASK = {"intake_decision": "accept", "kind": "consultation", "service": "LI05", "urgency_stated": "normal",
       "person_checked": "true", "course": "想问活动时间 when is it"}


def also_caller(office: Office, login: str, *more: tuple[str, str | None]) -> Actor:
    """A person of a unit who calls residents as well."""
    user_id = office.demo.actors[login].user_id
    office.send(SetMemberships, office.who("administrator"), user_id=user_id,
                memberships=(*more, ("follow_up_caller", None)))
    with database.current().read(office.tenant_id) as session:
        return actor_of(session, user_id)


def seen(office: Office, actor: Actor) -> list[UUID]:
    with database.current().read(office.tenant_id) as session:
        return [row.task_id for row in queries.inbox_page(session, actor, InboxFilter(scope="group")).rows]


def claim(office: Office, actor: Actor, row: OpenTaskRow) -> Any:
    return office.send(ClaimTask, actor, task_id=row.id)


def test_neither_the_handler_nor_the_unit_asks_the_resident(office: Office) -> None:
    to_handling(office)
    reply(office)
    office.wait(days=2)
    row = office.tasks()["task_call_resident"]
    did = {event.actor_id for event in office.events("case.task_completed")
           if event.data["process_id"] in ("unit_work", "handle_complaint")}
    of_unit = also_caller(office, "head_lrs", ("head", "LRS"))
    moved = also_caller(office, next(login for login in ("handler_lrs", "handler2_lrs")
                                     if office.demo.actors[login].user_id in did))
    supervisor = office.who("supervisor")
    for barred in (of_unit, moved):
        assert row.id not in seen(office, barred)
        with pytest.raises(Conflict, match="somebody else does this task"):
            claim(office, barred, row)
        with pytest.raises(Conflict, match="somebody else does this task"):
            office.send(CompleteTask, barred, task_id=row.id, form_hash=row.form_hash, data={"reached": "no"})
        with pytest.raises(Invalid):
            office.send(AssignTask, supervisor, task_id=row.id, user_id=barred.user_id)
    with pytest.raises(Conflict, match="no longer open"):
        claim(office, office.who("handler@FWB"), row)
    caller = also_caller(office, "head_fwb", ("head", "FWB"))
    assert row.id in seen(office, caller) and not moved.groups & {"handler@LRS"}
    office.do("task_call_resident", by=caller, reached="yes", solved="yes", rating="4")
    assert office.case().outcome == "satisfied", office.state()


def test_a_bad_rating_is_asked_about_put_right_in_time_and_asked_about_again(office: Office) -> None:
    to_handling(office)
    reply(office)
    office.send(RateCase, token=office.token, rating=2, solved="yes", comment="不干净 not clean")
    office.work()
    office.do("task_ask_wrong", reached="yes", wrong=WRONG)
    task, clock = office.tasks()["task_rectify"], office.rows(Deadline, Deadline.name == "rectify")[0]
    assert task.groups == ["head@LRS"] and task.variables["wrong"] == WRONG
    assert (clock.budget["amount"], clock.budget["unit"]) == (5, "wd") and clock.state == "running"
    assert office.rows(Deadline, Deadline.name == "visit")[0].state == "stopped", "the resident was asked in time"
    with database.current().read(office.tenant_id) as session:
        page = queries.case_page(session, office.who("head@LRS"), office.case_id)
        view = next(one for one in page.deadlines if one.name == "rectify")
        assert view.reasons and (page.case.visit, page.case.visit_reason) == ("phone", "complaint")
    office.wait(days=9)
    told = {notice.template: notice.group_name for notice in office.rows(CaseNotice)}
    assert told["rectify_warning"] == "head@LRS" and told["rectify_late"] == "supervisor", told
    assert [event.data["name"] for event in office.events("deadline.breached")] == ["rectify"]
    office.do("task_rectify", rectification=MENDED)
    with database.current().read(office.tenant_id) as session:
        assert MENDED in [entry.body for entry in queries.resident_page(session, office.token).entries]
    office.do("task_recheck", reached="yes", solved="yes", rating="5")
    case = office.case()
    assert (case.status, case.outcome, case.rating, case.rounds) == ("closed", "satisfied", 5, 1), office.state()
    assert [event.data["rating"] for event in office.events("case.rated")] == [2, 5]


def test_a_mistaken_rating_is_corrected_and_a_vain_repair_comes_to_the_supervisor(office: Office) -> None:
    to_handling(office)
    reply(office)
    office.send(RateCase, token=office.token, rating=1, solved="yes")
    office.work()
    office.do("task_ask_wrong", reached="yes", wrong=WRONG)
    office.do("task_rectify", rectification=MENDED)
    office.do("task_recheck", reached="yes", solved="half", rating="2")
    office.do("task_rule_on_case", case_ruling="handle_again", case_ruling_text="由负责人再办 once more by the head")
    assert office.case().rounds == 2, office.state()
    office.do("task_dispatch", **BEFORE_HANDLING["task_dispatch"])
    assert office.tasks()["task_accept_work"].groups == ["head@LRS"], office.state()
    other = Office(office.demo, office.clock)
    to_handling(other)
    reply(other)
    other.send(RateCase, token=other.token, rating=1, solved="no")
    other.work()
    other.do("task_ask_wrong", reached="yes", wrong="点错了 a mistake", rating="5", solved="yes")
    assert (other.case().outcome, other.case().rating, other.case().solved) == ("satisfied", 5, "yes"), other.state()


def asked(office: Office, drawn: bool) -> None:
    """Consultations are answered until one of them is drawn, or is not."""
    for _ in range(40):
        office.submit("想问活动时间。When does the course begin?", module="LI", service="LI05")
        office.work()
        office.do("task_intake", **(ASK | {"intake_decision": "answer_now", "answer": "每周三下午 on Wednesdays"}))
        if (office.case().visit_reason == "sampled") is drawn:
            return
    raise AssertionError("twenty in a hundred are drawn")


def test_a_share_of_the_low_risk_is_drawn_by_the_number_of_the_case(office: Office) -> None:
    asked(office, drawn=True)
    decision = office.rows(DecisionRecord, DecisionRecord.case_id == office.case_id,
                           DecisionRecord.decision_id == "follow_up")[0]
    draw = decision.trace["given"]["draw"]
    assert draw == int(office.case_id.hex[-8:], 16) % 100 < 20, "anybody can draw it again"
    drawn = office.case_id
    asked(office, drawn=False)
    case = office.case()
    assert (case.visit, case.visit_reason) == ("invite", "sampled_out")
    event, = office.events("case.visit_decided")
    assert (event.data["visit"], event.data["reason"], event.data["round"]) == ("invite", "sampled_out", 1)
    start = office.clock.now()
    office.wait(days=10)
    prompted = [one for one in office.rows(CaseNotice, CaseNotice.case_id == office.case_id)
                if one.template == "rate_reminder"]
    assert [one.at - start > timedelta(days=2) for one in prompted] == [True], "after three working days"
    assert (office.case().status, office.case().outcome) == ("closed", "unrated"), office.state()
    call = office.tasks(drawn)["task_call_resident"]
    clerk, = (event.actor_id for event in office.events("case.task_completed", drawn))
    assert call.barred == f" by:{clerk} ", "who was drawn is called after the prompt, not by the clerk who answered"


def test_a_wait_runs_on_the_offices_calendar(office: Office) -> None:
    office.clock.move_to(office.clock.now() + timedelta(days=4))  # a Friday
    to_handling(office)
    reply(office)
    office.wait(days=2)
    assert "task_call_resident" not in office.tasks(), "nobody is rung at the weekend"
    office.wait(days=2)
    assert "task_call_resident" in office.tasks(), office.state()


def test_every_case_that_ends_has_a_visit_decision_and_figures_count_it(office: Office) -> None:
    to_handling(office)
    reply(office)
    office.send(RateCase, token=office.token, rating=5, solved="yes")
    office.work()
    to_handling(office)
    office.send(WithdrawCase, token=office.token)
    office.work()
    assert (office.case().visit, office.case().visit_reason) == ("none", "withdrawn")
    office.submit("我要起诉邻居。I want to sue my neighbour.")
    office.work()
    office.do("task_intake", **(INTAKE | {"intake_decision": "not_accept", "not_accepted_reason": "court",
                                          "not_accepted_text": "诉讼中 before a court", "right_place": "法院 court"}))
    assert (office.case().visit, office.case().visit_reason) == ("none", "not_accepted")
    month = Period(date(2026, 11, 1), date(2026, 11, 30), "month", ZoneInfo("Asia/Shanghai"))
    with database.current().read(office.tenant_id) as session:
        found = visit_figures(session, office.who("leader"), month)
    of_unit = [one for one in found if one.unit == "LRS"]
    assert sum(one.ended for one in found) == 3 and sum(one.nobody for one in found) == 2
    assert [sum(getattr(one, name) for one in of_unit) for name in (
        "ended", "visited", "nobody", "answered")] == [2, 1, 1, 1]
    assert of_unit[0].first == month.first


def forget(uow: UnitOfWork) -> None:
    for case in uow.session.query(Case):
        case.visit = case.visit_reason = None


def test_cases_that_ended_before_get_what_their_outcome_tells(office: Office) -> None:
    to_handling(office)
    reply(office)
    office.send(RateCase, token=office.token, rating=5, solved="yes")
    office.submit()
    office.work()
    office.send(WithdrawCase, token=office.token)
    office.work()
    office.submit()
    transact(office.tenant_id, SYSTEM, forget)
    [path] = (Path(__file__).parents[2] / "migrations/versions").glob("*_add_visit_decisions.py")
    fill = runpy.run_path(str(path))["fill"]
    for _ in range(2):  # a second time there is nothing to do
        with database.current().engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
            fill()
    assert [(case.outcome, case.visit, case.visit_reason) for case in office.rows(Case)] == [
        ("satisfied", "invite", "earlier_diagram"), ("withdrawn", "none", "withdrawn"), (None, None, None)]
