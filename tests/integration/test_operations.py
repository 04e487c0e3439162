"""Running processes by hand: moved with a look first, suspended and resumed; each with reason, event and right."""

from __future__ import annotations

from typing import Any

import pytest

from app.auth.actors import actor_of
from app.cases import queries
from app.cases.commands import ClaimTask, CompleteTask, ModifyCase, NoteTimerFailure, ResumeCase, SuspendCase
from app.cases.model import CaseEntry
from app.engine.model import JobRow, TimerRow
from app.kernel import bus, database
from app.kernel.commands import SYSTEM
from app.kernel.errors import Conflict, Forbidden, Invalid
from tests.integration.play import Office
from tests.integration.test_lifecycle import INTAKE, on_to_handling


def page(office: Office, who: str = "supervisor") -> Any:
    with database.current().read(office.tenant_id) as session:
        return queries.process_page(session, actor_of(session, office.who(who).user_id), office.case_id)  # type: ignore[arg-type]


def modify(office: Office, who: str = "supervisor", **more: Any) -> Any:
    return office.send(ModifyCase, office.who(who), case_id=office.case_id, reason="wrong unit", **more)


def test_a_case_is_moved_back_with_a_look_first(office: Office) -> None:
    office.submit()
    office.work()
    assert "task_intake" in office.tasks()
    (token,) = [one for one in page(office).tokens if one.element.id == "task_intake"]
    wanted: dict[str, Any] = {"cancel": (token.task_id,), "activate": ("task_classify",), "variables": {"kind": "help"}}
    command = ModifyCase(tenant_id=office.tenant_id, actor=office.who("supervisor"), case_id=office.case_id,
                         reason="look", **wanted)
    seen = bus.rehearse(command, lambda session: queries.standing_of(session, office.case_id))
    assert [en for _zh, en in seen.tasks] == ["Classify"] and not seen.closed, seen
    assert "task_intake" in office.tasks() and not office.events("case.modified")
    assert modify(office, **wanted)["tasks"] == ["task_classify"]
    assert page(office).variables["kind"] == "help"
    (event,) = office.events("case.modified")
    assert (event.data["cancelled"], event.data["activated"], event.data["variables"]) == (
        1, 1, 1)
    (entry,) = office.rows(CaseEntry, CaseEntry.kind == "operation")
    assert (entry.body, entry.visibility) == ("wrong unit\n- task_intake\n+ task_classify\n= kind", "staff")


@pytest.mark.parametrize(("who", "more", "error"), [
    ("handler@LRS", {"activate": ("task_classify",)}, Forbidden),
    ("supervisor", {"activate": ("gw_nowhere",)}, Invalid),
    ("supervisor", {"cancel": ("0" * 32,), "activate": ("task_classify",)}, Conflict),
    ("supervisor", {}, Invalid)])
def test_what_cannot_be_leaves_everything_as_it_was(office: Office, who: str, more: Any, error: type[Exception]) -> None:
    office.submit()
    office.work()
    with pytest.raises(error):
        modify(office, who, **more)
    assert list(office.tasks()) == ["task_intake"] and not office.rows(CaseEntry, CaseEntry.kind == "operation")


def test_nothing_moves_a_suspended_case_and_it_catches_up(office: Office) -> None:
    office.submit()
    task = office.tasks() or (office.work() and office.tasks())
    row = office.tasks()["task_intake"]
    clerk = office.who("intake_clerk")
    office.send(ClaimTask, clerk, task_id=row.id)
    office.send(SuspendCase, office.who("supervisor"), case_id=office.case_id, reason="under investigation")
    assert page(office).suspended and task
    with pytest.raises(Conflict, match="suspended"):
        office.send(CompleteTask, clerk, task_id=row.id, data=INTAKE, form_hash=row.form_hash)
    with pytest.raises(Conflict):
        office.send(SuspendCase, office.who("supervisor"), case_id=office.case_id, reason="again")
    before = {row.id: row.due_at for row in office.rows(TimerRow)}
    office.wait(days=30)
    assert {row.id: row.due_at for row in office.rows(TimerRow)} == before and not office.rows(
        JobRow, JobRow.state == "pending")
    office.send(ResumeCase, office.who("supervisor"), case_id=office.case_id, reason="done")
    office.work()
    assert not any(row.due_at and row.due_at <= office.clock.now() for row in office.rows(TimerRow))
    office.send(CompleteTask, clerk, task_id=row.id, data=INTAKE, form_hash=row.form_hash)
    assert [event.type for event in office.events("case.suspended") + office.events("case.resumed")] == [
        "case.suspended", "case.resumed"]


def test_what_an_incident_holds_stays_held(office: Office) -> None:
    office.submit()
    office.work()
    office.do("task_intake", **INTAKE)
    on_to_handling(office)
    timers = office.rows(TimerRow)
    office.send(NoteTimerFailure, SYSTEM, timer_id=timers[0].id, error="broken")
    for kind in (SuspendCase, ResumeCase):
        office.send(kind, office.who("administrator"), case_id=office.case_id, reason="why")
    held = {row.id for row in office.rows(TimerRow) if row.held}
    assert held == {timers[0].id}
