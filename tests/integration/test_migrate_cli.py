"""`flask instance migrate` and `migrations`: looked at without a trace, moved, listed, stopped and taken back."""

from __future__ import annotations

import json
import re
from typing import Any

from app import catalog
from app.cases.commands import SubmitCase
from app.cases.moving import MigrationRun, PlanMigration
from app.catalog import queries
from app.catalog.commands import PublishDefinition
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM
from app.workers import loop
from tests.integration.test_instance_cli import at, run, tenant

__all__ = ["run"]
KEY = "service_request"


def publish() -> None:
    with database.current().read(tenant()) as session:
        before = catalog.live(session, tenant(), "process", KEY)
    assert before is not None
    text = before.data.decode().replace('"task_intake"', '"task_reception"').replace(">task_intake<", ">task_reception<")
    dispatch(PublishDefinition(tenant_id=tenant(), actor=SYSTEM, kind="process", definition_key=KEY, reason="x",
                               data=text.encode(), file=f"processes/tenants/demo/{KEY}/{KEY}.bpmn"))


def test_from_the_shell(run: Any) -> None:  # noqa: F811
    numbers = [dispatch(SubmitCase(tenant_id=tenant(), actor=GUEST, text=text, name="王女士", phone=phone, module="CS",
                                   service="CS01"))["number"]
               for text, phone in (("垃圾三天没有清运。", "13900000001"), ("路灯不亮，看不清路。", "13900000002"))]
    loop.until_idle()
    with database.current().read(tenant()) as session:
        (shipped,) = queries.history(session, tenant(), "process", KEY)
    publish()
    move = ("migrate", "--tenant", "demo", "--process", KEY, "--from", shipped.hash[:12], "--to", "1", "--reason", "better")
    told = run(*move, "--look")
    assert "task_intake is gone in the new version" in told and "2 cases: 0 can move, 2 stay." in told
    lines = [json.loads(line) for line in run(*move, "--look", "--json", "--map", "task_intake=task_reception").splitlines()]
    assert [(one["number"], one["at"], one["verdict"]) for one in lines] == [(one, ["task_intake"], "can") for one in numbers]
    with database.current().read(tenant()) as session:
        assert session.query(MigrationRun).count() == 0, "a look leaves nothing behind"
    assert "no pair" in run(*move, "--map", "x", code=2) and "There is no version 9" in run(
        *move[:6], "9", *move[7:], code=2)
    assert "There is no element nowhere" in run(*move, "--map", "task_intake=nowhere", code=1)
    told = run(*move, "--map", "task_intake=task_reception", "--at", "task_intake")
    assert "2 cases: 2 can move, 0 stay." in told and "2 of 2 done: 2 moved, 0 stayed, 0 failed." in told
    assert at() == {one: ["task_reception"] for one in numbers}
    listed = run("migrations", "--tenant", "demo", "--process", KEY)
    run_id = re.match(r"[0-9a-f-]{36}", listed)
    assert run_id and "done" in listed and "better" in listed
    assert "not under way" in run("migrations", "--tenant", "demo", "--stop", run_id[0], code=1)
    assert "cannot be started" in run("migrations", "--tenant", "demo", "--start", run_id[0], code=1)
    assert "say why" in run("migrations", "--tenant", "demo", "--back", run_id[0], code=1)
    assert "2 moved" in run("migrations", "--tenant", "demo", "--back", run_id[0], "--reason", "worse")
    assert at() == {one: ["task_intake"] for one in numbers}


def test_a_move_is_paused_and_resumed_from_the_shell(run: Any) -> None:  # noqa: F811
    dispatch(SubmitCase(tenant_id=tenant(), actor=GUEST, text="路灯不亮。", name="王女士", phone="13900000001", module="CS",
                        service="CS01"))
    loop.until_idle()
    with database.current().read(tenant()) as session:
        (shipped,) = queries.history(session, tenant(), "process", KEY)
    publish()
    with database.current().read(tenant()) as session:
        current = queries.effective(session, tenant(), "process", KEY)
    run_id = dispatch(PlanMigration(tenant_id=tenant(), actor=SYSTEM, process_id=KEY, from_hash=shipped.hash,
                                    to_hash=current.hash, reason="better"))["run_id"]
    assert "Missing option" in run("migrations", code=2)
    assert "No such" in run("migrations", "halt", code=2)
    run("migrations", "pause", run_id, "--tenant", "demo", "--reason", "wait")
    assert "not under way" in run("migrations", "pause", run_id, "--tenant", "demo", "--reason", "again", code=1)
    loop.until_idle()
    assert "paused" in run("migrations", "--tenant", "demo")
    run("migrations", "resume", run_id, "--tenant", "demo", "--reason", "on")
    loop.until_idle()
    assert "planned" in run("migrations", "--tenant", "demo")
