"""The life of a request by commands only, on the shipped diagrams, tables and forms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.cases import queries
from app.cases.commands import AnswerQuestion, CompleteTask, RateCase, WithdrawCase
from app.cases.model import CaseLink
from app.cases.stepping import EARLIER_CLOSED
from app.deadlines.model import Deadline
from app.engine.model import ProcessInstance, SubscriptionRow, TimerRow
from app.kernel import clock, database, sequencer
from app.kernel.errors import Conflict, NotFound
from app.workers import work
from tests.integration.play import Office

INTAKE: dict[str, Any] = {
    "intake_decision": "accept", "kind": "complaint", "service": "CS01", "urgency_stated": "normal",
    "person_checked": "true", "happened_at": "昨天 yesterday", "place_note": "三号楼 block 3", "cause": "没有清运 not collected",
    "course": "三天没有清运 not collected for three days"}
REPLY = {"action": "reply", "handling_result": "solved", "reply": "已清运,并加派一班。Collected; one more round a day."}


BEFORE_HANDLING: dict[str, dict[str, Any]] = {
    "task_accept_work": {"accept_decision": "accept"},
    "task_contact_resident": {"contacted": "yes", "contact_note": "已电话联系 called"},
    "task_inspect_site": {"finding": "confirmed", "finding_note": "情况属实 as reported"},
    "task_order_measures": {"measure": "ordered", "measure_note": "已责令清运 ordered to collect"},
    "task_dispatch": {"unit": "LRS", "urgency": "normal", "instruction": "请办理 please handle"},
}


def to_handling(office: Office, **intake: Any) -> None:
    """A new request, up to the unit's task `handle`."""
    office.submit()
    office.work()
    office.do("task_intake", **(INTAKE | intake))
    on_to_handling(office)


def on_to_handling(office: Office) -> None:
    """Whatever the service's process asks before `handle`."""
    for _ in range(8):
        waiting = [name for name in BEFORE_HANDLING if name in office.tasks()]
        if not waiting:
            break
        office.do(waiting[0], **BEFORE_HANDLING[waiting[0]])
    assert "task_handle" in office.tasks(), office.state()


def reply(office: Office) -> None:
    """The unit's reply, reviewed when the table asks for it."""
    office.do("task_handle", **REPLY)
    if "task_review" in office.tasks():
        office.do("task_review", reply=REPLY["reply"], review_approved="yes")


def test_a_complaint_goes_through_all_six_steps(office: Office) -> None:
    to_handling(office)
    reply(office)
    assert office.case().phase == "feedback", office.state()
    office.send(RateCase, token=office.token, rating=5, solved="yes", comment="很快 quick")
    office.work()
    case = office.case()
    assert (case.status, case.outcome, case.unit, case.service) == ("closed", "satisfied", "LRS", "CS01"), office.state()
    phases = [event.data["phase"] for event in office.events("case.phase_entered")]
    assert phases == ["intake", "classify", "dispatch", "reply", "feedback"]
    for kind in ("case.submitted", "case.dispatched", "case.replied", "case.rated", "case.closed", "decision.made"):
        assert office.events(kind), kind
    assert not office.rows(TimerRow) and office.rows(ProcessInstance)[0].status == "completed"
    with database.current().read(office.tenant_id) as session:
        assert sequencer.broken_link(session) is None


def test_both_pages_show_every_step(office: Office) -> None:
    to_handling(office)
    with database.current().read(office.tenant_id) as session:
        page = queries.resident_page(session, office.token)
        assert [p.state for p in page.phases] == ["done"] * 4 + ["current", "todo"]
        assert page.promised_at is not None and page.promise_reasons and page.can_withdraw and not page.can_rate
        kept = [entry for entry in page.entries if entry.visibility == "staff"]
        assert all((entry.kind, entry.body, entry.author) == ("contact", "", "") for entry in kept) and kept
        handler = office.who("handler@LRS")
        case = queries.case_page(session, handler, office.case_id)
        assert "task_handle_case" in case.diagrams[0].active
        assert {"task_intake", "task_accept_work"} <= {e for d in case.diagrams for e in d.visited}
        assert case.decisions and case.deadlines and case.tasks and not case.incidents
        row = queries.inbox_page(session, handler).rows[0]
        assert (row.case_id, row.is_mine, row.colour) == (office.case_id, False, "green")
        task = queries.task_page(session, handler, row.task_id)
        assert task.form is not None and task.case.person is not None
        assert queries.search_cases(session, handler, q=office.number)
        assert queries.counts(session).open >= 1


def test_a_unit_returns_what_is_not_its_own(office: Office) -> None:
    office.submit()
    office.work()
    office.do("task_intake", **INTAKE)
    office.do("task_accept_work", accept_decision="return", return_reason="不属于本单位职责 not our duty")
    assert office.events("case.returned") and office.case().phase in ("dispatch", "reply"), office.state()
    due = office.rows(Deadline, Deadline.name == "reply")[0].due_at
    task = next(iter(office.tasks()))
    if task == "task_dispatch":
        office.do("task_dispatch", unit="WBS", urgency="normal", instruction="请处理 please take it")
    else:
        office.do("task_rule_on_unit", unit="WBS", unit_ruling_text="由外包服务商办理 the provider takes it")
    assert office.case().unit == "WBS", office.state()
    assert office.rows(Deadline, Deadline.name == "reply")[0].due_at == due, "a hand-over never replaces the limit"
    assert len(office.events("case.dispatched")) == 2


def test_asking_back_stops_the_clock_and_the_timers_move_with_it(office: Office) -> None:
    to_handling(office)
    before = office.rows(TimerRow, TimerRow.clock == "reply.due_at")[0].due_at
    office.do("task_handle", action="ask_resident", question="请问是几号楼? Which building?")
    assert office.rows(TimerRow, TimerRow.clock == "reply.due_at")[0].due_at is None, office.state()
    with database.current().read(office.tenant_id) as session:
        assert queries.resident_page(session, office.token).question
    office.wait(hours=24)
    office.send(AnswerQuestion, token=office.token, text="三号楼。Block 3.")
    office.work()
    after = office.rows(TimerRow, TimerRow.clock == "reply.due_at")[0].due_at
    assert before is not None and after is not None and (after - before).total_seconds() == 24 * 3600, (before, after)
    assert [e.body for e in office.entries() if e.kind == "answer"] == ["三号楼。Block 3."]
    assert office.events("deadline.paused") and office.events("deadline.resumed")
    assert "task_handle" in office.tasks(), office.state()
    with pytest.raises(Conflict):
        office.send(AnswerQuestion, token=office.token, text="noch einmal")


def test_the_resident_withdraws(office: Office) -> None:
    to_handling(office)
    office.send(WithdrawCase, token=office.token, reason="已经解决 solved already")
    office.work()
    case = office.case()
    assert (case.status, case.outcome, office.tasks()) == ("closed", "withdrawn", {}), office.state()
    assert office.events("case.withdrawn") and office.events("case.task_cancelled")
    with pytest.raises(Conflict):
        office.send(WithdrawCase, token=office.token)
    with pytest.raises(NotFound):
        office.send(WithdrawCase, token="wrong")


def test_two_units_handle_together(office: Office) -> None:
    to_handling(office)
    office.do("task_handle", action="co_handle", co_units=["WBS"], co_request="请派车 please send a truck")
    task = next(name for name in office.tasks() if name.startswith("task_co"))
    office.do(task, co_result="已派车 sent")
    assert "task_handle" in office.tasks(), office.state()
    reply(office)
    assert office.case().phase == "feedback", office.state()


def test_an_extension_moves_date_and_timers(office: Office) -> None:
    to_handling(office)
    before = office.rows(Deadline, Deadline.name == "reply")[0].due_at
    office.do("task_handle", action="request_extension", extension_days="2", extension_reason="需要协调车辆 trucks are short")
    office.do("task_approve_extension", extension_approved="yes", extension_days="1")
    row = office.rows(Deadline, Deadline.name == "reply")[0]
    assert row.due_at > before and row.extensions == 1, office.state()
    assert office.rows(TimerRow, TimerRow.clock == "reply.due_at")[0].due_at == row.due_at
    assert row.first_due_at == before and office.events("deadline.extended")


def test_a_bad_rating_opens_again_up_to_a_ruling(office: Office) -> None:
    to_handling(office)
    for _ in range(4):
        reply(office)
        assert office.case().phase == "feedback", office.state()
        office.send(RateCase, token=office.token, rating=1, solved="no", comment="没有解决 not solved")
        office.work()
        office.do("task_ask_wrong", reached="yes", wrong="没有人来 nobody came")
        if "task_rule_on_case" in office.tasks():
            break
        on_to_handling(office)
    assert office.case().rounds >= 2 and office.events("case.reopened"), office.state()
    office.do("task_rule_on_case", case_ruling="close_unresolved", case_ruling_text="已尽力,说明理由 all was tried")
    case = office.case()
    assert (case.status, case.outcome) == ("closed", "unresolved"), office.state()
    assert office.events("case.ruled")


def test_a_later_request_joins_an_earlier_one(office: Office) -> None:
    to_handling(office)
    earlier, number = office.case_id, office.number
    later = office.submit("还是那堆垃圾。The same heap.", name="李先生", phone="13900000002")
    office.work()
    office.do("task_intake", **(INTAKE | {"intake_decision": "join", "earlier_number": number}))
    assert office.rows(CaseLink)[0].other_id == earlier and office.case().parent_id == earlier, office.state()
    office.case_id = earlier
    reply(office)
    office.case_id = later
    assert office.case().phase == "feedback", office.state()
    office.send(RateCase, token=office.token, rating=4, solved="yes")
    office.work()
    assert office.case().outcome == "joined", office.state()


def test_a_joined_request_does_not_wait_for_ever(office: Office) -> None:
    to_handling(office)
    earlier, number, token = office.case_id, office.number, office.token
    later = office.submit("还是那堆垃圾。The same heap.", name="李先生", phone="13900000002")
    office.work()
    office.do("task_intake", **(INTAKE | {"intake_decision": "join", "earlier_number": number}))
    office.case_id = earlier
    office.send(WithdrawCase, token=token)
    office.work()
    office.case_id = later
    assert office.case().phase == "feedback", office.state()


def test_a_case_that_has_just_joined_hears_of_an_end_at_the_same_moment(office: Office) -> None:
    """Between joining and waiting lies a job; the earlier case may end right there (a replay found it)."""
    earlier, number = office.submit(), office.number
    later = office.submit("还是那堆垃圾。The same heap.", name="李先生", phone="13900000002")
    office.work()
    clerk, not_ours = office.who("intake_clerk"), {
        "intake_decision": "not_accept", "not_accepted_reason": "court", "not_accepted_text": "诉讼中 before a court",
        "right_place": "法院 court"}
    for case_id, data in ((later, INTAKE | {"intake_decision": "join", "earlier_number": number}), (earlier, not_ours)):
        row = office.tasks(case_id)["task_intake"]
        office.send(CompleteTask, clerk, task_id=row.id, form_hash=row.form_hash, data=data)
        office.clock.advance(timedelta(seconds=1))
    assert work.jobs(clock.now()) == 2
    assert office.rows(CaseLink) and office.case(earlier).status == "closed", "the two did not meet"
    assert not office.rows(SubscriptionRow, SubscriptionRow.name == EARLIER_CLOSED), "the gap is not there"
    office.work()
    office.case_id = later
    assert office.case().phase == "feedback", office.state()


def test_what_is_not_ours_is_not_accepted(office: Office) -> None:
    office.submit("我要起诉邻居。I want to sue my neighbour.")
    office.work()
    office.do("task_intake", intake_decision="not_accept", not_accepted_reason="court",
              not_accepted_text="已进入诉讼程序 this is before a court", right_place="区人民法院 district court")
    case = office.case()
    assert (case.status, case.outcome) == ("closed", "not_accepted"), office.state()
    assert office.events("case.not_accepted")


def test_what_is_late_is_recorded_as_late_before_anybody_acts(office: Office) -> None:
    to_handling(office)
    office.clock.advance(timedelta(days=30))
    reply(office)
    assert office.events("deadline.warned") and office.events("deadline.breached"), office.state()
    assert office.rows(Deadline, Deadline.name == "reply")[0].breached_at is not None
