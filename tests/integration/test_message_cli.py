"""`flask message publish`: a process begins by it, and one that waits goes on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.cases.model import Case, every
from app.catalog.commands import PublishDefinition
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.workers import loop
from tests.integration.test_instance_cli import tenant
from tests.integration.test_start_triggers import MESSAGE, diagram


def test_from_the_shell(any_app: Any) -> None:
    runner = any_app.test_cli_runner(env={"LC_ALL": "en_GB.UTF-8"})

    def run(*given: str, code: int = 0) -> str:
        with any_app.app_context():
            done = runner.invoke(args=["message", "publish", *given])
        assert done.exit_code == code, done.output
        return str(done.output)

    def matter() -> Case:
        with database.current().read(tenant()) as session:
            return session.scalars(every(select(Case).where(Case.nature == "started"))).one()

    dispatch(PublishDefinition(tenant_id=tenant(), actor=SYSTEM, kind="process", definition_key="round",
                               data=diagram(MESSAGE), reason="x"))
    loop.until_idle()
    assert "0" in run("storm", "--tenant", "demo", "--variables", '{"area": 7}', "--reason", "the gauge is broken")
    loop.until_idle()
    key = str(matter().id)
    for wrong in ("[1]", "{"):
        run("stop", "--tenant", "demo", "--key", key, "--variables", wrong, "--reason", "x", code=2)
    assert "Please say why." in run("stop", "--tenant", "demo", "--key", key, "--reason", " ", code=1)
    assert matter().status == "open"
    assert "1" in run("stop", "--tenant", "demo", "--key", key, "--reason", "it will never come")
    loop.until_idle()
    assert matter().status == "closed"
