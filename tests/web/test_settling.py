"""The page of what stopped: narrowed, looked at, settled, one or many; and the page of running processes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.cases.commands import SubmitCase
from app.cases.model import Case
from app.engine.model import IncidentRow, ProcessInstance
from app.kernel import bus, database
from app.kernel.commands import GUEST, SYSTEM
from app.kernel.events import Delivery
from app.kernel.unit_of_work import transact
from app.tenancy.queries import tenant_by_slug
from app.workers import loop
from tests.web.admin_pages import Desk, Labels


def stopped(number: int = 2) -> tuple[UUID, list[str], list[str]]:
    """(office, cases, pieces): so many cases with an incident each, and one dead delivery."""
    tenant = tenant_by_slug("demo")
    assert tenant is not None
    cases = [bus.dispatch(SubmitCase(tenant_id=tenant.tenant_id, actor=GUEST, text="楼道灯坏了", service="LS01",
                                     phone=f"1390000000{one}"))["case_id"] for one in range(number)]
    loop.until_idle()

    def stop(uow: Any) -> list[str]:
        pieces = []
        for one in cases:
            case = uow.session.get_one(Case, (uow.tenant_id, UUID(one)))
            row = IncidentRow(tenant_id=uow.tenant_id, instance_id=case.instance_id, source="worker",
                              element_id="task_notify", code="job_failed", message="The job failed.", params={},
                              opened_at=uow.now)
            uow.session.add(row)
            uow.session.flush()
            pieces.append(f"incident:{row.id}")
        dead = Delivery(tenant_id=uow.tenant_id, event_id=UUID(int=7), case_id=None, state="dead", attempts=8,
                        subscriber="test.gone", run_at=uow.now, last_error="OSError: no line")
        uow.session.add(dead)
        uow.session.flush()
        return [*pieces, f"delivery:{dead.id}"]

    return tenant.tenant_id, cases, transact(tenant.tenant_id, SYSTEM, stop)


def test_many_are_looked_at_and_settled_with_one_reason(app: Any) -> None:
    tenant_id, _cases, pieces = stopped()
    desk = Desk(app, "supervisor")
    page = desk.get("/staff/incidents")
    assert page.count('name="piece"') == 3 and "no line" in page
    assert desk.get("/staff/incidents?f_kind=delivery").count('name="piece"') == 1
    assert desk.get("/staff/incidents?f_at=task_notify&f_process=service_request").count('name="piece"') == 2
    marks = desk.marks("/staff/incidents")
    send = lambda **more: desk.client.post("/t/demo/staff/incidents/settle", data={  # noqa: E731
        **marks, "piece": pieces, "way": "skip", "reason": "looked it up", **more})
    seen = send(look="1")
    assert seen.status_code == 200 and "What it would come to" in seen.text
    assert send(reason=" ").status_code == 409 and send(variables="{").status_code == 422
    assert send(way="wish").status_code == 404
    with database.current().read(tenant_id) as session:
        assert session.query(IncidentRow).filter(IncidentRow.resolved_at.is_(None)).count() == 2
    assert send().status_code == 303
    page = desk.get("/staff/incidents")
    assert 'name="piece"' not in page and "Settled: 3." in page
    with database.current().read(tenant_id) as session:
        assert [row.state for row in session.query(Delivery).filter_by(subscriber="test.gone")] == ["skipped"]


def test_who_may_only_retry_settles_nothing(app: Any) -> None:
    stopped(1)
    desk = Desk(app, "operator")
    page = desk.get("/staff/incidents")
    assert 'value="retry"' in page and 'value="skip"' not in page


def test_many_processes_are_suspended_and_resumed(app: Any) -> None:
    tenant_id, cases, _pieces = stopped()
    desk = Desk(app, "supervisor")
    assert all(one in desk.get("/staff/processes?process=service_request") for one in cases)
    assert cases[0] not in desk.get("/staff/processes?at=no_such_element")
    page = desk.get("/staff/processes")
    assert "Resident&#39;s request (2)" in page and 'id="f-at"' not in page and "task_intake" not in page, "names, not ids"
    page = desk.get("/staff/processes?process=service_request")
    assert '<option value="task_intake">Take in the request</option>' in page and not Labels(page).faults()
    assert cases[0] in desk.get("/staff/processes?process=service_request&at=task_intake")
    marks = desk.marks("/staff/processes")
    for act, status in (("suspend", "suspended"), ("resume", "active")):
        answer = desk.client.post("/t/demo/staff/processes", data={**marks, "case": cases, "act": act, "reason": "x"})
        assert answer.status_code == 303
        with database.current().read(tenant_id) as session:
            keys = session.query(ProcessInstance).filter(ProcessInstance.business_key.in_(cases))
            assert {row.status for row in keys} == {status}
    again = desk.client.post("/t/demo/staff/processes", data={**marks, "case": cases, "act": "resume", "reason": "x"})
    assert again.status_code == 409 and "not suspended" in again.text
