"""What the shipped supervision rules notice in real cases, and what comes of it: notes, marks, messages, orders."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.cases import queries as cases
from app.cases.commands import AddNote, ClaimTask, RateCase
from app.cases.model import Case
from app.catalog.commands import PublishDefinition, WithdrawDefinition
from app.demand.model import DemandEvidence, DemandTopic
from app.kernel import database, leases
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.errors import Conflict, DefinitionError, Forbidden, Invalid, NotFound
from app.kernel.events import StoredEvent
from app.kernel.sequencer import broken_link
from app.kernel.unit_of_work import UnitOfWork, transact
from app.notifications.model import Notification
from app.rules import RetryRuleFault, RetryRuleFaults, queries
from app.rules.commands import OpenOrder
from app.rules.events import ReloadRefused, RuleQuarantined
from app.rules.model import CaseTag, RuleFault, RuleFiring, RulePosition
from app.tenancy.model import Place
from app.workers import loop, supervision
from tests.integration.play import Office
from tests.integration.test_lifecycle import BEFORE_HANDLING, INTAKE, on_to_handling, reply, to_handling

LOOP = """rule: loop
shape: match
event: case.entry_added
then:
  - {action: note, params: {text: 又一行 / One more line}}
"""


@pytest.fixture(autouse=True)
def _alone() -> Any:
    """The owner of this process belongs to the database of the test."""
    supervision.end()
    yield
    supervision.end()


def passed_on(office: Office) -> None:
    """A complaint that stands at a unit."""
    office.submit()
    office.work()
    office.do("task_intake", **INTAKE)
    if "task_dispatch" in office.tasks():
        office.do("task_dispatch", **BEFORE_HANDLING["task_dispatch"])
    assert office.case().unit is not None, office.state()


def publish(office: Office, key: str, text: str) -> None:
    """By an administrator, with a reason."""
    dispatch(PublishDefinition(tenant_id=office.tenant_id, actor=office.who("administrator"), kind="supervision",
                               definition_key=key, data=text.encode(), reason="试行 on trial"))


def fired(office: Office, rule: str) -> list[RuleFiring]:
    return office.rows(RuleFiring, RuleFiring.rule == rule)


def test_nobody_took_it_is_told_to_the_head(office: Office) -> None:
    passed_on(office)
    unit = office.case().unit
    office.wait(hours=23)
    assert not fired(office, "unclaimed")
    office.wait(hours=2)
    found = fired(office, "unclaimed")
    assert len(found) == 1 and found[0].mode == "live" and found[0].case_ids == [str(office.case_id)], office.state()
    assert [one["action"] for one in found[0].answers] == ["escalate", "tag"] and not any("error" in one for one in found[0].answers)
    assert [row.tag for row in office.rows(CaseTag)] == ["unclaimed"]
    assert [row.body for row in office.entries() if row.kind == "supervision"] == ["派单后无人认领 / Nobody took it"]
    told = office.rows(Notification, Notification.template == "rule_fired")
    assert [row.to_group for row in told] == [f"head@{unit}"] and office.case().number in told[0].subject
    missed = office.events("supervision.missed")
    assert len(missed) == 1 and missed[0].data["rule"] == "unclaimed" and missed[0].cause_id == found[0].event_id
    office.wait(days=3)
    assert len(fired(office, "unclaimed")) == 1
    with database.current().read(office.tenant_id) as session:
        assert broken_link(session) is None


def test_what_was_taken_in_time_is_no_news(office: Office) -> None:
    passed_on(office)
    office.do("task_accept_work", **BEFORE_HANDLING["task_accept_work"])
    office.wait(days=2)
    assert not fired(office, "unclaimed") and office.rows(RulePosition)[0].number > 0


ORDER = """rule: look_at_complaints
title: 新投诉 / A new complaint
shape: match
event: case.dispatched
where: 'module = "CS"'
then:
  - {action: open_supervision, params: {level: listed, reason: "请说明 / Please explain"}}
  - {action: raise_priority, params: {to: urgent}}
"""


def orders(office: Office) -> list[queries.OrderRow]:
    """All orders, as the supervisor sees them."""
    with database.current().read(office.tenant_id) as session:
        return queries.order_rows(session, office.who("supervisor"))


def test_an_order_is_opened_answered_and_scored(office: Office) -> None:
    publish(office, "look_at_complaints", ORDER)
    passed_on(office)
    order, case = orders(office)[0], office.case()
    assert (order.step, order.unit, order.rule, order.level) == ("answer", case.unit, "look_at_complaints", "listed")
    assert order.about == (case.id, case.number) and order.number.startswith("DB-") and not order.late
    assert case.urgency == "urgent" and order.due_at is not None
    assert [one.data["order_id"] for one in office.rows(StoredEvent, StoredEvent.type == "supervision.order_opened")]
    head, chief = office.who(f"head@{order.unit}"), office.who("supervisor")
    assert [row.to_group for row in office.rows(Notification, Notification.template == "supervision_ordered")] == [f"head@{order.unit}"]
    stranger = next(one for one in office.demo.actors.values()
                    if any(group.startswith("head@") for group in one.groups) and f"head@{order.unit}" not in one.groups)
    with database.current().read(office.tenant_id) as session:
        assert [one.id for one in queries.orders_about(session, case.id)] == [order.id]
        assert queries.order_rows(session, head) and not queries.order_rows(session, stranger)
        with pytest.raises(NotFound):
            queries.order(session, stranger, order.id)
        with pytest.raises(Forbidden):
            queries.order_rows(session, office.who("handler"))
    for actor in (office.who("handler"), chief, stranger):
        with pytest.raises((Conflict, Forbidden)):
            office.do("task_answer", order.id, by=actor, order_answer="x x x")
    office.wait(days=3)
    assert orders(office)[0].late
    assert [row.to_group for row in office.rows(Notification, Notification.template == "order_late")] == ["leader"]
    office.do("task_answer", order.id, order_answer="已到现场 / We went there")
    assert [(row.step, row.late) for row in orders(office)] == [("verify", True)]
    office.do("task_verify", order.id, verdict="send_back", remark="请写明日期")
    office.do("task_answer", order.id, order_answer="三日内 / in three days")
    with pytest.raises(Invalid):
        office.do("task_verify", order.id, verdict="accept", score="6")
    office.do("task_verify", order.id, verdict="accept", score="4")
    closed = orders(office)[0]
    assert (closed.status, closed.outcome, closed.score, closed.late) == ("closed", "verified", 4, True)
    with database.current().read(office.tenant_id) as session:
        assert not queries.order_rows(session, chief, waiting_only=True)
    assert [row.kind for row in office.entries(order.id)] == ["order_answer", "order_verdict", "order_answer", "order_verdict"]
    for event in office.rows(StoredEvent):
        assert "We went there" not in str(event.data)
    assert case.id == office.case().id and office.case().status == "open", "the request goes its own way"


def test_a_supervisor_opens_an_order_about_a_unit(office: Office) -> None:
    chief = office.who("supervisor")
    for actor in (office.who("head@LRS"), office.who("leader"), office.who("administrator")):
        with pytest.raises(Forbidden):
            office.send(OpenOrder, actor, text="x", unit="LRS")
    for wrong in ({"unit": "NONE"}, {"unit": "LRS", "level": "x"}, {"number": "X-1"}, {"unit": "LRS", "text": " "}):
        with pytest.raises(Invalid):
            office.send(OpenOrder, chief, **{"text": "请说明", **wrong})
    office.send(OpenOrder, chief, text="请说明上周的超期", unit="LRS")
    office.work()
    row = orders(office)[0]
    assert row.about is None and row.rule is None and row.level == "order"
    office.do("task_answer", row.id, order_answer="已整改完毕")
    office.do("task_verify", row.id, verdict="raise", remark="整改不力")
    assert [(one.level, one.step) for one in orders(office)] == [("listed", "answer")]
    assert [one.to_group for one in office.rows(Notification, Notification.template == "order_raised")] == ["leader"]
    office.do("task_answer", row.id, order_answer="已再次整改")
    office.do("task_verify", row.id, verdict="lift", remark="情况属实")
    assert (orders(office)[0].outcome, orders(office)[0].score) == ("lifted", None)
    with database.current().read(office.tenant_id) as session:
        assert not cases.search_cases(session, chief)


def test_an_own_rule_hides_the_base_and_gives_way_again(office: Office) -> None:
    admin = office.who("administrator")
    passed_on(office)
    with database.current().read(office.tenant_id) as session:
        shipped = session.scalars(select(RulePosition.generation)).one()
    own = open_text("unclaimed").partition("scenarios:")[0].replace("PT24H", "PT2H")
    with pytest.raises(DefinitionError) as refused:
        publish(office, "unclaimed", own.replace("PT2H", "2 h"))
    assert "unclaimed.yaml:10:9: " in str(refused.value)
    publish(office, "unclaimed", own)
    office.work()
    assert office.rows(RulePosition)[0].generation == shipped + 1
    office.wait(hours=3)
    assert len(fired(office, "unclaimed")) == 1
    dispatch(WithdrawDefinition(tenant_id=office.tenant_id, actor=admin, kind="supervision", definition_key="unclaimed"))
    office.work()
    assert office.rows(RulePosition)[0].generation == shipped + 2
    with database.current().read(office.tenant_id) as session:
        page = queries.rules(session, office.tenant_id)
    assert all(row.working and not row.own for row in page.rows) and not page.refused


def test_a_rule_does_not_see_what_it_brought_about(office: Office) -> None:
    publish(office, "loop", LOOP)
    passed_on(office)
    before = len(fired(office, "loop"))
    office.send(AddNote, office.who("supervisor"), case_id=office.case_id, text="看一下 / Have a look")
    office.work()
    assert len(fired(office, "loop")) == before + 1
    assert not loop.until_idle()


def open_text(key: str) -> str:
    from app.config import ROOT

    return (ROOT / "rules" / "base" / "supervision" / f"{key}.yaml").read_text(encoding="utf-8")


def test_one_worker_owns_the_rules(office: Office) -> None:
    passed_on(office)
    before = office.rows(RulePosition)[0].number
    supervision.end()
    leases.release(supervision.LEASE, loop.OWNER)
    assert leases.acquire(supervision.LEASE, "another worker", 60)
    office.send(AddNote, office.who("supervisor"), case_id=office.case_id, text="x")
    office.submit(phone="13900000009")
    office.work()
    assert supervision.tick(office.clock.now(), loop.OWNER) == 0 and office.rows(RulePosition)[0].number == before
    office.clock.advance(timedelta(seconds=61))
    office.do("task_intake", **INTAKE)
    assert office.rows(RulePosition)[0].number > before


def test_administrators_hear_of_what_rules_cannot_do(office: Office) -> None:
    def record(uow: UnitOfWork) -> None:
        uow.record(RuleQuarantined(rule="praise", version="0" * 64, event_id=None))
        uow.record(ReloadRefused(rules=9))

    transact(office.tenant_id, SYSTEM, record)
    office.work()
    told = {row.template: (row.to_group, row.body) for row in office.rows(Notification)}
    assert told["rule_put_aside"][0] == told["rules_refused"][0] == "administrator"
    assert "praise" in told["rule_put_aside"][1] and "9" in told["rules_refused"][1]


def test_praise_and_reopening_are_told_to_the_head(office: Office) -> None:
    to_handling(office)
    reply(office)
    office.send(RateCase, token=office.token, rating=1, solved="no", comment="没解决 not solved")
    office.work()
    office.do("task_ask_wrong", reached="yes", wrong="没解决 not solved")
    reopened = fired(office, "reopened")
    assert len(reopened) == 1 and not any("error" in one for one in reopened[0].answers), office.state()
    assert "reopened" in {row.tag for row in office.rows(CaseTag)} and not fired(office, "praise")
    on_to_handling(office)
    reply(office)
    office.send(RateCase, token=office.token, rating=5, solved="yes", comment="很快 quick")
    office.work()
    assert len(fired(office, "praise")) == 1
    told = office.rows(Notification, Notification.template == "rule_praise")
    assert [row.to_group for row in told] == ["head@LRS"]


def test_a_case_that_comes_back_twice_is_ordered(office: Office) -> None:
    passed_on(office)
    for _ in range(2):
        assert not fired(office, "returned_twice")
        office.do("task_accept_work", accept_decision="return", return_reason="不属于本单位职责 not our duty")
        if "task_dispatch" in office.tasks():
            office.do("task_dispatch", **BEFORE_HANDLING["task_dispatch"])
    found = fired(office, "returned_twice")
    assert len(found) == 1 and len(found[0].event_ids) == 2, office.state()
    assert [row.rule for row in orders(office)] == ["returned_twice"]


def test_three_residents_complain_of_one_place(office: Office) -> None:
    with database.current().read(office.tenant_id) as session:
        place = session.scalars(select(Place).where(Place.kind == "compound")).first()
    assert place is not None
    for number in (1, 1, 2, 3):
        assert not fired(office, "similar_complaints")
        office.submit(phone=f"1390000100{number}", name=f"居民{number}", place_id=place.id)
        office.work()
        office.do("task_intake", **INTAKE)
    found = fired(office, "similar_complaints")
    assert len({row.person_id for row in office.rows(Case)}) == 4  # each request has a person of its own
    assert len(found) == 1 and len(found[0].case_ids) == 4, office.state()
    (topic,) = office.rows(DemandTopic)
    assert (topic.source, topic.rule, topic.code, topic.place_code) == ("rule", "similar_complaints", "CS01", place.code)
    assert len(office.rows(DemandEvidence, DemandEvidence.topic_id == topic.id)) == 4


def test_an_answer_without_contact_is_noticed_by_two_rules(office: Office) -> None:
    passed_on(office)
    office.do("task_accept_work", **BEFORE_HANDLING["task_accept_work"])
    office.wait(days=2, hours=1)
    assert len(fired(office, "no_contact")) == 1 and not fired(office, "answered_without_contact")
    on_to_handling(office)
    reply(office)
    found = fired(office, "answered_without_contact")
    assert len(found) == 1 and found[0].mode == "live" and len(found[0].event_ids) == 2, office.state()
    assert any("Answered, and no contact" in row.body for row in office.entries() if row.kind == "supervision")


def test_ten_late_in_one_unit(office: Office) -> None:
    for _ in range(10):
        passed_on(office)
    office.wait(days=12)
    breached: dict[str, int] = {}
    for event in office.rows(StoredEvent, StoredEvent.type == "deadline.breached"):
        breached[event.data["unit"]] = breached.get(event.data["unit"], 0) + 1
    assert max(breached.values()) >= 10, breached
    found = fired(office, "overdue_burst")
    assert found and all(len(row.event_ids) == 10 for row in found)
    assert len({one for row in found for one in row.event_ids}) == 10 * len(found)
    assert {(row.about, row.unit) for row in orders(office) if row.rule == "overdue_burst"} == {
        (None, office.case(UUID(row.case_ids[0])).unit) for row in found}


NEW = """rule: tell_head
shape: match
event: case.submitted
then:
  - {action: notify, params: {role: head, of_unit: true}}
  - {action: tag, params: {tag: seen}}
"""


def test_a_failed_action_is_a_fault_that_is_mended_and_tried_again(office: Office) -> None:
    publish(office, "tell_head", NEW)
    office.submit()
    office.work()
    fault = office.rows(RuleFault)[0]
    assert (fault.kind, fault.rule, fault.action, fault.number, fault.error) == ("action", "tell_head", "notify", 0, "no unit")
    assert "seen" in {row.tag for row in office.rows(CaseTag)} and office.events("supervision.action_failed")[0].data["action"] == "notify"
    with pytest.raises(Forbidden):
        office.send(RetryRuleFault, office.who("handler"), fault_id=fault.id)
    assert office.send(RetryRuleFault, office.who("administrator"), fault_id=fault.id) == {"done": False}
    assert (office.rows(RuleFault)[0].attempts, office.rows(RuleFault)[0].resolved_at) == (2, None)
    office.do("task_intake", **INTAKE)
    if "task_dispatch" in office.tasks():
        office.do("task_dispatch", **BEFORE_HANDLING["task_dispatch"])
    assert office.send(RetryRuleFaults, office.who("supervisor")) == {"done": 1, "failed": 0}
    office.work()
    told = office.rows(Notification, Notification.template == "rule_fired")
    assert [row.to_group for row in told] == [f"head@{office.case().unit}"]
    assert office.rows(RuleFault)[0].resolved_at and not any("error" in one for one in fired(office, "tell_head")[0].answers)
    assert [event.data["done"] for event in office.events("supervision.action_retried")] == [False, True]
    with pytest.raises(Conflict):
        office.send(RetryRuleFault, office.who("administrator"), fault_id=fault.id)


def test_a_retry_does_what_the_rule_in_force_says(office: Office) -> None:
    publish(office, "tell_head", NEW)
    office.submit()
    office.work()
    publish(office, "tell_head", NEW.replace("role: head, of_unit: true", "role: supervisor"))
    assert office.send(RetryRuleFaults, office.who("administrator")) == {"done": 1, "failed": 0}
    office.work()
    assert [row.to_group for row in office.rows(Notification, Notification.template == "rule_fired")] == ["supervisor"]


def test_an_office_whose_rules_stand_still_is_told_and_tried_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    passed_on(office)
    before = office.rows(RulePosition)[0].number
    with monkeypatch.context() as broken:
        broken.setattr("app.rules.owner.Batch.write", lambda *_words: 1 / 0)
        office.submit(phone="13900000009")
        office.work()
        office.do("task_intake", **INTAKE)
        fault = office.rows(RuleFault)[0]
        assert (fault.kind, fault.error, fault.attempts) == ("office", "ZeroDivisionError", 1)
        supervision.tick(office.clock.now(), loop.OWNER)  # it waits, and tells no second time
        assert office.rows(RuleFault)[0].attempts == 1 and office.rows(RulePosition)[0].number == before
        assert office.send(RetryRuleFault, office.who("administrator"), fault_id=fault.id) == {"done": None}
        supervision.tick(office.clock.now(), loop.OWNER)
        assert [row.attempts for row in office.rows(RuleFault)] == [2] and len(office.rows(StoredEvent, StoredEvent.type == "supervision.office_failed")) == 1
        with database.current().read(office.tenant_id) as session:
            health = queries.rules(session, office.tenant_id).health
        assert health.owned and health.waiting > 0 and queries_faults(office) == 1
    office.clock.advance(timedelta(minutes=11))
    office.work()
    assert office.rows(RulePosition)[0].number > before and office.rows(RuleFault)[0].resolved_at is not None
    assert "rules_stopped" in {row.template for row in office.rows(Notification)} and queries_faults(office) == 0


def queries_faults(office: Office) -> int:
    with database.current().read(office.tenant_id) as session:
        return queries.faults(session)[0]


REASSIGN = """rule: move_on
shape: match
event: case.task_claimed
then:
  - {action: reassign, params: {role: head}}
"""


def test_tasks_are_given_to_whoever_of_the_role_has_least(office: Office) -> None:
    passed_on(office)
    row = office.tasks()["task_accept_work"]
    handler, unit = office.who(row.groups[0]), office.case().unit
    publish(office, "move_on", REASSIGN)
    office.send(ClaimTask, handler, task_id=row.id)
    office.work()
    head = office.who(f"head@{unit}")
    assert office.tasks()["task_accept_work"].claimed_by == head.user_id != handler.user_id
    (given,) = office.events("case.task_assigned")
    assert (given.data["to_user_id"], given.data["from_user_id"]) == (str(head.user_id), str(handler.user_id))
    (firing,) = fired(office, "move_on")
    assert firing.answers == [{"action": "reassign", "reassigned": 1, "left": 0}]
