"""Promises: signed when the request is handed in, never changed by a later table, and mended when they are broken."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from app import catalog
from app.cases import commitments, queries
from app.cases.commands import RateCase, WithdrawCase
from app.cases.commitments import Commitment
from app.cases.model import CaseNotice
from app.catalog.commands import PublishDefinition
from app.deadlines.model import Deadline
from app.engine.model import OpenTaskRow
from app.insight import queries as insight
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM, Actor
from app.kernel.errors import Forbidden
from app.kernel.unit_of_work import transact
from app.knowledge import queries as knowledge
from app.knowledge.commands import SaveService
from app.notifications.shown import shown
from app.notifications.templates import render
from app.tenancy import zones
from tests.integration.play import Office
from tests.integration.test_backtest import change, in_force
from tests.integration.test_lifecycle import INTAKE, on_to_handling, reply, to_handling

EXPLAINED = {"explanation": "车辆故障,晚了两天 the truck broke down", "cause": "beyond", "remedy_note": "加派一辆车 one more truck",
             "new_date": "2027-01-05"}


def told(office: Office) -> list[tuple[str, str]]:
    return [(one.template, one.group_name or one.audience) for one in office.rows(CaseNotice)]


def rows(office: Office) -> list[Commitment]:
    return office.rows(Commitment, Commitment.case_id == office.case_id)


def seen(office: Office) -> tuple[commitments.CommitmentView, ...]:
    with database.current().read(office.tenant_id) as session:
        return commitments.of_case(session, office.case_id)


def written(office: Office, notice: CaseNotice, locale: str) -> str:
    """A message as a person would read it."""
    with database.current().read(office.tenant_id) as session:
        _published, template = catalog.compiled(session, office.tenant_id, "message", notice.template)
        return render(template, shown(session, notice.params, locale), locale).body


def publish(office: Office, key: str, data: bytes) -> None:
    dispatch(PublishDefinition(tenant_id=office.tenant_id, actor=SYSTEM, kind="decision",
                               definition_key=key, data=data))


def figures(office: Office) -> insight.PromiseFigures:
    leader = Actor(user_id=None, roles=frozenset({"leader"}), groups=frozenset({"leader"}))
    with database.current().read(office.tenant_id) as session:
        zone = zones.zone_of(session, office.tenant_id)
        return insight.promises(session, leader, insight.preset("month", office.clock.now().astimezone(zone).date(), zone))


def test_a_promise_is_signed_at_submission_and_dated_at_dispatch(office: Office) -> None:
    office.submit()
    first, = seen(office)
    with database.current().read(office.tenant_id) as session:
        service = knowledge.service(session, "CS01")
    assert service is not None and (first.standard_zh, first.standard_en) == (service.commitment_zh, service.commitment_en)
    assert first.limit == {"amount": 4, "unit": "wh"} and not first.dated and first.intact and first.remedy_zh
    assert first.promised_at == datetime(2026, 11, 24, 5, 30, tzinfo=UTC), "2 + 4 + 4 working hours from Monday ten o'clock"
    assert len(first.tables["commitment"]) == len(first.tables["time_limit"]) == 64
    given = office.events("case.commitment_given")[0].data
    assert given["digest"] == first.digest and "standard_zh" not in given
    office.work()
    office.do("task_intake", **INTAKE)
    on_to_handling(office)
    second, before = seen(office)
    due = office.rows(Deadline, Deadline.name == "reply")[0].due_at
    assert (before.ended, second.ended, second.dated, second.promised_at) == ("dated", None, True, due)
    dispatch(SaveService(tenant_id=office.tenant_id, actor=SYSTEM, code="CS01", module="CS", name_zh="垃圾", name_en="Litter",
                         kind="complaint", commitment_zh="另一句话", commitment_en="Other words"))
    reply(office)
    after = seen(office)[0]
    assert after.standard_zh == service.commitment_zh and after.intact and after.ended == "kept"
    assert [e.data["how"] for e in office.events("case.commitment_ended")] == ["dated", "kept"]
    assert figures(office).total == insight.PromiseRow("", 1, 1, 0, 0, 0)


def test_a_later_change_of_the_tables_does_not_change_a_promise(office: Office) -> None:
    office.submit(service="CS05")
    promised = seen(office)[0]
    publish(office, "time_limit", change(in_force(office, "time_limit"), "reply_limit", lambda _cell: "9"))
    publish(office, "commitment", change(in_force(office, "commitment"), "commitment", lambda _cell: '"别的"', "remedy_zh"))
    office.work()
    office.do("task_intake", **(INTAKE | {"service": "CS05"}))
    for name in ("task_classify", "task_dispatch"):
        if name in office.tasks():
            office.do(name, **({"unit": "FGS", "urgency": "normal"} if name == "task_dispatch" else {"service": "CS05", "kind": "complaint"}))
    now = seen(office)[0]
    assert now.dated and (now.limit, now.remedy_zh, now.tables) == (promised.limit, promised.remedy_zh, promised.tables), office.state()
    clock = office.rows(Deadline, Deadline.name == "reply")[0]
    assert (clock.budget["amount"], clock.budget["unit"]) == (promised.limit["amount"], promised.limit["unit"])
    office.submit(service="CS05")
    assert seen(office)[0].limit["amount"] == 9 and seen(office)[0].remedy_zh == "别的", "new requests have the new promise"


def test_another_service_is_promised_anew_and_the_resident_is_told(office: Office) -> None:
    office.submit(service="CS02")
    assert seen(office)[0].limit["amount"] == 15
    office.work()
    office.do("task_intake", **INTAKE)
    while "task_accept_work" not in office.tasks():
        name = next(iter(office.tasks()))
        office.do(name, **({"unit": "LRS", "urgency": "normal"} if name == "task_dispatch" else {"service": "CS01", "kind": "complaint"}))
    new, old = seen(office)
    assert (old.service, old.ended, new.service, new.limit["amount"]) == ("CS02", "reclassified", "CS01", 4), office.state()
    assert ("promise", "resident") in told(office)


def test_a_broken_promise_has_an_apology_an_explanation_and_a_count(office: Office) -> None:
    to_handling(office)
    office.wait(days=2)
    assert seen(office)[0].ended == "broken", office.state()
    messages = told(office)
    for group in ("head@LRS", "supervisor"):
        assert ("deadline_breached", group) in messages
    assert {("deadline_warning", "handler@LRS"), ("deadline_warning", "head@LRS"), ("promise_broken", "resident")} <= set(messages)
    apology, = office.rows(CaseNotice, CaseNotice.template == "promise_broken")
    for locale, words in (("zh", "按照服务承诺：单位负责人约见居民，当面说明。"), ("en", "The head of the unit meets you")):
        body = written(office, apology, locale)
        assert words in body and " / " not in body and "None" not in body and "2026-11-23" in body
    reply(office)
    assert office.case().phase == "reply" and {"task_explain", "task_supervise"} == set(office.tasks()), office.state()
    with database.current().read(office.tenant_id) as session:
        page = queries.resident_page(session, office.token)
        assert page.next_date is not None and page.next_date.name == "remedy" and page.commitments[0].ended == "broken"
    office.do("task_explain", **EXPLAINED)
    assert office.case().phase == "feedback" and ("promise_explained", "resident") in told(office), office.state()
    assert any(e.kind == "explanation" and e.visibility == "public" and "2027-01-05" in e.body for e in office.entries())
    office.send(RateCase, token=office.token, rating=4, solved="yes")
    office.work()
    assert office.case().outcome == "satisfied" and len(seen(office)) == 2
    found = figures(office)
    assert (found.total.broken, found.total.rate.percent) == (1, 0.0) and found.by_unit[0].code == "LRS"
    assert found.by_service[0] == insight.PromiseRow("CS01", 1, 0, 0, 1, 0) and found.months[-1][1].broken == 1


def test_a_case_that_waits_for_its_explanation_reports_the_head_and_does_not_end(office: Office) -> None:
    to_handling(office)
    office.wait(days=2)
    reply(office)
    office.wait(days=10)
    assert office.case().status == "open" and ("remedy_overdue", "supervisor") in told(office), office.state()
    assert ("overdue_for_long", "leader") not in told(office), "it was answered meanwhile"


def test_the_leader_hears_of_what_is_late_for_long(office: Office) -> None:
    to_handling(office)
    office.wait(days=5)
    assert ("overdue_for_long", "leader") in told(office), office.state()


def test_an_extension_and_a_withdrawal_are_counted_as_what_they_are(office: Office) -> None:
    to_handling(office)
    office.do("task_handle", action="request_extension", extension_days="1", extension_reason="车辆不够 trucks are short")
    office.do("task_approve_extension", extension_approved="yes", extension_days="1")
    reply(office)
    assert seen(office)[0].ended == "extended"
    to_handling(office)
    office.send(WithdrawCase, token=office.token)
    office.work()
    assert seen(office)[0].ended == "dropped"
    assert figures(office).total == insight.PromiseRow("", 2, 0, 1, 0, 0)


def test_a_return_gives_no_second_promise_and_a_new_round_does(office: Office) -> None:
    office.submit()
    office.work()
    office.do("task_intake", **INTAKE)
    office.wait(days=2)
    office.do("task_accept_work", accept_decision="return", return_reason="不属于本单位职责 not our duty")
    name = next(one for one in office.tasks() if one in ("task_dispatch", "task_rule_on_unit"))
    office.do(name, unit="WBS", **({"urgency": "normal"} if name == "task_dispatch" else {"unit_ruling_text": "由外包承办 they take it"}))
    assert [one.ended for one in seen(office)] == ["broken", "dated"], office.state()
    assert [one for one in office.tasks() if one == "task_explain"] and len(office.rows(OpenTaskRow, OpenTaskRow.element_id == "task_explain")) == 1
    on_to_handling(office)
    office.do("task_explain", **EXPLAINED)
    reply(office)
    office.send(RateCase, token=office.token, rating=1, solved="no")
    office.work()
    office.do("task_ask_wrong", reached="yes", wrong="没有人来 nobody came")
    on_to_handling(office)
    assert [one.ended for one in seen(office)] == [None, "broken", "dated"], office.state()


def test_an_answer_on_the_spot_keeps_the_promise(office: Office) -> None:
    office.submit()
    office.work()
    office.do("task_intake", **(INTAKE | {"intake_decision": "answer_now", "answer": "到晚上八点 until eight"}))
    assert [one.ended for one in seen(office)] == ["kept"], office.state()


def test_a_row_that_was_changed_behind_our_back_says_so(office: Office) -> None:
    office.submit()
    transact(office.tenant_id, SYSTEM, lambda uow: uow.session.execute(
        update(Commitment).values(standard_zh="改过的话")) and None)
    assert not seen(office)[0].intact


def test_security_38_figures_of_promises_are_for_those_who_may_read_figures(office: Office) -> None:
    with database.current().read(office.tenant_id) as session, pytest.raises(Forbidden):
        insight.promises(session, GUEST, insight.preset("month", office.clock.now().date(), zones.zone_of(session, office.tenant_id)))
