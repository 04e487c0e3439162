"""A walk of a process beside a real case of it: the same path, decisions and dates, and nothing of it stays."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app import engine
from app.cases import definitions, walking
from app.cases.commands import RateCase
from app.cases.model import CaseNotice, CaseStep, DecisionRecord
from app.catalog import WentOtherwise, compiled, export, live
from app.catalog.commands import PublishDefinition, PublishFolder
from app.deadlines.model import Deadline
from app.engine.model import OpenTaskRow
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import Actor
from app.kernel.errors import Conflict, DefinitionError, Forbidden, Invalid
from app.kernel.model import Base
from app.studio import walks
from app.studio.commands import BeginDraft, SaveDraft
from tests.integration.play import Office
from tests.integration.test_lifecycle import BEFORE_HANDLING, INTAKE, REPLY

KEY, SEED = "service_request", f"{7:032x}"


def walk(office: Office, deeds: list[dict[str, Any]], key: str = KEY, data: bytes | None = None,
         **begin: Any) -> walking.Walked:
    begin = {"at": office.clock.now(), "module": "CS", "service": "CS01"} | begin
    with database.current().read(office.tenant_id) as session:
        found = engine.load(data, "draft.bpmn") if data else compiled(session, office.tenant_id, "process", key)[1]
        return walking.walked(session, office.tenant_id, found, walking.Begin(**begin), deeds, SEED)


SUGGESTED = {"job": "task_suggest_service", "with": {"suggestion": {"code": "CS01", "confidence": 0.93, "codes": [], "source": "model"}}}


def test_the_main_path_is_that_of_a_real_case(office: Office) -> None:
    begun = office.clock.now()
    office.submit()
    office.work()
    deeds: list[dict[str, Any]] = []

    def wait(hours: int) -> None:
        office.clock.move_to(office.clock.now() + timedelta(hours=hours))
        office.work()
        deeds.append({"wait": {"amount": hours, "unit": "h"}})

    def do(element: str, **data: Any) -> None:
        office.do(element, **data)
        deeds.append({"do": element, "with": data})

    suggestion = [row for row in office.rows(CaseStep) if row.element_id == "task_suggest_service"]
    assert suggestion
    with database.current().read(office.tenant_id) as session:
        row = session.scalars(select(OpenTaskRow)).one()
        deeds.append({"job": "task_suggest_service", "with": {"suggestion": row.variables["suggestion"]}})
    wait(1)
    do("task_intake", **INTAKE)
    for _ in range(8):
        waiting = [name for name in BEFORE_HANDLING if name in office.tasks()]
        if not waiting:
            break
        do(waiting[0], **BEFORE_HANDLING[waiting[0]])
    wait(3)
    do("task_handle", **REPLY)
    if "task_review" in office.tasks():
        do("task_review", reply=REPLY["reply"], review_approved="yes")
    office.send(RateCase, token=office.token, rating=5, solved="yes", comment="很快 quick")
    office.work()
    found = walk(office, [*deeds, {"send": "resident_rated", "with": {"rating": 5, "solved": "yes"}}], at=begun, has_place=False)
    assert found.error is None, (found.error.message, found.error.params, found.moves[-1].deed)
    real = [(one.process_id, one.element_id) for one in office.rows(CaseStep) if one.how == "entered"]
    assert found.path() == real
    case = office.case()
    assert found.result.completed and found.outcome == case.outcome == "satisfied"
    assert (found.columns["unit"], found.columns["service"]) == (case.unit, case.service)
    decided = [(one.decision_id, one.hash, one.value["value"]) for one in office.rows(DecisionRecord)]
    assert [(one.decision_id, one.hash, engine.plain(one.value)) for move in found.moves for one in move.decisions] == [
        (name, digest, engine.plain(value)) for name, digest, value in decided]
    rows = {row.name: row for row in office.rows(Deadline)}
    assert {name: (found.book.clock(name).due_at, found.book.clock(name).state) for name in found.book.names()} == {
        name: (row.due_at, row.state) for name, row in rows.items()}
    told = [(row.template, row.audience, row.group_name) for row in office.rows(CaseNotice) if row.template != "rule_praise"]
    assert [(one.template, one.audience, one.group) for move in found.moves for one in move.notices] == told


def counts() -> dict[str, int]:
    with database.current().engine.connect() as connection:
        return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0
                for table in Base.metadata.sorted_tables}


def test_nothing_stays_and_the_same_deeds_give_the_same_walk(office: Office) -> None:
    before = counts()
    deeds = [SUGGESTED, {"do": "task_intake", "with": INTAKE, "as": "intake_clerk"}]
    first, second = walk(office, deeds), walk(office, deeds)
    assert first.error is None, first.error
    assert first.result.state == second.result.state and first.path() == second.path()
    shorter = walk(office, deeds[:1])
    assert [task.element_id for task in shorter.result.open_tasks] == ["task_intake"]
    other = walk(office, [*deeds[:1], {"do": "task_intake", "with": {
        "intake_decision": "reject", "reject_reason": "x"} }])
    assert other.error is not None or other.path() != first.path()
    assert counts() == before


def test_fifty_steps_are_played_fast(office: Office) -> None:
    deeds = [SUGGESTED, *({"wait": {"amount": 1, "unit": "min"}} for _ in range(47)), {"do": "task_intake", "with": INTAKE}]
    walk(office, deeds)
    begun = time.perf_counter()
    found = walk(office, deeds)
    took = time.perf_counter() - begun
    print("50 steps", took)
    assert found.error is None and len(found.moves) == 50 and took < 2


ANALYST = Actor(roles=frozenset({"analyst"}))


def begun(office: Office, key: str = KEY, deeds: tuple[dict[str, Any], ...] = (), **more: Any) -> Any:
    begin = walking.Begin(at=office.clock.now(), module="CS", service="CS01", **more)
    return office.send(walks.BeginWalk, ANALYST, process_key=key, name="a walk", beginning=begin.document(), deeds=deeds)


def stored(office: Office, answer: Any, key: str = KEY) -> tuple[Any, walking.Walked]:
    with database.current().read(office.tenant_id) as session:
        row = walks.walk(session, key, UUID(answer["walk_id"]))
        return row, walks.played(session, office.tenant_id, row)


def test_a_walk_leaves_one_row_and_no_other(office: Office) -> None:
    before = counts()
    answer = begun(office)
    row, _walked = stored(office, answer)
    for number, deed in enumerate([SUGGESTED, {"do": "task_intake", "with": INTAKE}, {"wait": {"amount": 9, "unit": "wd"}}]):
        office.send(walks.TakeStep, ANALYST, walk_id=row.id, deed=deed, changes=number + 1)
    office.send(walks.GoBack, ANALYST, walk_id=row.id, steps=2, changes=4)
    other = office.send(walks.CopyWalk, ANALYST, walk_id=row.id, steps=1)
    after = counts()
    assert {name: after[name] - number for name, number in before.items() if after[name] != number} == {"walk": 2}
    row, walked = stored(office, answer)
    assert (len(row.deeds), len(walked.moves), row.changes) == (2, 3, 5) and len(stored(office, other)[0].deeds) == 1
    with pytest.raises(Conflict):
        office.send(walks.TakeStep, ANALYST, walk_id=row.id, deed=SUGGESTED, changes=1)
    with pytest.raises(Invalid):
        office.send(walks.TakeStep, ANALYST, walk_id=row.id, deed={"do": "task_intake", "with": INTAKE}, changes=5)
    assert len(stored(office, answer)[0].deeds) == 2
    office.send(walks.RemoveWalk, ANALYST, walk_id=row.id)
    office.send(walks.RemoveWalk, ANALYST, walk_id=stored(office, other)[0].id)
    assert counts() == before


def test_a_walk_follows_the_draft_and_says_where_it_fits_no_more(office: Office) -> None:
    answer = begun(office, deeds=(SUGGESTED, {"do": "task_intake", "with": INTAKE}))
    with database.current().read(office.tenant_id) as session:
        data = live(session, office.tenant_id, "process", KEY)
    assert data is not None
    text = data.data.replace(b'"task_intake"', b'"task_reception"').replace(b">task_intake<", b">task_reception<")
    by: dict[str, Any] = {"tenant_id": office.tenant_id, "actor": ANALYST, "kind": "process", "definition_key": KEY}
    dispatch(SaveDraft(**by, data=text, revision=dispatch(BeginDraft(**by))["revision"]))
    row, walked = stored(office, answer)
    assert row.version_id is None and row.source_hash != walks_hash(office)
    assert len(walked.moves) == 2 and walked.error is not None and "task_reception" in str(walked.error.params)
    office.send(walks.TakeStep, ANALYST, walk_id=row.id, deed={"do": "task_reception", "with": INTAKE}, changes=row.changes)
    row, walked = stored(office, answer)
    assert walked.error is None and [one.get("do") for one in row.deeds] == [None, "task_reception"]
    with database.current().read(office.tenant_id) as session:
        assert "task_intake" in compiled(session, office.tenant_id, "process", KEY)[1].elements, "the draft is not in force"


def walks_hash(office: Office) -> str:
    with database.current().read(office.tenant_id) as session:
        return walks.source(session, office.tenant_id, KEY).hash


def test_a_kept_walk_runs_and_a_breaking_change_names_its_step(office: Office) -> None:
    answer = begun(office, deeds=(SUGGESTED, {"do": "task_intake", "with": INTAKE}, {"wait": {"amount": 3, "unit": "wd"}}))
    row, _walked = stored(office, answer)
    saved = office.send(walks.SaveScenario, ANALYST, walk_id=row.id, name="垃圾受理 litter")
    assert saved["version"] == 1
    with database.current().read(office.tenant_id) as session:
        text = (walks.own_text(session, office.tenant_id, KEY) or b"").decode()
        told = walks.scenarios(session, office.tenant_id, KEY, None)
        found = walks.source(session, office.tenant_id, KEY)
        assert [one.problems for one in walks.tried(session, office.tenant_id, found, told)] == [()]
        moved = found.data.replace(b'"task_intake"', b'"task_reception"').replace(b">task_intake<", b">task_reception<")
        [went] = walks.tried(session, office.tenant_id, walks.Source(KEY, moved, "draft", 1), told)
        [same] = definitions._try(session, office.tenant_id, KEY, moved)
        assert (same.line, same.text()) == (went.problems[0].line, went.problems[0].text())
    lines = text.splitlines()
    assert "垃圾受理 litter" in text and "decisions:" in text and "due:" in text and "clocks:" in text
    [problem] = went.problems
    assert "open" in lines[(problem.line or 1) - 1] and "task_intake" in lines[(problem.line or 1) - 1]
    assert "fire: " in text, "the limits that passed went off"
    by: dict[str, Any] = {"tenant_id": office.tenant_id, "actor": ANALYST, "kind": "process", "definition_key": KEY}
    with pytest.raises(WentOtherwise):
        dispatch(PublishDefinition(**by, data=moved))
    with database.current().read(office.tenant_id) as session:
        assert "task_intake" in compiled(session, office.tenant_id, "process", KEY)[1].elements
    dispatch(PublishDefinition(**by, data=moved, meant=True))
    second = office.send(walks.SaveScenario, ANALYST, walk_id=stored(office, begun(office))[0].id, name="only begun")
    assert second["version"] == 2
    with database.current().read(office.tenant_id) as session:
        after = (walks.own_text(session, office.tenant_id, KEY) or b"").decode()
    assert after.startswith(text.rstrip()), "what stood there stays as it was"
    assert office.send(walks.RemoveScenario, ANALYST, process_key=KEY, name="垃圾受理 litter") == {"left": 1}
    assert office.send(walks.RemoveScenario, ANALYST, process_key=KEY, name="only begun") == {"left": 0}


def test_kept_scenarios_are_files_beside_the_process_and_come_back_as_they_were(office: Office, tmp_path: Path) -> None:
    office.send(walks.SaveScenario, ANALYST, walk_id=stored(office, begun(office, deeds=(SUGGESTED,)))[0].id, name="begun")
    with database.current().read(office.tenant_id) as session:
        text = walks.own_text(session, office.tenant_id, KEY)
        written = export(session, office.tenant_id, tmp_path, "tenants/demo")
    [file] = [path for path in written if path.name == "scenarios.yaml"]
    assert file == tmp_path / "processes/tenants/demo" / KEY / "scenarios.yaml" and file.read_bytes() == text
    (tmp_path / "processes/base" / KEY).mkdir(parents=True)
    (tmp_path / "processes/base" / KEY / "scenarios.yaml").write_text("process: service_request\nscenarios: []\n")
    file.write_bytes(file.read_bytes().replace(b"name: begun", b"name: only begun"))
    folder = {"tenant_id": office.tenant_id, "actor": Actor(roles=frozenset({"administrator"})), "root": str(tmp_path)}
    assert dispatch(PublishFolder(**folder, folder="tenants/demo"))["published"] == [{"kind": "scenarios", "key": KEY, "version": 2}]
    assert dispatch(PublishFolder(**folder, folder="base"))["published"] == [], "what ships is for checks only"
    file.write_text("process: service_request\nscenarios:\n  - name: x\n")
    with pytest.raises(DefinitionError, match="expects nothing"):
        dispatch(PublishFolder(**folder, folder="tenants/demo"))


def test_what_the_machine_does_can_fail(office: Office) -> None:
    down = walk(office, [{"job": "task_suggest_service", "down": True}])
    assert down.error is None and list(down.down.values())[0][1] == {"type": "suggest"} and down.result.jobs
    thrown = walk(office, [{"job": "task_suggest_service", "error": "suggestion_failed"}])
    assert thrown.error is None and [task.element_id for task in thrown.result.open_tasks] == ["task_intake"]
    asked = walk(office, [{"job": "task_suggest_service", "error": "nobody_catches_this"}])
    assert asked.error is None and asked.incidents


LOOP = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t">
<process id="service_request" isExecutable="true"><startEvent id="s"><outgoing>a</outgoing></startEvent>
<scriptTask id="heavy"><extensionElements><zeebe:script expression="=%s" resultVariable="x"/></extensionElements>
<incoming>a</incoming><outgoing>b</outgoing></scriptTask><endEvent id="e"><incoming>b</incoming></endEvent>
<sequenceFlow id="a" sourceRef="s" targetRef="heavy"/><sequenceFlow id="b" sourceRef="heavy" targetRef="e"/></process></definitions>"""


@pytest.mark.parametrize("expression", [
    b"count(for i in 1..3000 return for j in 1..3000 return i*j)", b"for i in 1..100000 return string join(for j in 1..1000 return &quot;x&quot;)"])
def test_security_16_the_budgets_of_expressions_hold_in_a_walk(office: Office, expression: bytes) -> None:
    begun_at = time.perf_counter()
    found = walk(office, [], data=LOOP % expression)
    assert found.incidents and not found.result.completed and time.perf_counter() - begun_at < 8
    assert found.result.variables.get("x") is None


def test_security_16_only_who_drafts_may_walk(office: Office) -> None:
    row, _walked = stored(office, begun(office))
    for role in ("handler", "supervisor", "leader", "operator"):
        nobody = Actor(roles=frozenset({role}))
        with pytest.raises(Forbidden):
            office.send(walks.TakeStep, nobody, walk_id=row.id, deed=SUGGESTED, changes=1)
        with pytest.raises(Forbidden):
            office.send(walks.SaveScenario, nobody, walk_id=row.id, name="x")
        with pytest.raises(Forbidden):
            office.send(walks.BeginWalk, nobody, process_key=KEY, name="x", beginning=row.beginning)


TWO_PEOPLE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t">
<process id="service_request" isExecutable="true"><startEvent id="s"/><sequenceFlow id="f1" sourceRef="s" targetRef="task_first"/>
<userTask id="task_first" name="first"><extensionElements><zeebe:formDefinition formId="co_handle"/>
<zeebe:assignmentDefinition candidateGroups="handler@LRS, handler@ZFD"/></extensionElements></userTask>
<sequenceFlow id="f2" sourceRef="task_first" targetRef="task_second"/>
<userTask id="task_second" name="second"><extensionElements><zeebe:formDefinition formId="co_handle"/>
<zeebe:assignmentDefinition candidateGroups="handler@LRS, handler@ZFD"/>
<zeebe:properties><zeebe:property name="assign.exclude" value="did:task_first, @ZFD"/></zeebe:properties></extensionElements></userTask>
<sequenceFlow id="f3" sourceRef="task_second" targetRef="task_ask"/>
<serviceTask id="task_ask" name="ask"><extensionElements><zeebe:taskDefinition type="notify" retries="3"/><zeebe:taskHeaders>
<zeebe:header key="template" value="case_replied"/><zeebe:header key="to" value="resident"/></zeebe:taskHeaders></extensionElements></serviceTask>
<boundaryEvent id="timer_late" attachedToRef="task_ask"><timerEventDefinition><timeDuration>PT4H</timeDuration></timerEventDefinition></boundaryEvent>
<sequenceFlow id="f4" sourceRef="task_ask" targetRef="e"/><endEvent id="e"/>
<sequenceFlow id="f5" sourceRef="timer_late" targetRef="e_late"/><endEvent id="e_late"/></process></definitions>"""
FORM = {"co_result": "看过 seen"}


def two(office: Office, *deeds: dict[str, Any], auto: bool = True) -> walking.Walked:
    return walk(office, list(deeds), data=TWO_PEOPLE.encode(), auto=auto)


def test_who_did_the_earlier_step_may_not_do_this_one_in_a_walk_either(office: Office) -> None:
    first = {"do": "task_first", "with": FORM, "as": "handler@LRS", "by": "A"}
    found = two(office, first)
    assert found.error is None and [one.letter for one in found.people] == ["A", "B"]
    [task] = found.result.open_tasks
    assert dict(found.people[0].kept_from) == {task.task_id: ("task_first",)} and not found.people[1].kept_from
    assert found.closed == {task.task_id: {"handler@ZFD"}}, "people of a unit that is named"
    again = two(office, first, {"do": "task_second", "with": FORM, "as": "handler@LRS", "by": "A"})
    assert again.error is not None and again.error.params == {"person": "A", "elements": "task_first"} and len(again.moves) == 2
    unit = two(office, first, {"do": "task_second", "with": FORM, "as": "handler@ZFD", "by": "B"})
    assert unit.error is not None and unit.error.params == {"group": "handler@ZFD"}
    assert two(office, first, {"do": "task_second", "with": FORM, "as": "handler@LRS", "by": "B"}).error is None
    assert two(office, {**first, "by": "a b"}).error is not None
    nobody = two(office, {**first, "by": ""}, {"do": "task_second", "with": FORM, "by": ""})
    assert nobody.error is None, "a walk of an earlier release names nobody"


BOTH = ({"do": "task_first", "with": FORM, "by": "A"}, {"do": "task_second", "with": FORM, "by": "B"})


def test_a_job_that_never_answers_lets_time_pass_to_the_timer_at_its_edge(office: Office) -> None:
    found = two(office, *BOTH, {"job": "task_ask", "silent": True}, auto=False)
    assert found.error is None and found.moves[-1].fired == ["timer_late"] and found.result.completed
    assert found.now - found.moves[-1].began_at == timedelta(hours=4)
    down = two(office, *BOTH, {"job": "task_ask", "down": True}, auto=False)
    assert down.down and not down.result.completed and down.now == down.moves[-1].began_at
    back = two(office, *BOTH, {"job": "task_ask", "down": True}, {"job": "task_ask"}, auto=False)
    assert not back.down and back.result.completed
    alone = TWO_PEOPLE.replace(TWO_PEOPLE[TWO_PEOPLE.index("<boundaryEvent"):TWO_PEOPLE.index('<sequenceFlow id="f4"')], "")
    alone = alone.replace('<sequenceFlow id="f5" sourceRef="timer_late" targetRef="e_late"/><endEvent id="e_late"/>', "")
    still = walk(office, [*BOTH, {"job": "task_ask", "silent": True}], data=alone.encode(), auto=False)
    assert still.error is None and still.silent and still.now == still.moves[-1].began_at, "it would wait for ever"


@pytest.mark.parametrize(("how", "said"), [("silent", "silent: true"), ("down", "fails: true")])
def test_people_and_unanswered_jobs_are_kept_in_scenarios_and_asked_before_publishing(office: Office, how: str, said: str) -> None:
    key, data = "two_people", TWO_PEOPLE.replace("service_request", "two_people").encode()
    by: dict[str, Any] = {"tenant_id": office.tenant_id, "actor": ANALYST, "kind": "process", "definition_key": key}
    dispatch(PublishDefinition(**by, data=data))
    deeds = (*BOTH, {"job": "task_ask", how: True})
    row, walked = stored(office, begun(office, key, deeds, as_case=False, auto=False), key)
    assert walked.error is None
    office.send(walks.SaveScenario, ANALYST, walk_id=row.id, name="two")
    with database.current().read(office.tenant_id) as session:
        text = (walks.own_text(session, office.tenant_id, key) or b"").decode()
        told = walks.scenarios(session, office.tenant_id, key, None)
        found = walks.source(session, office.tenant_id, key)
        assert [one.problems for one in walks.tried(session, office.tenant_id, found, told)] == [()]
        again = walks.deeds_of(told[0].scenario)
    assert "by: A" in text and "by: B" in text and said in text and "by:A" in text and "'@ZFD'" in text, text
    assert ("fire: timer_late" in text) == (how == "silent") and "auto: [tell_joined]" in text
    begin = walks.begin_of(told[0].scenario, office.clock.now(), walking.Begin(office.clock.now()))
    opened = walk(office, [dict(one) for one in again], key, data, **{
        name: getattr(begin, name) for name in ("as_case", "auto", "by_hand", "variables")})
    assert opened.error is None and bool(opened.down) == (how == "down") and opened.result.completed == (how == "silent")
    for changed in (data.replace(b"did:task_first, ", b""), data.replace(b"did:task_first", b"did:task_other")):
        with pytest.raises(WentOtherwise):
            dispatch(PublishDefinition(**by, data=changed))
