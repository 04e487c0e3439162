"""Live counts on diagrams: where open cases stand and how many went through, by version, on both databases."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from app import catalog
from app.auth.actors import actor_of
from app.cases import queries as cases
from app.cases.commands import WithdrawCase
from app.cases.model import CaseStep
from app.cases.queries import Standing
from app.catalog.commands import PublishDefinition
from app.engine.model import IncidentRow, OpenTaskRow
from app.insight.diagrams import DiagramFigures, diagram_figures
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.errors import Forbidden
from app.kernel.ids import new_id
from app.kernel.unit_of_work import transact
from tests.integration.play import Office
from tests.integration.test_lifecycle import INTAKE

ROOT = "service_request"


def seen(office: Office, key: str = ROOT, digest: str | None = None, who: str = "analyst") -> DiagramFigures:
    with database.current().read(office.tenant_id) as session:
        live = catalog.live(session, office.tenant_id, "process", key)
        assert live is not None
        definition = catalog.compiled_by_hash(session, office.tenant_id, digest or live.hash)[1]
        return diagram_figures(session, actor_of(session, office.who(who).user_id), definition)  # type: ignore[arg-type]


def live(found: DiagramFigures) -> dict[str, int]:
    return {one.element_id: one.live for one in found.elements if one.live}


def test_counts_are_those_of_the_open_tasks(office: Office) -> None:
    for _ in range(3):
        office.submit()
        office.work()
    office.do("task_intake", **INTAKE)
    root = seen(office)
    assert live(root)["task_intake"] == 2 and root.open == 3
    handling = next(process_id for process_id, _hash, _number in root.related)
    inner = seen(office, handling)
    assert live(inner) == {"task_accept_work": 1} and inner.open == 1
    calls = [one for one in root.elements if one.type == "callActivity" and one.live]
    assert [one.live for one in calls] == [1] and calls[0].name_en and calls[0].name_zh
    for element, number in Counter((row.process_id, row.element_id) for row in office.rows(OpenTaskRow)).items():
        assert live(seen(office, element[0]))[element[1]] == number
    passed = {one.element_id: one.passed for one in root.elements}
    assert passed["task_intake"] == 1 and passed["start_submitted"] == 3
    done = Counter(row.element_id for row in office.rows(CaseStep, CaseStep.process_id == ROOT) if row.how == "completed")
    assert {element: number for element, number in passed.items() if number} == dict(done)


def test_closed_cases_stand_nowhere_and_old_ones_have_passed(office: Office) -> None:
    office.submit()
    office.work()
    office.send(WithdrawCase, token=office.token)
    office.work()
    assert office.case().status == "closed"
    found = seen(office)
    assert not live(found) and found.open == 0 and any(one.passed for one in found.elements)
    office.clock.advance(timedelta(days=31))
    assert not seen(office).elements


def test_each_version_counts_its_own(office: Office) -> None:
    office.submit()
    office.work()
    with database.current().read(office.tenant_id) as session:
        old = catalog.live(session, office.tenant_id, "process", ROOT)
    assert old is not None
    data = old.data.replace(b"</bpmn:definitions>", b"<!-- once more --></bpmn:definitions>")
    dispatch(PublishDefinition(
        tenant_id=office.tenant_id, actor=office.who("administrator"), kind="process", definition_key=ROOT, data=data,
        file=f"tenants/demo/processes/{ROOT}/{ROOT}.bpmn", reason="x"))
    for _ in range(2):
        office.submit()
        office.work()
    new = seen(office)
    assert (new.open, live(new)["task_intake"]) == (2, 2)
    before = seen(office, digest=old.hash)
    assert (before.open, live(before)["task_intake"]) == (1, 1)
    with database.current().read(office.tenant_id) as session:
        assert cases.open_by_version(session, ROOT, [old.hash, new.hash, "0" * 64]) == {
            old.hash: 1, new.hash: 2, "0" * 64: 0}


def test_an_incident_is_counted_at_its_element(office: Office) -> None:
    office.submit()
    office.work()
    case = office.case()

    def stop(uow: Any) -> None:
        for element in ("task_intake", "task_nowhere"):
            uow.session.add(IncidentRow(tenant_id=uow.tenant_id, id=new_id(), instance_id=case.instance_id, code="x",
                                        element_id=element, message="x", opened_at=uow.now))
    transact(office.tenant_id, SYSTEM, stop)
    assert {one.element_id: one.stopped for one in seen(office).elements if one.stopped} == {"task_intake": 1}


def test_the_list_behind_a_count_holds_these_cases(office: Office) -> None:
    sent = []
    for _ in range(3):
        sent.append((office.submit(), office.number))
        office.work()
    office.do("task_intake", case_id=sent[0][0], **INTAKE)
    wanted = [number for _id, number in sent[1:]]
    digest = seen(office).hash
    with database.current().read(office.tenant_id) as session:
        chief = actor_of(session, office.who("supervisor").user_id)  # type: ignore[arg-type]
        found = cases.search_cases(session, chief, standing=Standing(ROOT, digest, "task_intake"))
        assert sorted(one.number for one in found) == sorted(wanted)
        assert not cases.search_cases(session, chief, standing=Standing(ROOT, "0" * 64, "task_intake"))
        assert not cases.search_cases(session, chief, standing=Standing("%", "%", "task_intake"))


def test_security_23_counts_are_for_who_reads_definitions(office: Office) -> None:
    for who in ("handler@LRS", "leader", "head@LRS", "provider@WBS"):
        with pytest.raises(Forbidden):
            seen(office, who=who)
