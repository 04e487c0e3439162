"""Rights, conflicts and hostile input on cases: each inside the transaction of the action."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.auth.commands import SetMemberships
from app.cases import queries
from app.cases.commands import AddNote, ClaimTask, CompleteTask, ReleaseTask
from app.cases.model import FormSubmission
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM, Actor
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound, YikouError
from app.kernel.events import StoredEvent
from tests.integration.play import Office
from tests.integration.test_lifecycle import INTAKE, to_handling


def intake(office: Office) -> Any:
    office.submit()
    office.work()
    return office.tasks()["task_intake"]


def complete(office: Office, row: Any, actor: Actor, data: dict, **more: Any) -> Any:
    return office.send(CompleteTask, actor, task_id=row.id, data=data, **more)


def refused(office: Office, error: type[YikouError], kind: type, actor: Actor, **data: Any) -> None:
    """The command is refused and leaves nothing behind."""
    before = len(office.rows(StoredEvent)), len(office.rows(FormSubmission))
    with pytest.raises(error):
        office.send(kind, actor, **data)
    assert (len(office.rows(StoredEvent)), len(office.rows(FormSubmission))) == before


def test_security_22_fields_that_the_form_does_not_have_are_refused(office: Office) -> None:
    row = intake(office)
    clerk = office.who("intake_clerk")
    for name in ("assignee", "tenant_id", "sid", "__builtins__", "case_id", "limits", "typename", "unit"):
        refused(office, Invalid, CompleteTask, clerk, task_id=row.id, data=INTAKE | {name: "x"})
    assert "task_intake" in office.tasks()


def test_security_24_a_task_is_there_for_its_groups_only(office: Office) -> None:
    to_handling(office)
    row = office.tasks()["task_handle"]
    stranger, guest = office.who("handler@FWB"), GUEST
    for kind in (ClaimTask, ReleaseTask, CompleteTask):
        refused(office, Conflict, kind, stranger, task_id=row.id)
        refused(office, Forbidden, kind, guest, task_id=row.id)
        refused(office, Forbidden, kind, office.who("leader"), task_id=row.id)
    with database.current().read(office.tenant_id) as session:
        assert not queries.inbox_page(session, stranger).rows
        with pytest.raises(Conflict) as hidden:
            queries.task_page(session, stranger, row.id)
        with pytest.raises(Conflict) as unknown:
            queries.task_page(session, stranger, UUID(int=1))
        assert str(hidden.value) == str(unknown.value)
        with pytest.raises(Forbidden):
            queries.inbox_page(session, stranger, queries.InboxFilter(scope="all"))
        assert queries.inbox_page(session, office.who("supervisor"), queries.InboxFilter(scope="all")).rows
        with pytest.raises(NotFound):
            queries.case_page(session, office.who("provider@WBS"), office.case_id)


def test_security_25_twice_or_out_of_order_changes_nothing(office: Office) -> None:
    row = intake(office)
    clerk = office.who("intake_clerk")
    refused(office, Conflict, CompleteTask, clerk, task_id=uuid4(), data=INTAKE)
    complete(office, row, clerk, INTAKE)
    office.work()
    for kind in (CompleteTask, ClaimTask, ReleaseTask):
        refused(office, Conflict, kind, clerk, task_id=row.id)
    refused(office, Conflict, CompleteTask, office.who("handler@LRS"), task_id=office.tasks()["task_accept_work"].id,
            data={"accept_decision": "accept"}, form_hash="0" * 64)


def test_security_25_the_same_key_gives_the_same_answer(office: Office) -> None:
    row = intake(office)
    clerk = office.who("intake_clerk")
    first = complete(office, row, clerk, INTAKE, key="k1")
    assert complete(office, row, clerk, INTAKE, key="k1") == first
    assert len(office.rows(FormSubmission)) == 1
    with pytest.raises(Conflict):
        complete(office, row, clerk, INTAKE | {"place_note": "anders"}, key="k1")


def test_two_clerks_at_one_task_are_told_of_each_other(office: Office) -> None:
    row = intake(office)
    clerks = [actor for actor in office.demo.actors.values() if "intake_clerk" in actor.groups]
    first = clerks[0]
    second = next(actor for actor in clerks if actor.user_id != first.user_id)
    office.send(ClaimTask, first, task_id=row.id)
    office.send(ClaimTask, first, task_id=row.id)
    for kind, data in ((ClaimTask, {}), (ReleaseTask, {}), (CompleteTask, {"data": INTAKE})):
        with pytest.raises(Conflict) as caught:
            office.send(kind, second, task_id=row.id, **data)
        assert caught.value.params == {"name": first.name}
    office.send(ReleaseTask, first, task_id=row.id)
    office.send(ClaimTask, second, task_id=row.id)
    assert complete(office, row, second, INTAKE)["case_id"] == str(office.case_id)


def test_security_27_fifty_at_once_and_one_wins(office: Office) -> None:
    row = intake(office)
    clerks = list({a.user_id: a for a in office.demo.actors.values() if "intake_clerk" in a.groups}.values())
    results: list[str] = []
    gate = threading.Barrier(50)

    def go(number: int) -> None:
        gate.wait()
        try:
            complete(office, row, clerks[number % len(clerks)], INTAKE)
            results.append("won")
        except Conflict:
            results.append("conflict")
        except Exception as error:
            results.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=go, args=(n,)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["conflict"] * 49 + ["won"], sorted(set(results))
    assert len(office.rows(FormSubmission)) == 1 and len(office.events("case.task_completed")) == 1


def test_security_37_a_right_taken_away_meanwhile_no_longer_counts(office: Office) -> None:
    row = intake(office)
    clerk = office.who("intake_clerk")
    administrator = office.who("administrator")
    dispatch(SetMemberships(tenant_id=office.tenant_id, actor=administrator, user_id=clerk.user_id,
                            memberships=(("leader", None),)))
    assert "intake_clerk" in clerk.groups, "the browser still holds the old actor"
    refused(office, Forbidden, CompleteTask, clerk, task_id=row.id, data=INTAKE)
    refused(office, Forbidden, ClaimTask, clerk, task_id=row.id)
    refused(office, Forbidden, AddNote, clerk, case_id=office.case_id, text="x")


def test_commands_of_workers_are_for_workers_only(office: Office) -> None:
    from app.cases.commands import DeliverToCase, FireDueTimer, NoteJobFailure, NoteTimerFailure, RunJob

    administrator = office.who("administrator")
    for kind, data in ((RunJob, {"job_id": uuid4()}), (FireDueTimer, {"timer_id": uuid4()}),
                       (NoteJobFailure, {"job_id": uuid4(), "error": ""}),
                       (NoteTimerFailure, {"timer_id": uuid4(), "error": ""}),
                       (DeliverToCase, {"name": "x", "message_key": str(uuid4())})):
        with pytest.raises(Forbidden):
            office.send(kind, administrator, **data)
    assert office.send(RunJob, SYSTEM, job_id=uuid4()) == {"done": False}


@pytest.mark.parametrize("data", [
    {"text": " "}, {"text": "x" * 10_001}, {"channel": "fax"}, {"urgency_claimed": "now"}, {"module": "XX"},
    {"lat": float("nan"), "lng": 1.0}, {"lat": 91.0, "lng": 1.0}, {"lat": 1.0}, {"name": "n" * 121},
])
def test_a_request_that_cannot_be_is_refused(office: Office, data: dict) -> None:
    with pytest.raises(Invalid):
        office.submit(**{"text": "text", **data})
    assert not office.rows(StoredEvent, StoredEvent.type == "case.submitted")
