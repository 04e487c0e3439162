"""What stopped is settled by a person: jobs, timers, failed events and messages; with right, reason, event and a look."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from app.cases import queries
from app.cases.commands import RetryIncident, SettleDelivery, SettleIncident
from app.cases.connectors import registry
from app.cases.model import CaseEntry
from app.engine.model import IncidentRow, JobRow, TimerRow
from app.kernel import bus, database
from app.kernel.commands import SYSTEM
from app.kernel.errors import Conflict, Forbidden, Invalid
from app.kernel.events import Delivery
from app.kernel.unit_of_work import transact
from tests.integration.play import Office


def broken(_call: Any) -> dict[str, Any]:
    raise OSError("no line")


@pytest.fixture
def failed(office: Office, monkeypatch: pytest.MonkeyPatch) -> IncidentRow:
    """A case whose first job failed for good."""
    monkeypatch.setitem(registry._connectors, "suggest", broken)
    office.submit()
    for _ in range(3):
        office.wait(hours=1)
    (incident,) = office.rows(IncidentRow)
    assert office.rows(JobRow)[0].state == "failed" and not office.tasks()
    return incident


def settle(office: Office, incident: IncidentRow, way: str, who: str = "supervisor", **more: Any) -> Any:
    return office.send(SettleIncident, office.who(who), incident_id=incident.id, way=way,
                       **{"reason": "looked it up", **more})


@pytest.mark.parametrize(("way", "values"), [("skip", {}), ("resolve", {"suggestion": {"service": "CS01"}})])
def test_a_job_is_done_by_hand_or_left_out_and_the_case_goes_on(office: Office, failed: IncidentRow, way: str,
                                                                values: dict[str, Any]) -> None:
    assert settle(office, failed, way, variables=values)["resolved"]
    office.work()
    assert "task_intake" in office.tasks() and not office.rows(JobRow, JobRow.state == "failed")
    (event,) = office.events("incident.settled")
    (entry,) = office.rows(CaseEntry, CaseEntry.kind == "operation")
    assert (event.data["way"], event.data["entry_id"]) == (way, str(entry.id)) and "looked it up" in entry.body
    assert office.events("incident.resolved")
    with pytest.raises(Conflict, match="settled already"):
        settle(office, failed, way)


def test_an_error_can_be_thrown_in_a_jobs_place_and_a_look_leaves_nothing(office: Office, failed: IncidentRow) -> None:
    command = SettleIncident(tenant_id=office.tenant_id, actor=office.who("supervisor"), incident_id=failed.id,
                             way="resolve", reason="look", error_code="nothing_catches_this")
    seen = bus.rehearse(command, lambda session: queries.standing_of(session, office.case_id))
    assert seen.incidents and not seen.tasks, "the engine says where the error was not caught"
    assert not office.events("incident.settled") and office.rows(JobRow)[0].state == "failed"


@pytest.mark.parametrize(("who", "more", "error"), [
    ("handler@LRS", {}, Forbidden), ("supervisor", {"reason": " "}, Invalid), ("supervisor", {"way": "wish"}, Invalid)])
def test_without_right_or_reason_nothing_is_settled(office: Office, failed: IncidentRow, who: str, more: dict[str, Any],
                                                    error: type[Exception]) -> None:
    with pytest.raises(error):
        settle(office, failed, **{"way": "skip", "who": who, **more})
    assert office.rows(IncidentRow)[0].resolved_at is None and not office.events("incident.settled")


def test_a_timer_that_is_left_out_never_fires(office: Office) -> None:
    from app.cases.commands import NoteTimerFailure, ResumeCase, SuspendCase
    from tests.integration.test_lifecycle import INTAKE, on_to_handling

    office.submit()
    office.work()
    office.do("task_intake", **INTAKE)
    on_to_handling(office)
    timer = next(row for row in office.rows(TimerRow) if row.due_at is not None)
    office.send(NoteTimerFailure, SYSTEM, timer_id=timer.id, error="broken")
    (incident,) = office.rows(IncidentRow)
    assert settle(office, incident, "skip")["resolved"] and office.tasks()
    for kind in (SuspendCase, ResumeCase):
        office.send(kind, office.who("administrator"), case_id=office.case_id, reason="why")
    (left,) = office.rows(TimerRow, TimerRow.id == timer.id)
    assert left.due_at is None


@pytest.mark.parametrize(("way", "state"), [("retry", "pending"), ("resolve", "done"), ("skip", "skipped")])
def test_an_event_that_nobody_could_take_is_settled(office: Office, monkeypatch: pytest.MonkeyPatch, way: str,
                                                    state: str) -> None:
    office.submit()
    office.work()
    event = office.events()[0]

    def give_up(uow: Any) -> None:
        uow.session.add(Delivery(tenant_id=uow.tenant_id, event_id=event.id, case_id=office.case_id, state="dead",
                                 subscriber="test.taker", attempts=8, run_at=uow.now, last_error="OSError: no line"))

    transact(office.tenant_id, SYSTEM, give_up)
    taken: list[UUID] = []
    monkeypatch.setitem(bus._subscribers, "test.taker", bus.Subscriber(
        "test.taker", event.type, lambda stored, _uow: taken.append(stored.id)))
    dead = office.rows(Delivery, Delivery.state == "dead")
    with database.current().read(office.tenant_id) as session:
        found = queries.stopped(session, office.who("supervisor"), queries.StoppedFilter(kind="delivery"))
        none = queries.stopped(session, office.who("supervisor"), queries.StoppedFilter(at="somebody.else"))
    assert {one.id for one in found} == {row.id for row in dead} and not none
    assert "no line" in found[0].problem.params["error"]
    row: UUID = dead[0].id
    assert office.send(SettleDelivery, office.who("supervisor"), delivery_id=row, way=way, reason="x")["state"] == state
    assert [one.data["way"] for one in office.events("delivery.settled")] == [way]
    office.work()
    assert office.rows(Delivery, Delivery.id == row)[0].state == {"pending": "done"}.get(state, state)
    assert taken == ([event.id] if way == "retry" else [])
    with pytest.raises(Conflict):
        office.send(SettleDelivery, office.who("supervisor"), delivery_id=row, way=way, reason="x")


def test_where_the_process_itself_stands_only_a_try_or_a_move_helps(office: Office) -> None:
    office.submit()
    office.work()

    def stop(uow: Any) -> None:
        uow.session.add(IncidentRow(
            tenant_id=uow.tenant_id, instance_id=office.case().instance_id, source="engine", element_id="gw",
            code="no_flow", message="no flow", params={}, opened_at=uow.now))

    transact(office.tenant_id, SYSTEM, stop)
    (incident,) = office.rows(IncidentRow)
    with pytest.raises(Conflict, match="try it again"):
        settle(office, incident, "skip")
    assert office.send(RetryIncident, office.who("supervisor"), incident_id=incident.id)
