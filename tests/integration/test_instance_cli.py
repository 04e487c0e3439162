"""`flask instance`: list, suspend, resume and move, one by number or many by filter; what fails is told."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.cases.commands import SubmitCase
from app.cases.model import Case
from app.engine.model import IncidentRow, OpenTaskRow
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM
from app.kernel.unit_of_work import transact
from app.tenancy.queries import tenant_by_slug
from app.workers import loop


@pytest.fixture
def run(any_app: Any) -> Any:
    runner = any_app.test_cli_runner(env={"LC_ALL": "en_GB.UTF-8"})

    def words(*given: str, code: int = 0) -> str:
        with any_app.app_context():
            done = runner.invoke(args=["instance", *given])
        assert done.exit_code == code, done.output
        return str(done.output)
    return words


def tenant() -> UUID:
    found = tenant_by_slug("demo")
    assert found is not None
    return found.tenant_id


def at() -> dict[str, list[str]]:
    """Number -> elements of the open tasks."""
    with database.current().read(tenant()) as session:
        rows = session.execute(select(Case.number, OpenTaskRow.element_id).join(
            OpenTaskRow, OpenTaskRow.instance_id == Case.instance_id))
        found: dict[str, list[str]] = {}
        for number, element in rows:
            found.setdefault(number, []).append(element)
    return found


def test_many_by_filter_and_one_by_number(run: Any) -> None:
    first, second = (dispatch(SubmitCase(tenant_id=tenant(), actor=GUEST, text=text, name="王女士", phone=phone,
                                         module="CS", service="CS01"))["number"]
                     for text, phone in (("垃圾三天没有清运。", "13900000001"), ("路灯不亮，看不清路。", "13900000002")))
    loop.until_idle()
    listed = [json.loads(line) for line in run("list", "--tenant", "demo", "--at", "task_intake", "--json").splitlines()]
    assert {one["number"] for one in listed} == {first, second}
    assert {(one["process"], one["suspended"], one["incidents"]) for one in listed} == {("service_request", False, 0)}
    assert "narrow them" in run("suspend", "--tenant", "demo", "--reason", "x", code=1)
    assert "2 of 2" in run("suspend", "--tenant", "demo", "--at", "task_intake", "--reason", "audit")
    assert run("list", "--tenant", "demo", "--process", "service_request").count("suspended") == 2
    move = ("move", "--tenant", "demo", "--reason", "go", "--cancel", "task_intake", "--to", "task_classify")
    assert second in run(*move, second, code=1), "a suspended one is not among those"
    run("resume", "--tenant", "demo", "--reason", "audit over", first)
    assert "分类" in run(*move, "--look", first) and at()[first] == ["task_intake"]
    run(*move, first)
    assert at() == {first: ["task_classify"], second: ["task_intake"]}
    assert "gw_nowhere stands in no scope" in run(
        "move", "--tenant", "demo", "--reason", "go", "--to", "gw_nowhere", first, code=1)


def test_what_stopped_is_listed_looked_at_and_settled_by_filter(run: Any) -> None:
    number = dispatch(SubmitCase(tenant_id=tenant(), actor=GUEST, text="路灯坏了。", service="LS01"))["number"]
    loop.until_idle()

    def stop(uow: Any) -> None:
        case = uow.session.scalars(select(Case).where(Case.number == number)).one()
        for element in ("task_one", "task_two"):
            uow.session.add(IncidentRow(
                tenant_id=uow.tenant_id, instance_id=case.instance_id, source="worker", element_id=element,
                code="job_failed", message="The job failed.", params={}, opened_at=uow.now))

    transact(tenant(), SYSTEM, stop)
    listed = [json.loads(line) for line in run("stopped", "--tenant", "demo", "--json").splitlines()]
    assert {one["at"] for one in listed} == {"task_one", "task_two"} and {one["number"] for one in listed} == {number}
    assert "name cases" in run("skip", "--tenant", "demo", "--reason", "x", code=1)
    run("skip", "--tenant", "demo", "--at", "task_one", "--reason", "x", "--look")
    assert len(run("stopped", "--tenant", "demo").splitlines()) == 2, "a look leaves nothing"
    assert "1 of 1" in run("skip", "--tenant", "demo", "--at", "task_one", "--reason", "x")
    assert "Only a job" in run("resolve", "--tenant", "demo", number, "--reason", "x", "--set", '{"a": 1}', code=1)
    assert "1 of 1" in run("retry", "--tenant", "demo", number, "--reason", "x")
    assert run("stopped", "--tenant", "demo") == ""
