"""A draft comes into force and running cases go over to it, in one transaction: drafts, claims and clocks are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.cases import moving
from app.cases.casework import TaskDraft
from app.cases.commands import ClaimTask, KeepDraft
from app.cases.moving import MigrationRun, PauseMigration, PlanWayBack, ResumeMigration, StartMigration
from app.deadlines.model import Deadline
from app.engine.model import OpenTaskRow, ProcessInstance, TimerRow
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM, Actor
from app.kernel.errors import Conflict, DefinitionError, Forbidden, Invalid
from app.kernel.events import StoredEvent
from app.studio import PublishAndMove, drafts, effects
from app.studio.commands import BeginDraft, SaveDraft
from tests.integration.play import Office
from tests.integration.test_lifecycle import INTAKE, on_to_handling
from tests.integration.test_migrations_of_cases import PROCESS, at_intake, live, pins, publish, renamed, view

PAIRS = {"task_intake": "task_reception"}


def _send(office: Office, command: Any, actor: Actor, **data: Any) -> Any:
    """As `Office.send`, whose own names these commands use."""
    return dispatch(command(tenant_id=office.tenant_id, actor=actor, **data))


def draft(office: Office, change: Any, by: Actor | None = None) -> int:
    """The revision of a saved draft."""
    who = by or office.who("analyst")
    begun = _send(office, BeginDraft, who, kind="process", definition_key=PROCESS)
    saved = _send(office, SaveDraft, who, kind="process", definition_key=PROCESS, revision=begun["revision"],
                        data=change(live(office).data.decode()).encode())
    return int(saved["revision"])


def go(office: Office, revision: int, who: str = "analyst", reason: str = "better", **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = _send(office, PublishAndMove, office.who(who), kind="process", definition_key=PROCESS,
                                         reason=reason, revision=revision, **more)
    return answer


def look(office: Office, **choice: Any) -> effects.ProcessEffect:
    with database.current().read(office.tenant_id) as session:
        found = drafts.draft(session, office.tenant_id, "process", PROCESS)
        assert found is not None
        return effects.process_effect(session, office.tenant_id, office.who("analyst"), PROCESS, found.data,
                                      effects.Choice(**choice))


def kept(office: Office) -> list[Any]:
    """What must not change: tasks with claims and forms, drafts, clocks, timers."""
    columns = {OpenTaskRow: ("claimed_by", "form_hash", "opened_at", "due_at"), TaskDraft: ("data", "user_id"),
               Deadline: ("state", "due_at", "started_at", "paused_at"), TimerRow: ("due_at", "clock")}
    return [(kind.__name__, row.id, *(getattr(row, name, None) for name in names))
            for kind, names in columns.items() for row in office.rows(kind)]


def test_all_go_over_and_come_back_with_everything_they_had(office: Office) -> None:
    first = at_intake(office)
    clerk, task = office.who("intake_clerk"), office.tasks()["task_intake"]
    office.send(ClaimTask, clerk, task_id=task.id)
    office.send(KeepDraft, clerk, task_id=task.id, data={"note": "half typed"}, form_hash=task.form_hash)
    for _ in range(2):
        at_intake(office)
    office.do("task_intake", **INTAKE)
    on_to_handling(office)
    office.clock.move_to(office.clock.now() + timedelta(hours=1))
    before, states = kept(office), {row.id: row.state for row in office.rows(ProcessInstance)}
    old = live(office).hash
    revision = draft(office, renamed("task_intake", "task_reception"))
    seen = look(office)
    assert (seen.open, seen.chosen, seen.looked, seen.count("can"), seen.count("stays")) == (3, 3, 3, 1, 2)
    assert look(office, pairs=PAIRS).count("can") == 3 and kept(office) == before, "looking changes nothing"
    answer = go(office, revision, choice=effects.Choice(pairs=PAIRS))
    assert (len(answer["runs"]), answer["instances"], live(office).hash) == (1, 3, answer["hash"])
    run_id = UUID(answer["runs"][0])
    assert pins(office) == [old] * 3 and view(office, run_id).run.state == "looking"
    office.work()
    done = view(office, run_id)
    assert (done.run.state, done.moved, done.run.reason) == ("done", 3, "better") and pins(office) == [answer["hash"]] * 3
    assert kept(office) == before and office.tasks(first)["task_reception"].claimed_by == clerk.user_id
    back = UUID(office.send(PlanWayBack, office.who("analyst"), run_id=run_id, reason="worse")["run_id"])
    office.work()
    office.send(StartMigration, office.who("analyst"), run_id=back)
    office.work()
    assert {row.id: row.state for row in office.rows(ProcessInstance)} == states and kept(office) == before, "to the byte"


def test_publishing_and_planning_are_one_and_a_refusal_leaves_nothing(office: Office) -> None:
    at_intake(office)
    old = live(office).hash
    revision = draft(office, renamed("task_intake", "task_reception"))
    with pytest.raises(Forbidden):
        go(office, revision, who="supervisor")
    for wrong in ({"reason": " "}, {"reason": "x" * 501}):
        with pytest.raises(Invalid):
            go(office, revision, **wrong)
    with pytest.raises(Conflict):
        go(office, revision + 1)
    with pytest.raises(Invalid):
        _send(office, PublishAndMove, office.who("analyst"), kind="decision", definition_key="review", reason="x", revision=1)
    assert live(office).hash == old and not office.rows(MigrationRun)
    _send(office, SaveDraft, office.who("analyst"), kind="process", definition_key=PROCESS, revision=revision, data=b"<no>")
    with pytest.raises(DefinitionError):
        go(office, revision + 1)
    assert live(office).hash == old and not office.rows(MigrationRun)
    with database.current().read(office.tenant_id) as session:
        assert drafts.draft(session, office.tenant_id, "process", PROCESS) is not None, "the draft is kept"
    assert not office.rows(StoredEvent, StoredEvent.type == "migration.planned")


def test_some_of_two_versions_by_element_service_and_day(office: Office) -> None:
    one = at_intake(office)
    versions = publish(office, lambda text: text.replace('name="居民诉求办理" isExecutable', 'name="甲" isExecutable', 1))
    office.clock.move_to(office.clock.now() + timedelta(days=1))
    two = at_intake(office)
    office.submit(service="LS01", module="LS")
    office.work()
    revision = draft(office, lambda text: text.replace('name="甲" isExecutable', 'name="乙" isExecutable', 1))
    seen = look(office)
    assert {each.version.hash: each.open for each in seen.standings} == {versions[1]: 2, versions[0]: 1}
    assert {each.version.hash: (each.chosen, each.looked) for each in look(office, versions=(versions[0],)).standings} == {
        versions[1]: (0, 0), versions[0]: (1, 1)}
    assert look(office, services=("LS01",)).chosen == 1 and look(office, at=("task_nowhere",)).chosen == 0
    assert look(office, submitted_from=office.clock.now() - timedelta(hours=12)).chosen == 2
    answer = go(office, revision, choice=effects.Choice(services=("CS01",)), at_once=False)
    assert (len(answer["runs"]), answer["instances"]) == (2, 2)
    office.work()
    assert {view(office, UUID(run)).run.state for run in answer["runs"]} == {"planned"}, "somebody begins it"
    for run in answer["runs"]:
        office.send(StartMigration, office.who("analyst"), run_id=UUID(run))
    office.work()
    moved = {item.case_id for item in office.rows(moving.MigrationItem, moving.MigrationItem.result == "moved")}
    assert moved == {one, two}


def test_a_page_looks_at_the_first_ones_and_the_run_at_all(office: Office) -> None:
    for _ in range(5):
        at_intake(office)
    revision = draft(office, lambda text: text.replace('name="居民诉求办理" isExecutable', 'name="甲" isExecutable', 1))
    with database.current().read(office.tenant_id) as session:
        found = drafts.draft(session, office.tenant_id, "process", PROCESS)
        assert found is not None
        seen = effects.process_effect(session, office.tenant_id, SYSTEM, PROCESS, found.data, effects.Choice(), most=2)
    assert (seen.open, seen.chosen, seen.looked) == (5, 5, 2)
    answer = go(office, revision)
    run_id = UUID(answer["runs"][0])
    office.send(PauseMigration, office.who("analyst"), run_id=run_id, reason="lunch")
    office.work()
    assert pins(office).count(answer["hash"]) == 0
    office.send(ResumeMigration, office.who("analyst"), run_id=run_id, reason="back")
    office.work()
    assert (view(office, run_id).looked, view(office, run_id).moved) == (5, 5)
