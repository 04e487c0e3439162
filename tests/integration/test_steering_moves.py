"""Moves of running cases pause and go on, begin by themselves after the look, and choose by service and unit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from app.cases import moving
from app.cases.moving import (
    MigrationItem,
    PauseMigration,
    PlanWayBack,
    ResumeMigration,
    StartMigration,
    StopMigration,
)
from app.kernel.commands import SYSTEM
from app.kernel.errors import Conflict, Forbidden, Invalid
from app.kernel.events import StoredEvent
from app.workers import moving as worker
from tests.integration.play import Office
from tests.integration.test_lifecycle import INTAKE, on_to_handling
from tests.integration.test_migrations_of_cases import at_intake, noted, pins, plan, publish, view


def steer(office: Office, kind: Any, run_id: UUID, who: str = "analyst", **more: Any) -> str:
    return str(office.send(kind, office.who(who), run_id=run_id, **more)["state"])


def told(office: Office, kind: str) -> list[Any]:
    return office.rows(StoredEvent, StoredEvent.type == kind)


def moved(office: Office, run_id: UUID, most: int) -> None:
    """Of the run's instances the next ones, as a worker that has little time."""
    for item in sorted((one for one in office.rows(MigrationItem, MigrationItem.run_id == run_id) if not one.result),
                       key=lambda one: one.id)[:most]:
        office.send(moving.MoveInstance, SYSTEM, item_id=item.id)


def test_a_pause_holds_what_is_left_and_the_run_goes_on_where_it_was(office: Office) -> None:
    for _ in range(4):
        at_intake(office)
    versions = publish(office, noted)
    run_id = plan(office, versions, who="analyst")
    office.work()
    steer(office, StartMigration, run_id)
    moved(office, run_id, 2)
    with pytest.raises(Invalid):
        steer(office, PauseMigration, run_id, reason=" ")
    with pytest.raises(Forbidden):
        steer(office, PauseMigration, run_id, "supervisor", reason="x")
    assert steer(office, PauseMigration, run_id, reason="a complaint") == "paused"
    with pytest.raises(Conflict):
        steer(office, PauseMigration, run_id, reason="again")
    with pytest.raises(Conflict):
        steer(office, StartMigration, run_id)
    moved(office, run_id, 1)
    office.work()
    assert (view(office, run_id).run.state, pins(office).count(versions[1])) == ("paused", 2), "workers leave it alone"
    assert steer(office, ResumeMigration, run_id, reason="settled") == "running"
    with pytest.raises(Conflict):
        steer(office, ResumeMigration, run_id, reason="twice")
    office.work()
    done = view(office, run_id)
    assert (done.run.state, done.moved, pins(office)) == ("done", 4, [versions[1]] * 4)
    analyst = office.who("analyst")
    assert [(one[0], one[2], one[3]) for one in done.run.steered] == [
        ("paused", str(analyst.user_id), "a complaint"), ("resumed", str(analyst.user_id), "settled")]
    (paused,), (resumed,) = told(office, "migration.paused"), told(office, "migration.resumed")
    assert paused.data["run_id"] == str(run_id) == resumed.data["run_id"] and paused.actor_id == analyst.user_id
    assert "complaint" not in str(paused.data), "the trail holds no words"


def test_a_worker_in_the_middle_of_a_tick_sees_the_pause(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        at_intake(office)
    run_id = plan(office, publish(office, noted))
    office.work()
    steer(office, StartMigration, run_id)
    plain, calls = worker._move, []

    def once(*given: Any) -> int:
        calls.append(given)
        if len(calls) == 2:
            steer(office, PauseMigration, run_id, reason="now")
        return plain(*given)

    monkeypatch.setattr(worker, "_move", once)
    worker.tick("here", seconds=60)
    seen = view(office, run_id)
    assert (seen.run.state, seen.moved) == ("paused", 1), "what was chosen before the pause does not move after it"


def test_a_look_pauses_too_and_a_run_begins_by_itself(office: Office) -> None:
    for _ in range(2):
        at_intake(office)
    versions = publish(office, noted)
    with pytest.raises(Forbidden):
        plan(office, versions, who="supervisor", at_once=True)
    run_id = plan(office, versions, who="analyst", at_once=True)
    assert steer(office, PauseMigration, run_id, reason="wait") == "paused"
    office.work()
    assert (view(office, run_id).looked, view(office, run_id).run.state) == (0, "paused")
    assert steer(office, StopMigration, run_id) == "stopped"
    assert steer(office, StartMigration, run_id) == "looking", "what nobody has looked at is looked at first"
    office.work()
    seen = view(office, run_id)
    assert (seen.run.state, seen.looked, seen.moved) == ("done", 2, 2) and len(told(office, "migration.started")) == 1
    back = UUID(office.send(PlanWayBack, office.who("analyst"), run_id=run_id, reason="worse")["run_id"])
    office.work()
    assert view(office, back).run.state == "planned", "the way back waits for a person"
    steer(office, StartMigration, back)
    office.work()
    assert pins(office) == [versions[0]] * 2


def test_cases_are_chosen_by_service_and_unit(office: Office) -> None:
    office.submit(service="CS01", module="CS")
    office.submit(service="LS01", module="LS")
    office.work()
    versions = publish(office, noted)
    for chosen, number in (({"services": ("LS01",)}, 1), ({"services": ("LS01", "CS01")}, 2)):
        assert view(office, plan(office, versions, **chosen)).total == number
    with pytest.raises(Conflict, match="No running case"):
        plan(office, versions, units=("NONE",))
    office.do("task_intake", **INTAKE)
    on_to_handling(office)
    unit = office.case().unit
    assert unit and view(office, plan(office, versions, units=(unit,))).total == 1
