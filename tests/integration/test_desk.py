"""The intake desk: taken in during the call, answered and rated at once, one call with several requests, joining."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from app.cases import connectors, queries
from app.cases.commands import CompleteTask, GoOnWithCase, JoinCases, SubmitCase, TakeInCase, UndoJoin
from app.cases.connectors import registry
from app.cases.model import Case, CaseLink
from app.engine.model import JobRow
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.errors import Conflict, Forbidden, Invalid
from tests.integration.play import Office

PHONE = "13900000077"
CALL: dict[str, Any] = {"text": "六号楼门口的垃圾三天没人清。", "name": "王女士", "phone": PHONE, "channel": "phone", "service": "CS01",
                        "kind": "complaint"}


def take_in(office: Office, **more: Any) -> UUID:
    """As the intake clerk; no worker runs."""
    answer = dispatch(TakeInCase(tenant_id=office.tenant_id, actor=office.who("intake_clerk"), **{**CALL, **more}))
    office.case_id, office.number, office.token = UUID(answer["case_id"]), answer["number"], answer["token"]
    return office.case_id


def clocks(office: Office, case_id: UUID | None = None) -> dict[str, tuple[str, bool]]:
    with database.current().read(office.tenant_id) as session:
        page = queries.case_page(session, office.who("supervisor"), case_id or office.case_id)
        return {one.name: (one.state, one.late) for one in page.deadlines}


def test_a_request_taken_in_at_the_desk_is_with_its_unit_before_any_worker_runs(office: Office) -> None:
    take_in(office)
    case = office.case()
    assert (case.phase, case.unit, case.kind, case.service) == ("reply", "LRS", "complaint", "CS01")
    assert clocks(office) == {"accept": ("stopped", False), "dispatch": ("stopped", False), "reply": ("running", False)}
    office.work()
    assert list(office.tasks()) == ["task_accept_work"]
    assert [event.data["template"] for event in office.events("case.notice_wanted")] == ["case_accepted", "promise"]


def test_the_next_task_is_the_dispatchers_when_the_table_leaves_the_unit_open(office: Office) -> None:
    case_id = take_in(office, service="LS02", kind="help")
    with database.current().read(office.tenant_id) as session:
        assert queries.next_of_case(session, office.who("intake_clerk"), case_id) is None
        task_id = queries.next_of_case(session, office.who("dispatcher"), case_id)
    assert task_id == office.tasks()["task_dispatch"].id


def test_a_double_enter_is_one_case(office: Office) -> None:
    clerk = office.who("intake_clerk")
    answers = [dispatch(TakeInCase(tenant_id=office.tenant_id, actor=clerk, key="once", **CALL)) for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(office.rows(Case)) == 1


def test_a_consultation_is_registered_answered_rated_and_closed_in_one_step(office: Office) -> None:
    take_in(office, text="周末几点关门？", service="LI06", kind="consultation", decision="answer_now",
            answer="周末开放到晚上八点。", rating=5, solved="yes")
    case = office.case()
    assert (case.status, case.outcome, case.rating, case.solved) == ("closed", "satisfied", 5, "yes")
    assert [(one.kind, one.body, one.visibility) for one in office.entries()] == [
        ("reply", "周末开放到晚上八点。", "public"), ("rating", "5", "staff")]
    assert [name for name, (state, late) in clocks(office).items() if state == "stopped" and not late] == ["accept", "visit"]
    told = [event.type for event in office.events()]
    for kind in ("case.submitted", "case.replied", "case.rated", "case.closed"):
        assert told.count(kind) == 1
    assert office.events("case.rated")[0].data["source"] == "caller"
    assert [event.data["template"] for event in office.events("case.notice_wanted")] == ["case_replied"]


def test_who_was_not_asked_is_invited_like_everybody(office: Office) -> None:
    take_in(office, service="LI06", kind="consultation", decision="answer_now", answer="周末开放到晚上八点。")
    case = office.case()
    assert (case.status, case.phase, case.rating) == ("open", "feedback", None)
    assert office.events("case.notice_wanted")[-1].data["template"] == "rate_invitation"


def test_an_answer_that_did_not_help_goes_on_to_a_unit(office: Office) -> None:
    take_in(office, service="LI06", kind="consultation", decision="answer_now", answer="周末开放到晚上八点。", rating=2,
            solved="no")
    assert (office.case().status, office.case().rounds, list(office.tasks())) == ("open", 2, ["task_dispatch"])


@pytest.mark.parametrize(("wrong", "field"), [
    ({"kind": None}, "kind"), ({"decision": "answer_now"}, "answer"), ({"rating": 4, "solved": "yes"}, "rating"),
    ({"decision": "answer_now", "answer": "好的", "rating": 4}, "solved"), ({"text": " "}, "text"),
    ({"decision": "join"}, "similar"), ({"decision": "maybe"}, "decision")])
def test_what_is_missing_is_said_at_its_field_and_nothing_is_stored(office: Office, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        take_in(office, **wrong)
    assert field in caught.value.fields
    assert office.rows(Case) == []


def test_one_call_with_three_requests_shows_the_others_on_each(office: Office) -> None:
    first = take_in(office)
    rest = [take_in(office, text="还有，楼道灯不亮。", service="LS01", kind="help", same_call=first),
            take_in(office, text="再问一下居住证。", service="PS01", kind="help", same_call=first)]
    clerk = office.who("intake_clerk")
    with database.current().read(office.tenant_id) as session:
        for one in (first, *rest):
            assert {row.case_id for row in queries.linked(session, clerk, one).same_call} == {first, *rest} - {one}
        kept = queries.carried(session, office.who("intake_clerk"), first)
        assert (kept.name, kept.phone, kept.channel) == ("王女士", PHONE, "phone")


def test_a_failing_job_is_left_to_the_worker_and_loses_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(call: Any) -> dict[str, Any]:
        raise RuntimeError("no paper")

    monkeypatch.setitem(registry._connectors, "notify", broken)
    take_in(office)
    assert office.case().phase == "intake" and [(job.type, job.state, job.attempts) for job in office.rows(JobRow)] == [
        ("notify", "pending", 0)]
    monkeypatch.setitem(registry._connectors, "notify", connectors.notifying.notify)
    office.send(GoOnWithCase, office.who("intake_clerk"), case_id=office.case_id)
    assert office.case().unit == "LRS"


def test_security_07_callers_are_found_by_phone_and_unnamed_requests_are_not(office: Office) -> None:
    take_in(office)
    take_in(office, name="李先生", text="路灯坏了")
    hidden = take_in(office, name=None, phone=PHONE, anonymous=True, text="匿名反映")
    with database.current().read(office.tenant_id) as session:
        clerk = office.who("intake_clerk")
        found = queries.callers(session, clerk, phone="139 0000 0077")
        assert [one.name for one in found] == ["李先生", "王女士"] and all(one.phone == PHONE for one in found)
        assert [one.open for one in queries.callers(session, clerk, phone="0077")] == [1, 1]
        assert queries.callers(session, clerk, phone="077") == [] and queries.callers(session, clerk, phone="00770") == []
        assert [one.phone for one in queries.callers(session, clerk, name="王女")] == [PHONE]
        assert hidden not in {row.case_id for one in found for row in one.cases}
        for other in ("handler@LRS", "analyst", "leader"):
            with pytest.raises(Forbidden):
                queries.callers(session, office.who(other), phone=PHONE)


def test_security_07_only_the_intake_desk_decides_during_a_call(office: Office) -> None:
    for other in ("dispatcher", "handler@LRS", "supervisor"):
        with pytest.raises(Forbidden):
            dispatch(TakeInCase(tenant_id=office.tenant_id, actor=office.who(other), **CALL))
    with pytest.raises(Forbidden):
        office.send(JoinCases, office.who("handler@LRS"), number="1", earlier_number="2")


def two(office: Office) -> tuple[tuple[UUID, str], tuple[UUID, str]]:
    """Two open cases: one with its unit, one that waits for the dispatcher."""
    one = take_in(office), office.number
    return one, (take_in(office, service="CS05", phone="13900000078", name="赵先生"), office.number)


@pytest.mark.parametrize("way", [0, 1])
def test_two_open_cases_are_joined_in_either_direction_and_both_are_told_of_the_reply(office: Office, way: int) -> None:
    cases = two(office)
    (follower, number), (earlier, earlier_number) = cases[way], cases[1 - way]
    office.send(JoinCases, office.who("dispatcher"), number=number, earlier_number=earlier_number)
    assert office.case(follower).parent_id == earlier and list(office.tasks(follower)) == []
    assert "running" not in {state for state, _ in clocks(office, follower).values()}
    office.work()
    if "task_dispatch" in office.tasks(earlier):
        office.do("task_dispatch", earlier, unit="FGS", urgency="normal")
    while office.case(earlier).phase == "reply":
        _work_on(office, earlier)
    assert office.case(follower).phase == "feedback"
    notices = [event.data["template"] for event in office.events("case.notice_wanted", follower)]
    assert notices[-2:] == ["joined", "rate_invitation"]


ANSWERS: dict[str, dict[str, Any]] = {
    "task_accept_work": {"accept_decision": "accept"},
    "task_contact_resident": {"contacted": "yes", "contact_note": "居民说明了位置"},
    "task_inspect_site": {"finding": "confirmed", "finding_note": "情况属实"},
    "task_order_measures": {"measure": "done_on_site", "measure_note": "当场整改"},
    "task_handle": {"action": "reply", "handling_result": "solved", "reply": "问题已处理"},
    "task_review": {"review_approved": "yes", "reply": "问题已处理"},
}


def _work_on(office: Office, case_id: UUID) -> None:
    element, row = next(iter(office.tasks(case_id).items()))
    data = dict(ANSWERS.get(element, {}))
    if element not in ANSWERS:
        pytest.fail(f"nobody knows {element} {row.variables}")
    office.do(element, case_id, **data)


def test_a_mistaken_joining_is_taken_apart_and_the_case_has_its_unit_again(office: Office) -> None:
    (follower, number), (_earlier, earlier_number) = two(office)
    clerk = office.who("dispatcher")
    office.send(JoinCases, clerk, number=number, earlier_number=earlier_number)
    office.send(UndoJoin, clerk, case_id=follower)
    office.work()
    assert office.case(follower).parent_id is None and list(office.tasks(follower)) == ["task_accept_work"]
    assert clocks(office, follower)["reply"] == ("running", False)
    assert office.rows(CaseLink, CaseLink.kind == "joined") == []
    assert [event.type for event in office.events(None, follower)].count("case.taken_apart") == 1
    with pytest.raises(Conflict):
        office.send(UndoJoin, clerk, case_id=follower)


def test_two_cases_never_wait_for_each_other(office: Office) -> None:
    (one, number), (other, other_number) = two(office)
    office.send(JoinCases, office.who("dispatcher"), number=number, earlier_number=other_number)
    with pytest.raises(Conflict):
        office.send(JoinCases, office.who("dispatcher"), number=other_number, earlier_number=number)
    assert office.case(one).parent_id == other and office.case(other).parent_id is None
    for wrong in (number, "20000101-9999"):
        with pytest.raises(Invalid):
            office.send(JoinCases, office.who("dispatcher"), number=number, earlier_number=wrong)


def test_the_forecast_is_what_the_process_then_decides(office: Office) -> None:
    with database.current().read(office.tenant_id) as session:
        seen = queries.forecast(session, office.tenant_id, service="CS01", kind="complaint", urgency="normal", channel="phone")
    assert seen is not None and seen.at_once
    take_in(office)
    assert (seen.unit, seen.due_at) == (office.case().unit, office.case().promised_at)


def test_a_clerk_without_that_right_leaves_the_taking_in_to_the_desk(office: Office) -> None:
    office.submit(actor=office.who("dispatcher"), channel="phone")
    office.send(GoOnWithCase, office.who("dispatcher"), case_id=office.case_id)
    row = office.tasks()["task_intake"]
    assert row.groups == ["intake_clerk"]
    office.send(CompleteTask, office.who("intake_clerk"), task_id=row.id, form_hash=row.form_hash, data={
        "intake_decision": "accept", "kind": "complaint", "service": "CS01", "urgency_stated": "normal",
        "person_checked": "on", "course": "垃圾三天没人清"})
    assert SubmitCase is not TakeInCase
