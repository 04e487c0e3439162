"""The office's settings are the budget of its processes: what goes beyond is an incident once, and goes on when mended."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from app.cases.commands import ModifyCase, OpenMatter, RetryIncident
from app.cases.model import FormSubmission
from app.engine import StepBudget, budgets
from app.engine.model import IncidentRow, OpenTaskRow, ProcessInstance
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.errors import Invalid
from app.kernel.unit_of_work import transact
from app.tenancy import zones
from app.tenancy.commands import SaveOffice
from tests.bench.offices import ROUNDS, begin_rounds, go_round, publish
from tests.integration.play import Office
from tests.integration.test_lifecycle import INTAKE


def allow(office: Office, **figures: object) -> None:
    values = {f"step_budget.{name}": str(value) for name, value in figures.items()}
    dispatch(SaveOffice(tenant_id=office.tenant_id, actor=office.who("administrator"), name_zh="示范街道", name_en="Model Street",
                        locale="zh", values=values, reason="x"))


def in_force(office: Office) -> StepBudget:
    return transact(office.tenant_id, SYSTEM, lambda uow: budgets.of(uow.session))


def test_each_figure_is_a_setting_with_bounds(office: Office) -> None:
    assert in_force(office) == StepBudget(), "the defaults on the page are those of the code"
    allow(office, steps=70, seconds=2, instances=20, depth=4, rounds=30, variable_bytes=8, state_bytes=100)
    assert in_force(office) == StepBudget(70, 2, 4, 20, 30, 8 * 1024, 100 * 1024)
    for name, wrong in (("steps", 10), ("steps", 10**6), ("seconds", 0), ("seconds", 3600), ("instances", 10**6), ("depth", 1),
                        ("rounds", 1), ("variable_bytes", 1), ("state_bytes", 10**9), ("rounds", "many"), ("depth", -3)):
        with pytest.raises(Invalid) as caught:
            allow(office, **{name: wrong})
        assert list(caught.value.fields) == [f"step_budget.{name}"]
    allow(office, rounds="")
    assert in_force(office).rounds == StepBudget().rounds


def test_the_defaults_on_the_page_are_those_of_the_engine() -> None:
    from app.tenancy.settings import REGISTRY

    shown = {one.name.partition(".")[2]: one.default for one in REGISTRY if one.name.startswith("step_budget.")}
    assert shown == {name: getattr(StepBudget(), name) for name in StepBudget.__dataclass_fields__}
    assert all(one.least <= one.default // one.scale <= one.most for one in REGISTRY if one.name.startswith("step_budget."))


def test_reading_them_asks_no_database_beside_what_a_step_reads_anyway(office: Office) -> None:
    statements: list[str] = []
    engine = database.current().engine

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    def ask(uow: Any) -> None:
        zones.local_now(uow)
        before = len(statements)
        budgets.of(uow.session)
        assert len(statements) == before

    event.listen(engine, "before_cursor_execute", note)
    try:
        transact(office.tenant_id, SYSTEM, ask)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert statements


def test_a_loop_beyond_its_rounds_stops_as_one_incident_and_goes_on_when_allowed(office: Office) -> None:
    publish(office, "rounds", ROUNDS)
    allow(office, rounds=10)
    matter = begin_rounds(office)
    for _ in range(10):
        assert not dispatch(go_round(office, matter))["stopped"]
    state = office.rows(ProcessInstance, ProcessInstance.business_key == str(matter))[0].state
    for _ in range(3):
        assert dispatch(go_round(office, matter))["stopped"]
    found = office.rows(IncidentRow)
    assert [(row.code, row.element_id, row.source, row.params["limit"]) for row in found] == [("budget_rounds", "m", "budget", 10)]
    assert office.rows(ProcessInstance, ProcessInstance.business_key == str(matter))[0].state == state
    assert list(office.tasks(matter)) == ["again"] and len(office.events("incident.opened", matter)) == 1
    assert office.rows(FormSubmission)[-1].data["co_result"] == "once more", "what was typed is kept"
    allow(office, rounds=20)
    assert not dispatch(go_round(office, matter))["stopped"]
    assert office.rows(IncidentRow)[0].resolved_at is not None
    assert len(office.rows(OpenTaskRow, OpenTaskRow.business_key == str(matter))) == 1


def test_an_operator_may_mend_the_case_instead_of_the_limit(office: Office) -> None:
    publish(office, "rounds", ROUNDS)
    allow(office, rounds=10)
    matter = begin_rounds(office)
    for _ in range(11):
        answer = dispatch(go_round(office, matter))
    assert answer["stopped"]
    with database.current().read(office.tenant_id) as session:
        token = session.scalars(office_task(matter)).one().id.hex
    office.send(ModifyCase, SYSTEM, case_id=matter, reason="genug", cancel=(token,), activate=("x",), variables={"result": "enough"})
    assert office.case(matter).status == "closed"
    assert all(row.resolved_at for row in office.rows(IncidentRow))


def office_task(matter: Any) -> Any:
    from sqlalchemy import select

    return select(OpenTaskRow).where(OpenTaskRow.business_key == str(matter))


def test_variables_of_an_operator_are_weighed_too(office: Office) -> None:
    publish(office, "rounds", ROUNDS)
    matter = begin_rounds(office)
    allow(office, variable_bytes=4)
    office.send(ModifyCase, SYSTEM, case_id=matter, reason="x", variables={"text": "x" * 5000})
    found = office.rows(IncidentRow)
    assert [(row.code, row.element_id, row.task_id) for row in found] == [("budget_variable", "rounds", None)]
    office.send(RetryIncident, office.who("administrator"), incident_id=found[0].id)
    assert office.rows(IncidentRow)[0].resolved_at is not None
    with pytest.raises(Exception, match="bytes"):
        dispatch(OpenMatter(tenant_id=office.tenant_id, actor=SYSTEM, nature="order", process_id="rounds", title="x",
                            variables={"text": "x" * 5000}))


def test_a_step_beyond_its_budget_keeps_the_form_and_says_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.submit()
    office.work()
    monkeypatch.setattr(budgets, "of", lambda uow: StepBudget(steps=0))
    answer = office.do("task_intake", **INTAKE)
    assert answer["stopped"] and "task_intake" in office.tasks()
    assert [row.code for row in office.rows(IncidentRow)] == ["budget_steps"]
    assert office.rows(FormSubmission)[0].data["intake_decision"] == "accept"
