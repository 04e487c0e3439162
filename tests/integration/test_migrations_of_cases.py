"""Running cases go to another version of their diagrams: one, many, stopped, gone on with after a crash, and back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from app import catalog, engine
from app.cases import moving
from app.cases.casework import TaskDraft
from app.cases.commands import (
    ClaimTask,
    ErasePerson,
    KeepDraft,
    ModifyCase,
    ResumeCase,
    SuspendCase,
    WithdrawCase,
)
from app.cases.model import CaseEntry
from app.cases.moving import MigrateCase, MigrationItem, PlanMigration, PlanWayBack, StartMigration, StopMigration
from app.catalog.commands import PublishDefinition
from app.engine.model import OpenTaskRow, ProcessInstance, SubscriptionRow, TimerRow
from app.insight.queries import diagram_figures
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.errors import Conflict, Forbidden, Invalid
from app.kernel.unit_of_work import transact
from app.workers import moving as worker
from tests.integration.play import Office
from tests.integration.test_lifecycle import INTAKE, on_to_handling

PROCESS = "service_request"
FLOW = "flow_is_accepted_to_decide_confidence"


def live(office: Office, process: str = PROCESS) -> Any:
    with database.current().read(office.tenant_id) as session:
        found = catalog.live(session, office.tenant_id, "process", process)
    assert found is not None
    return found


def publish(office: Office, change: Callable[[str], str], process: str = PROCESS) -> tuple[str, str]:
    """(hash before, hash now) after a changed diagram came into force."""
    before = live(office, process)
    text = change(before.data.decode())
    assert text != before.data.decode()
    dispatch(PublishDefinition(
        tenant_id=office.tenant_id, actor=office.who("administrator"), kind="process", definition_key=process,
        data=text.encode(), file=f"processes/tenants/demo/{process}/{process}.bpmn", reason="a change"))
    return before.hash, live(office, process).hash


def renamed(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(f'"{old}"', f'"{new}"').replace(f">{old}<", f">{new}<")


def noted(text: str) -> str:
    """The same diagram with another name: everything can go there."""
    return text.replace('name="接单"', 'name="接单新"', 1) if 'name="接单"' in text else text.replace(
        'name="居民诉求办理" isExecutable', 'name="居民诉求办理（新）" isExecutable', 1)


def plan(office: Office, versions: tuple[str, str], who: str = "administrator", **more: Any) -> UUID:
    answer = office.send(PlanMigration, office.who(who), **({"process_id": PROCESS, "from_hash": versions[0],
                         "to_hash": versions[1], "reason": "better"} | more))
    return UUID(answer["run_id"])


def view(office: Office, run_id: UUID) -> Any:
    with database.current().read(office.tenant_id) as session:
        return moving.run_view(session, SYSTEM, run_id)


def false_verdicts(office: Office, run_id: UUID) -> int:
    with database.current().read(office.tenant_id) as session:
        return moving.false_verdicts(session, run_id)


def pins(office: Office) -> list[str]:
    return [row.pins[PROCESS] for row in office.rows(ProcessInstance)]


def at_intake(office: Office) -> UUID:
    case_id = office.submit()
    office.work()
    assert "task_intake" in office.tasks()
    return case_id


def test_one_case_keeps_draft_claim_clock_timer_and_form(office: Office) -> None:
    at_intake(office)
    task = office.tasks()["task_intake"]
    clerk = office.who("intake_clerk")
    office.send(ClaimTask, clerk, task_id=task.id)
    office.send(KeepDraft, clerk, task_id=task.id, data={"note": "half typed"}, form_hash=task.form_hash)
    kept = {kind: {row.id: row for row in office.rows(kind)} for kind in (OpenTaskRow, TimerRow, SubscriptionRow, TaskDraft)}
    versions = publish(office, noted)
    answer = office.send(MigrateCase, office.who("administrator"), case_id=office.case_id, process_id=PROCESS,
                         to_hash=versions[1], reason="try it")
    assert answer["notes"] == [] and pins(office) == [versions[1]]
    assert office.rows(ProcessInstance)[0].definition_hash == versions[1]
    for kind, before in kept.items():
        now = {row.id: row for row in office.rows(kind)}
        assert set(now) == set(before)
        for name in ("claimed_by", "form_hash", "due_at", "key", "data", "opened_at", "clock"):
            assert [getattr(now[one], name, None) for one in before] == [getattr(row, name, None) for row in before.values()]
    (event,) = office.events("case.migrated")
    assert (event.data["process_id"], event.definitions) == (PROCESS, {PROCESS: versions[1]})
    assert {"from_version", "to_version", "run_id", "entry_id"} <= set(event.current())
    (entry,) = office.rows(CaseEntry, CaseEntry.kind == "operation")
    assert entry.body.splitlines() == [
        "try it", f"> service_request 1 ({versions[0][:12]}) → 1 ({versions[1][:12]})"] and entry.visibility == "staff"
    office.do("task_intake", **INTAKE)
    assert "task_intake" not in office.tasks()


def test_a_gone_element_needs_a_pair_and_live_counts_follow(office: Office) -> None:
    at_intake(office)
    versions = publish(office, renamed("task_intake", "task_reception"))
    one = {"case_id": office.case_id, "process_id": PROCESS, "to_hash": versions[1], "reason": "renamed"}
    administrator = office.who("administrator")
    with pytest.raises(Conflict, match="task_intake is gone"):
        office.send(MigrateCase, administrator, **one)
    with pytest.raises(Invalid, match="no element nowhere"):
        office.send(MigrateCase, administrator, **one, pairs={"task_intake": "nowhere"})
    with pytest.raises(Forbidden):
        office.send(MigrateCase, office.who("supervisor"), **one)
    office.send(MigrateCase, administrator, **one, pairs={"task_intake": "task_reception"})
    assert list(office.tasks()) == ["task_reception"]
    with database.current().read(office.tenant_id) as session:
        now = catalog.compiled_by_hash(session, office.tenant_id, versions[1])[1]
        figures = {each.element_id: each.live for each in diagram_figures(session, SYSTEM, now).elements}
    assert figures["task_reception"] == 1 and not figures.get("task_intake")
    office.do("task_reception", **INTAKE)
    assert "task_reception" not in office.tasks()


def test_a_pause_that_would_never_end_keeps_the_case(office: Office) -> None:
    at_intake(office)
    versions = publish(office, lambda text: _with_pause(text))
    with pytest.raises(Conflict, match="pauses a clock"):
        office.send(MigrateCase, office.who("administrator"), case_id=office.case_id, process_id=PROCESS,
                    to_hash=versions[1], reason="x")


def _with_pause(text: str) -> str:
    head, rest = text.split('<bpmn:userTask id="task_intake"', 1)
    return head + '<bpmn:userTask id="task_intake"' + rest.replace(
        "<zeebe:properties>", '<zeebe:properties><zeebe:property name="deadline.pause" value="accept" />', 1)


def test_many_are_looked_at_moved_and_taken_back(office: Office) -> None:
    first, second = at_intake(office), at_intake(office)
    third = at_intake(office)
    office.do("task_intake", **INTAKE)
    on_to_handling(office)
    states = {row.id: row.state for row in office.rows(ProcessInstance)}
    versions = publish(office, renamed("task_intake", "task_reception"))
    with pytest.raises(Forbidden):
        plan(office, versions, who="dispatcher")
    run_id = plan(office, versions, who="analyst")
    office.work()
    seen = view(office, run_id)
    assert (seen.run.state, seen.total, seen.looked, seen.can, seen.stay) == ("planned", 3, 3, 1, 2)
    stays = seen.groups[0]
    assert (stays.outcome, stays.at, stays.count, stays.remark[:2]) == ("stays", ("task_intake",), 2, ("gone", "task_intake"))
    assert {one.case_id for one in stays.samples} == {first, second}
    assert {row.id: row.state for row in office.rows(ProcessInstance)} == states, "nothing was written"
    run_id = plan(office, versions, pairs={"task_intake": "task_reception"})
    office.work()
    assert (view(office, run_id).can, pins(office)) == (3, [versions[0]] * 3)
    with pytest.raises(Forbidden):
        office.send(StartMigration, office.who("supervisor"), run_id=run_id)
    office.send(StartMigration, office.who("administrator"), run_id=run_id)
    office.work()
    done = view(office, run_id)
    assert (done.run.state, done.moved, done.stayed, done.failed) == ("done", 3, 0, 0)
    assert pins(office) == [versions[1]] * 3 and false_verdicts(office, run_id) == 0
    moved = office.events("case.migrated", first)[0]
    assert moved.actor_kind == "system" and moved.actor_id == office.who("administrator").user_id
    # ---- back: one has gone on and cannot, one has gone on and can, one is as it was
    office.do("task_reception", first, **INTAKE)
    answer = office.send(PlanWayBack, office.who("administrator"), run_id=run_id, reason="it was worse")
    back = UUID(answer["run_id"])
    office.work()
    assert (view(office, back).can, view(office, back).stay) == (3, 0)
    office.send(StartMigration, office.who("administrator"), run_id=back)
    office.work()
    assert (view(office, back).moved, false_verdicts(office, back)) == (3, 0) and pins(office) == [versions[0]] * 3
    after = {row.id: row.state for row in office.rows(ProcessInstance)}
    same = {office.case(one).instance_id for one in (second, third)}
    assert {one: after[one] for one in same} == {one: states[one] for one in same}, "to the byte"
    assert "task_intake" in office.tasks(second)
    office.do("task_intake", second, **INTAKE)


def test_what_has_moved_on_where_there_is_no_way_back_says_so(office: Office) -> None:
    at_intake(office)
    versions = publish(office, renamed("task_classify", "task_sort"))
    run_id = plan(office, versions)
    office.work()
    office.send(StartMigration, office.who("administrator"), run_id=run_id)
    office.work()
    administrator = office.who("administrator")
    with database.current().read(office.tenant_id) as session:
        from app.cases import queries
        (token,) = [one for one in queries.process_page(session, administrator, office.case_id).tokens
                    if one.element.id == "task_intake"]
    office.send(ModifyCase, administrator, case_id=office.case_id, reason="on", cancel=(token.task_id,), activate=("task_sort",))
    back = UUID(office.send(PlanWayBack, administrator, run_id=run_id, reason="back")["run_id"])
    office.work()
    (item,) = office.rows(MigrationItem, MigrationItem.run_id == back)
    assert item.verdict == "stays" and [one[:2] for one in item.remarks] == [["moved_on", ""], ["gone", "task_sort"]]


def test_a_stop_and_going_on(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        at_intake(office)
    run_id = plan(office, publish(office, noted))
    office.work()
    administrator = office.who("administrator")
    with pytest.raises(Conflict):
        office.send(StopMigration, administrator, run_id=run_id)
    office.send(StartMigration, administrator, run_id=run_id)
    assert worker.tick("me", seconds=0) == 1
    office.send(StopMigration, administrator, run_id=run_id)
    office.work()
    assert (view(office, run_id).run.state, view(office, run_id).moved) == ("stopped", 1)
    office.send(StartMigration, administrator, run_id=run_id)
    office.work()
    assert (view(office, run_id).run.state, view(office, run_id).moved) == ("done", 3)
    with pytest.raises(Conflict):
        office.send(StartMigration, administrator, run_id=run_id)


def test_a_crash_in_the_middle_leaves_each_moved_or_not_and_another_worker_goes_on(
        office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        at_intake(office)
    versions = publish(office, noted)
    run_id = plan(office, versions)
    office.work()
    office.send(StartMigration, office.who("administrator"), run_id=run_id)

    class Killed(BaseException):
        pass

    real, calls = moving.verdicts.stepping.settle, []

    def dies(*given: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise Killed
        real(*given)

    monkeypatch.setattr(moving.verdicts.stepping, "settle", dies)
    with pytest.raises(Killed):
        worker.tick("one")
    assert sorted(pins(office)) == sorted([versions[1], versions[0], versions[0]])
    assert len(office.rows(MigrationItem, MigrationItem.result == "moved")) == 1
    assert worker.tick("two") == 0, "the dead one's lease stands"
    office.wait(hours=1)
    assert pins(office) == [versions[1]] * 3 and view(office, run_id).run.state == "done"
    assert all(len(office.events("case.migrated", row.case_id)) == 1 for row in office.rows(MigrationItem))


def test_one_that_fails_is_told_and_the_others_move(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [at_intake(office) for _ in range(3)]
    run_id = plan(office, publish(office, noted))
    office.work()
    office.send(StartMigration, office.who("administrator"), run_id=run_id)
    real = moving.verdicts.carry_out

    def refuses(uow: Any, case: Any, *given: Any) -> None:
        if case.id == cases[1]:
            raise RuntimeError("the disk said: secret")
        real(uow, case, *given)

    monkeypatch.setattr(moving.verdicts, "carry_out", refuses)
    office.work()
    done = view(office, run_id)
    assert (done.run.state, done.moved, done.failed) == ("done", 2, 1)
    assert done.groups[0].remark[3] == {"error": "RuntimeError"}


def test_a_suspended_case_moves_and_stays_suspended(office: Office) -> None:
    at_intake(office)
    office.send(SuspendCase, office.who("administrator"), case_id=office.case_id, reason="wait")
    versions = publish(office, noted)
    office.send(MigrateCase, office.who("administrator"), case_id=office.case_id, process_id=PROCESS,
                to_hash=versions[1], reason="x")
    assert [row.status for row in office.rows(ProcessInstance)] == ["suspended"] and pins(office) == [versions[1]]
    assert all(row.held for row in office.rows(TimerRow))
    office.send(ResumeCase, office.who("administrator"), case_id=office.case_id, reason="go")
    office.do("task_intake", **INTAKE)


def test_a_called_process_moves_inside_its_cases(office: Office) -> None:
    at_intake(office)
    office.do("task_intake", **INTAKE)
    on_to_handling(office)
    called = next(name for name in office.rows(ProcessInstance)[0].pins if name.startswith("handle_"))
    tasks = set(office.tasks())
    versions = publish(office, lambda text: text.replace("</bpmn:process>", "<!-- another -->\n  </bpmn:process>"), called)
    run_id = plan(office, versions, process_id=called)
    office.work()
    office.send(StartMigration, office.who("administrator"), run_id=run_id)
    office.work()
    assert office.rows(ProcessInstance)[0].pins[called] == versions[1] and set(office.tasks()) == tasks
    assert view(office, run_id).moved == 1


def test_one_damaged_state_keeps_nobody_else_waiting(office: Office) -> None:
    broken, _whole = at_intake(office), at_intake(office)
    instance = office.case(broken).instance_id

    def damage(uow: Any) -> None:
        uow.session.execute(update(ProcessInstance).where(ProcessInstance.id == instance).values(state=b'{"v":1}'))

    transact(office.tenant_id, SYSTEM, damage)
    run_id = plan(office, publish(office, noted))
    office.work()
    office.send(StartMigration, office.who("administrator"), run_id=run_id)
    office.work()
    done = view(office, run_id)
    assert (done.run.state, done.moved, done.stayed, done.failed) == ("done", 1, 1, 0)
    assert done.groups[0].remark[0] == "damaged" and false_verdicts(office, run_id) == 0


def test_a_draft_is_looked_at_before_it_is_published(office: Office) -> None:
    at_intake(office)
    before = live(office)
    drafts = [engine.load(change(before.data.decode()).encode(), "draft.bpmn")
              for change in (noted, renamed("task_intake", "task_reception"))]
    with database.current().read(office.tenant_id) as session:
        told = [[(item.verdict, item.at) for _number, item in moving.look(session, office.tenant_id, PROCESS, before.hash, one)]
                for one in drafts]
        seen = moving.places(session, office.tenant_id, SYSTEM, PROCESS, before.hash, drafts[1])
    assert told == [[("can", "task_intake")], [("stays", "task_intake")]]
    (place,) = [one for one in seen if one.element.id == "task_intake"]
    assert (place.live, place.same) == (1, False) and "task_reception" in {one.id for one in place.instead}
    assert live(office).hash == before.hash and not office.rows(MigrationItem)


@pytest.mark.parametrize("why", ["a month has passed", "the person is erased"])
def test_the_state_before_is_not_kept_for_ever(office: Office, why: str) -> None:
    case_id = at_intake(office)
    run_id = plan(office, publish(office, noted))
    office.work()
    office.send(StartMigration, office.who("administrator"), run_id=run_id)
    office.work()
    assert [bool(row.before) for row in office.rows(MigrationItem)] == [True]
    if why == "a month has passed":
        with pytest.raises(Forbidden):
            office.send(moving.ForgetMoves, office.who("administrator"))
        assert office.send(moving.ForgetMoves, SYSTEM) == {"dropped": 0}
        office.clock.move_to(office.clock.now() + timedelta(days=31))
        assert office.send(moving.ForgetMoves, SYSTEM) == {"dropped": 1}
    else:
        office.send(WithdrawCase, token=office.token, reason="x")
        office.work()
        office.send(ErasePerson, office.who("administrator"), person_id=office.case(case_id).person_id)
    assert [row.before for row in office.rows(MigrationItem)] == [None]


def test_filters_choose_and_a_look_writes_nothing(office: Office) -> None:
    at_intake(office)
    office.do("task_intake", **INTAKE)
    office.clock.move_to(office.clock.now().replace(day=25))
    second = at_intake(office)
    versions = publish(office, noted)
    for more in ({"at": ("task_intake",)}, {"submitted_from": office.clock.now()}):
        run_id = plan(office, versions, **more)
        assert [row.case_id for row in office.rows(MigrationItem, MigrationItem.run_id == run_id)] == [second]
    with pytest.raises(Conflict, match="No running case"):
        plan(office, versions, at=("task_visit",))
    count = len(office.rows(MigrationItem))
    with database.current().read(office.tenant_id) as session:
        found = list(moving.look(session, office.tenant_id, PROCESS, *versions))
    assert [item.verdict for _number, item in found] == ["can", "can"] and len(office.rows(MigrationItem)) == count
