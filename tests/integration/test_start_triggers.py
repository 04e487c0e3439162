"""Processes begin by themselves: at a time, by a message, by a signal; each as an internal matter of its office."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.cases import access, starts, stepping
from app.cases.commands import OpenMatter, RetryIncident, SendToMatter
from app.cases.model import Case, CaseEntry, CaseStep, every
from app.catalog.commands import PublishDefinition, WithdrawDefinition
from app.engine.model import BufferedMessage, IncidentRow, ProcessInstance, StartKey, StartRow
from app.kernel import clock, database, pauses
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.errors import DefinitionError, Forbidden, Invalid
from app.kernel.events import StoredEvent
from app.kernel.model import BASE_TENANT_ID
from app.kernel.unit_of_work import transact
from app.tenancy.commands import CreateTenant
from app.workers import loop
from app.workers import starts as worker
from tests.integration.play import START, Office

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
  id="d" targetNamespace="http://yikou.example/test">
<message id="m_storm" name="storm"/><signal id="g_flood" name="flood"/>
<message id="m_stop" name="stop"><extensionElements><zeebe:subscription correlationKey="=case_id"/></extensionElements></message>
<message id="m_more" name="storm"><extensionElements><zeebe:subscription correlationKey="=area"/></extensionElements></message>
"""
WAIT = '<intermediateCatchEvent id="wait" name="等"><messageEventDefinition messageRef="m_stop"/></intermediateCatchEvent>'
MESSAGE = '<messageEventDefinition messageRef="m_storm"/>'
SIGNAL = '<signalEventDefinition signalRef="g_flood"/>'
THROW_SIGNAL = f'<intermediateThrowEvent id="cry"><extensionElements><zeebe:ioMapping><zeebe:input source="=area" target="area"/>' \
               f'</zeebe:ioMapping></extensionElements>{SIGNAL}</intermediateThrowEvent>'


def timer(kind: str, text: str) -> str:
    return f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>"


def diagram(*begins: str, key: str = "round", work: str = WAIT, name: str = "巡查", mapping: str = "") -> bytes:
    """A process that begins in each of these ways, does `work` and ends. Start events are s0, s1, ..."""
    first = work.split('id="', 1)[1].split('"', 1)[0]
    nodes = "".join(f'<startEvent id="s{n}">{mapping}{one}</startEvent><sequenceFlow id="f{n}" sourceRef="s{n}" targetRef="{first}"/>'
                    for n, one in enumerate(begins))
    return (HEAD + f'<process id="{key}" name="{name}" isExecutable="true"><extensionElements><zeebe:properties>'
            '<zeebe:property name="name_en" value="Round"/></zeebe:properties></extensionElements>' + nodes + work
            + f'<sequenceFlow id="fe" sourceRef="{first}" targetRef="e"/><endEvent id="e"/></process></definitions>').encode()


def publish(office: Office, data: bytes, key: str = "round", tenant_id: UUID | None = None) -> None:
    dispatch(PublishDefinition(tenant_id=tenant_id or office.tenant_id, actor=SYSTEM if tenant_id else office.who("administrator"),
                               kind="process", definition_key=key, data=data, reason="x"))


def matters(office: Office, status: str | None = None) -> list[Case]:
    with database.current().read(office.tenant_id) as session:
        rows = session.scalars(every(select(Case).where(Case.nature == "started").order_by(Case.id)))
        return [row for row in rows if status in (None, row.status)]


def tell(office: Office, name: str = "storm", key: str = "", **more: Any) -> bool:
    kept: bool = office.send(starts.PublishMessage, SYSTEM, name=name, message_key=key, **more)["kept"]
    return kept


def stop(office: Office, matter: Case) -> None:
    assert office.send(SendToMatter, SYSTEM, matter_id=matter.id, name="stop")["delivered"]


def variables(office: Office, matter: Case) -> dict[str, Any]:
    def read(uow: Any) -> dict[str, Any]:
        return dict(stepping.tokens_of(uow, access.any_case(uow.session, matter.id)).variables)

    return transact(office.tenant_id, SYSTEM, read)


def at_nine(cases: list[Case]) -> list[str]:
    return [case.submitted_at.strftime("%m-%d %H:%M") for case in cases]


def test_a_cycle_begins_a_matter_each_time_and_missed_times_are_one(office: Office) -> None:
    publish(office, diagram(timer("timeCycle", "0 0 9 * * MON-FRI")))
    office.work()
    assert not matters(office) and [row.due_at for row in office.rows(StartRow)] == [datetime(2026, 11, 24, 1, 0, tzinfo=UTC)]
    office.clock.move_to(datetime(2026, 11, 24, 0, 59, 59, tzinfo=UTC))
    assert worker.tick(office.clock.now()) == 0, "none early"
    office.clock.move_to(datetime(2026, 11, 24, 1, 0, tzinfo=UTC))
    office.work()
    office.work()
    found = matters(office)
    assert [(one.text, one.kind, one.number, one.channel) for one in found] == [("巡查 / Round", "timer", "NB-2026-0001", "internal")]
    office.clock.move_to(datetime(2026, 11, 27, 4, 0, tzinfo=UTC))          # down for three days
    office.work()
    assert at_nine(matters(office)) == ["11-24 01:00", "11-27 04:00"]
    assert [row.due_at for row in office.rows(StartRow)] == [datetime(2026, 11, 30, 1, 0, tzinfo=UTC)]  # Friday's has fired


def test_a_date_fires_once_late_or_not_and_never_again(office: Office) -> None:
    before = timer("timeDate", "2026-11-22T09:00:00+08:00")
    ahead = timer("timeDate", "2026-11-25T09:00:00+08:00")
    publish(office, diagram(before, ahead))
    office.work()
    assert not matters(office), "what was past when it was published is past"
    office.clock.move_to(START + timedelta(days=4))
    office.work()
    assert len(matters(office)) == 1
    publish(office, diagram(ahead, ahead))                                 # s1 is as before; s0 is new, and past
    office.work()
    assert len(matters(office)) == 1 and [row.due_at for row in office.rows(StartRow)] == [None, None]
    dispatch(WithdrawDefinition(tenant_id=office.tenant_id, actor=office.who("administrator"), kind="process", definition_key="round"))
    office.work()
    assert not office.rows(StartRow)
    publish(office, diagram(ahead, ahead))
    office.work()
    assert len(matters(office)) == 1


def test_a_date_that_passed_between_publishing_and_the_first_look_fires(office: Office) -> None:
    office.work()
    publish(office, diagram(timer("timeDate", "2026-11-23T11:00:00+08:00")))
    office.clock.move_to(START + timedelta(hours=3))                       # no worker ran meanwhile
    office.work()
    assert len(matters(office)) == 1


def test_a_new_version_takes_the_place_of_the_old_one_s_starts(office: Office) -> None:
    publish(office, diagram(timer("timeCycle", "R3/P1D"), MESSAGE))
    office.work()
    office.wait(days=1, minutes=1)
    assert len(matters(office)) == 1
    kept = office.rows(StartRow)
    publish(office, diagram(timer("timeCycle", "R3/P1D"), SIGNAL, name="巡查二"))
    office.work()
    now = office.rows(StartRow)
    assert [(row.element_id, row.kind) for row in now] == [("s0", "timer"), ("s1", "signal")]
    assert (now[0].due_at, now[0].remaining) == (kept[0].due_at, 2), "an unchanged timer runs on"
    tell(office)
    office.wait(days=5)
    assert [one.text for one in matters(office)] == ["巡查 / Round", "巡查二 / Round", "巡查二 / Round"], "three times in all"
    with pytest.raises(DefinitionError):
        publish(office, diagram(timer("timeDuration", "PT1H")))
    assert len(office.rows(StartRow)) == 2


def test_nine_o_clock_is_the_office_s_also_when_its_clocks_change(office: Office) -> None:
    other = UUID(int=91)
    dispatch(CreateTenant(tenant_id=other, actor=SYSTEM, slug="ny", name_zh="纽约", name_en="New York", time_zone="America/New_York"))
    here = Office(office.demo, clock.VirtualClock(datetime(2026, 10, 31, 12, 0, tzinfo=UTC)))
    here.tenant_id = other
    with clock.use(here.clock):
        publish(here, diagram(timer("timeCycle", "0 0 9 * * *")), tenant_id=other)
        here.work()
        for _ in range(4 * 24):
            here.clock.move_to(here.clock.now() + timedelta(hours=1))
            here.work()
    assert at_nine(matters(here)) == ["10-31 13:00", "11-01 14:00", "11-02 14:00", "11-03 14:00", "11-04 12:00"][:4]


def test_a_message_that_nobody_waits_for_begins_one_instance_for_each_key(office: Office) -> None:
    publish(office, diagram(MESSAGE))
    office.work()
    assert tell(office, key="east", variables={"area": "东", "case_id": "forged", "unit": "LRS"})
    tell(office, key="east", variables={"area": "again"})
    tell(office, key="west")
    tell(office, name="unknown", key="east")
    office.work()
    east, west = matters(office)
    assert variables(office, east) == {"case_id": str(east.id), "number": east.number, "unit": "LRS", "area": "东"}
    assert len(office.rows(BufferedMessage)) == 2, "the second of the key waits for the end of the first; one knows nobody"
    stop(office, west)
    office.work()
    assert len(matters(office)) == 2
    stop(office, east)
    office.work()
    third = matters(office)[2]
    assert variables(office, third)["area"] == "again" and [row.key for row in office.rows(StartKey)] == ["east", "west"]
    assert office.send(starts.DropStartKeys, SYSTEM) == {"dropped": 1}
    assert [row.key for row in office.rows(StartKey)] == ["east"], "west has ended"
    for _ in range(2):
        tell(office)                                                       # an empty key binds nothing
    office.work()
    assert len(matters(office, "open")) == 3


def test_who_waits_for_the_message_comes_before_a_start(office: Office) -> None:
    more = '<intermediateCatchEvent id="more" name="多"><messageEventDefinition messageRef="m_more"/></intermediateCatchEvent>'
    publish(office, diagram(MESSAGE, work=more))
    office.work()
    tell(office, key="east", variables={"area": "east"})
    office.work()
    assert [one.status for one in matters(office)] == ["open"]
    tell(office, key="east", variables={"level": 2})                       # a key that is no case's id
    office.work()
    assert [one.status for one in matters(office)] == ["closed"] and not office.rows(BufferedMessage)


def test_an_output_mapping_takes_what_the_trigger_brought(office: Office) -> None:
    mapping = '<extensionElements><zeebe:ioMapping><zeebe:output source="=area + 1" target="zone"/></zeebe:ioMapping></extensionElements>'
    publish(office, diagram(MESSAGE, mapping=mapping))
    office.work()
    tell(office, variables={"area": 7})
    office.work()
    found = variables(office, matters(office)[0])
    assert found["zone"] == 8 and "area" not in found


def test_an_id_is_known_for_as_long_as_its_message_lives(office: Office) -> None:
    publish(office, diagram(MESSAGE))
    office.work()
    assert tell(office, message_id="a", ttl=3600, variables={"secret": "words"})
    assert not tell(office, message_id="a", ttl=3600)
    office.work()
    assert len(matters(office)) == 1
    kept = office.rows(BufferedMessage)
    assert len(kept) == 1 and kept[0].used_at is not None and kept[0].variables == {}, "the id stays, the words do not"
    assert not tell(office, message_id="a"), "delivered, but its life is not over"
    assert tell(office, message_id="a", key="other") and tell(office, message_id="b")
    office.work()
    assert len(matters(office)) == 3
    office.clock.move_to(office.clock.now() + timedelta(hours=1, seconds=1))
    assert tell(office, message_id="a", ttl=60)
    office.work()
    assert len(matters(office)) == 4


def test_two_publishers_of_one_id_at_the_same_moment(office: Office) -> None:
    kept: list[bool] = []
    threads = [threading.Thread(target=lambda: kept.append(tell(office, "nobody", "k", message_id="x"))) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(kept) == [False] * 7 + [True] and len(office.rows(BufferedMessage)) == 1


def test_time_to_live(office: Office) -> None:
    assert not tell(office, key="k", ttl=0), "for who waits now: nobody"
    assert tell(office, key="k", ttl=60) and tell(office, key="far", ttl=10**9)
    assert [row.expires_at - START for row in office.rows(BufferedMessage)] == [timedelta(seconds=60), timedelta(days=120)]
    publish(office, diagram(MESSAGE))
    office.clock.move_to(START + timedelta(seconds=61))
    office.work()
    assert [case.kind for case in matters(office)] == ["message"] and [row.key for row in office.rows(StartKey)] == ["far"]
    assert tell(office, key="now", ttl=0), "a process begins with it"
    office.work()
    assert len(matters(office)) == 2


def test_a_signal_begins_a_process_with_each_call_and_messages_of_its_name_do_not(office: Office) -> None:
    publish(office, diagram(SIGNAL, timer("timeDate", "2027-01-01T00:00:00+08:00")))
    publish(office, diagram(MESSAGE, key="crier", work=THROW_SIGNAL), "crier")
    office.work()
    tell(office, "flood", "k")
    tell(office, variables={"area": "river"})
    office.work()
    heard = [one for one in matters(office) if one.kind == "signal"]
    assert len(heard) == 1 and variables(office, heard[0])["area"] == "river"
    tell(office)
    office.work()
    assert len([one for one in matters(office) if one.kind == "signal"]) == 2
    assert [row.key for row in office.rows(BufferedMessage)] == ["k"]


def test_what_ships_with_the_product_begins_in_every_office_once_it_is_in_force(office: Office) -> None:
    other = UUID(int=92)
    dispatch(CreateTenant(tenant_id=other, actor=SYSTEM, slug="two", name_zh="二", name_en="Two"))
    office.work()
    publish(office, diagram(timer("timeCycle", "R/PT1H")), tenant_id=BASE_TENANT_ID)
    office.work()
    office.clock.move_to(START + timedelta(hours=1))
    office.work()
    assert len(matters(office)) == 1
    second = Office(office.demo, office.clock)
    second.tenant_id = other
    assert len(matters(second)) == 1
    publish(office, diagram(MESSAGE))                                      # an own version hides the base's
    office.clock.move_to(START + timedelta(hours=2))
    office.work()
    assert (len(matters(office)), len(matters(second))) == (1, 2)


def test_nothing_begins_in_a_suspended_office_and_what_was_due_is_not_lost(office: Office) -> None:
    publish(office, diagram(timer("timeCycle", "R/PT1H"), MESSAGE))
    office.work()
    tell(office)
    with database.current().write(office.tenant_id) as session:
        pauses.put(session, office.tenant_id, office.clock.now())
        session.commit()
    office.clock.move_to(START + timedelta(hours=5))
    assert worker.tick(office.clock.now()) == 0 and not matters(office)
    with database.current().write(office.tenant_id) as session:
        pauses.lift(session, office.tenant_id)
        session.commit()
    office.work()
    assert sorted(str(one.kind) for one in matters(office)) == ["message", "timer"]


def test_a_start_that_fails_waits_longer_each_time_and_keeps_its_date(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.cases.starts import handlers

    publish(office, diagram(timer("timeCycle", "R/P1D")))
    office.work()
    good = handlers._open
    monkeypatch.setattr(handlers, "_open", lambda *_: 1 / 0)
    due = START + timedelta(days=1)
    office.clock.move_to(due)
    waits = []
    for _ in range(3):
        assert worker.timers(office.clock.now()) == 0
        row = office.rows(StartRow)[0]
        waits.append((row.run_at - office.clock.now()).total_seconds())
        assert row.due_at == due and worker.timers(office.clock.now()) == 0
        office.clock.move_to(row.run_at)
    assert waits == [10, 20, 40] and not matters(office)
    monkeypatch.setattr(handlers, "_open", good)
    office.work()
    row = office.rows(StartRow)[0]
    assert len(matters(office)) == 1 and row.failures == 0 and row.due_at == due + timedelta(days=1), "no drift"


def test_eight_workers_begin_one(office: Office) -> None:
    publish(office, diagram(MESSAGE, timer("timeDate", "2026-11-23T11:00:00+08:00")))
    office.work()
    tell(office, key="k")
    tell(office, key="k")
    office.clock.move_to(START + timedelta(hours=1))
    threads = [threading.Thread(target=lambda: worker.tick(office.clock.now())) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(str(one.kind) for one in matters(office)) == ["message", "timer"]
    assert len(office.rows(BufferedMessage)) == 1


def test_a_process_without_a_plain_start_cannot_be_opened_by_hand_and_people_publish_no_messages(office: Office) -> None:
    publish(office, diagram(MESSAGE))
    for more in ({}, {"start": "wait"}, {"start": "nothing"}):
        with pytest.raises(Invalid):
            office.send(OpenMatter, SYSTEM, nature="order", process_id="round", title="x", **more)
    assert office.send(OpenMatter, SYSTEM, nature="order", process_id="round", title="x", start="s0", brought={"a": 1})
    for actor in (office.who("administrator"), office.who("supervisor")):
        with pytest.raises(Forbidden):
            office.send(starts.PublishMessage, actor, name="storm")
    for wrong in ({"name": ""}, {"name": "x" * 121}, {"name": "x", "message_key": "signal 1"}):
        with pytest.raises(Invalid):
            office.send(starts.PublishMessage, SYSTEM, **wrong)


def test_a_first_step_beyond_its_budget_is_an_incident_of_the_new_matter(office: Office) -> None:
    script = ('<scriptTask id="k"><extensionElements><zeebe:script expression="=for i in 1..n return string(i) + &quot;0123456789&quot;"'
              ' resultVariable="v"/></extensionElements></scriptTask>')
    publish(office, diagram(MESSAGE, work=script))
    office.work()
    tell(office, variables={"n": 9_000})
    _set_budget(office, variable_bytes=4 * 1024)
    office.work()
    incident = office.rows(IncidentRow)[0]
    assert (incident.element_id, incident.code, incident.source) == ("k", "budget_variable", "engine")
    assert matters(office)[0].status == "open" and len(office.rows(ProcessInstance)) == 1
    office.send(RetryIncident, office.who("administrator"), incident_id=incident.id)
    assert matters(office)[0].status == "open"
    _set_budget(office, variable_bytes=1024 * 1024)
    office.send(RetryIncident, office.who("administrator"), incident_id=incident.id)
    assert matters(office)[0].status == "closed" and all(row.resolved_at for row in office.rows(IncidentRow))


def test_a_message_whose_step_is_thrown_away_is_not_lost(office: Office) -> None:
    publish(office, diagram(MESSAGE))
    office.work()
    tell(office)
    office.work()
    matter = matters(office)[0]
    _set_budget(office, variable_bytes=4 * 1024)
    tell(office, "stop", str(matter.id), variables={"text": "x" * 5_000})
    office.work()
    office.work()
    incidents = office.rows(IncidentRow)
    assert [(row.code, row.source, row.element_id) for row in incidents] == [("budget_variable", "budget", "wait")]
    assert len(office.rows(BufferedMessage)) == 1 and matters(office, "open")
    _set_budget(office, variable_bytes=64 * 1024)
    office.work()
    assert matters(office, "open"), "somebody looks first"
    office.send(RetryIncident, office.who("administrator"), incident_id=incidents[0].id)
    office.work()
    assert not matters(office, "open") and not office.rows(BufferedMessage)


def _set_budget(office: Office, **figures: int) -> None:
    from app.tenancy.model import Tenant

    with database.current().write(office.tenant_id) as session:
        row = session.get_one(Tenant, office.tenant_id)
        row.settings = {**row.settings, "step_budget": figures}
        session.commit()


def test_a_message_that_came_before_anybody_waited_is_found_the_oldest_first(office: Office) -> None:
    more = '<intermediateCatchEvent id="more" name="多"><messageEventDefinition messageRef="m_more"/></intermediateCatchEvent>'
    publish(office, diagram("", work=more))
    for level in (1, 2):
        tell(office, key="7", variables={"level": level})
    tell(office, key="8")
    tell(office, key="7", ttl=60, variables={"level": 3})
    office.clock.move_to(START + timedelta(hours=1))
    answer = office.send(OpenMatter, SYSTEM, nature="started", process_id="round", title="x", variables={"area": 7})
    matter = office.case(UUID(answer["matter_id"]))
    assert matter.status == "closed", "in the step that opened the wait"
    assert [(row.key, row.variables.get("level")) for row in office.rows(BufferedMessage)] == [("7", 2), ("8", None), ("7", 3)]
    assert office.rows(CaseStep, CaseStep.case_id == matter.id, CaseStep.element_id == "more")


def test_the_worker_s_tick_includes_starts(office: Office) -> None:
    publish(office, diagram(MESSAGE))
    loop.tick()
    assert [row.name for row in office.rows(StartRow)] == ["storm"]


def test_what_begins_processes_is_listed_with_next_date_and_last_start(office: Office) -> None:
    publish(office, diagram(timer("timeCycle", "0 0 9 * * MON-FRI"), MESSAGE, SIGNAL))
    office.work()

    def listed() -> dict[str, starts.Beginning]:
        with database.current().read(office.tenant_id) as session:
            return {one.kind: one for one in starts.beginnings(session, office.who("analyst"))}

    found = listed()
    assert {kind: (one.process_id, one.element_id, one.name, one.last_at, one.begun) for kind, one in found.items()} == {
        "timer": ("round", "s0", "", None, 0), "message": ("round", "s1", "storm", None, 0), "signal": ("round", "s2", "flood", None, 0)}
    assert found["timer"].next_at == datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    office.clock.move_to(datetime(2026, 11, 24, 1, 0, tzinfo=UTC))
    tell(office)
    office.work()
    found = listed()
    assert (found["timer"].last_at, found["timer"].begun) == (datetime(2026, 11, 24, 1, 0, tzinfo=UTC), 1)
    assert found["timer"].next_at == datetime(2026, 11, 25, 1, 0, tzinfo=UTC) and found["message"].begun == 1
    with database.current().read(office.tenant_id) as session, pytest.raises(Forbidden):
        starts.beginnings(session, office.who("handler"))


def test_a_person_helps_a_process_that_waits(office: Office) -> None:
    publish(office, diagram(MESSAGE))
    office.work()
    supervisor = office.who("supervisor")
    assert office.send(starts.SendMessage, supervisor, name="storm", reason="the gauge is broken")["reached"] == 0
    office.work()
    (matter,) = matters(office)
    with database.current().read(office.tenant_id) as session:
        (waits,) = starts.waiting(session, supervisor)
        with pytest.raises(Forbidden):
            starts.waiting(session, office.who("analyst"))
    assert (waits.number, waits.element_id, waits.name, waits.key) == (matter.number, "wait", "stop", str(matter.id))
    with pytest.raises(Forbidden):
        office.send(starts.SendMessage, office.who("analyst"), name="stop", message_key=waits.key, reason="x")
    for wrong in ({"reason": " "}, {"reason": "x" * 501}, {"name": ""}, {"message_key": "signal 1"}, {"variables": {"a": "x" * 100_001}}):
        with pytest.raises(Invalid):
            office.send(starts.SendMessage, supervisor, **({"name": "stop", "message_key": waits.key, "reason": "x"} | wrong))
    assert office.send(starts.SendMessage, supervisor, name="stop", message_key=waits.key, variables={"by": "hand"},
                       reason="it will never come")["reached"] == 1
    office.work()
    assert [one.status for one in matters(office)] == ["closed"]
    lines = [one.body for one in office.rows(CaseEntry, CaseEntry.case_id == matter.id, CaseEntry.kind == "operation")]
    assert lines == [f"it will never come\n> stop {waits.key}"]
    with database.current().read(office.tenant_id) as session:
        sent = starts.sent_by_hand(session, supervisor)
    assert [(one.name, one.key, one.reached, one.reason, one.by_user_id) for one in sent] == [
        ("stop", waits.key, 1, "it will never come", supervisor.user_id), ("storm", "", 0, "the gauge is broken", supervisor.user_id)]
    events = office.rows(StoredEvent, StoredEvent.type == "message.sent_by_hand")
    assert [one.data["reached"] for one in events] == [0, 1] and "gauge" not in str([one.data for one in events])
