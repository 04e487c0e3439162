"""A demo office on a database of its own, played by commands in this process, for benches of the engine."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import create_engine

from app.cases.commands import CompleteTask, OpenMatter
from app.catalog.commands import PublishDefinition
from app.engine.model import ProcessInstance
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.database import Database
from tests.databases import Copies, migrate, require_postgres
from tests.factories import demo_of, seed_demo
from tests.integration.play import Office

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
  id="d" targetNamespace="http://yikou.example/bench">"""
NAMED = '<extensionElements><zeebe:properties><zeebe:property name="name_en" value="{}"/></zeebe:properties></extensionElements>'
ROUNDS = f"""{HEAD}<process id="rounds" name="一轮又一轮" isExecutable="true">{NAMED.format("Rounds")}
<startEvent id="s"/><exclusiveGateway id="m"/>
<userTask id="again" name="再来"><extensionElements><zeebe:userTask/><zeebe:formDefinition formId="co_handle"/>
  <zeebe:assignmentDefinition candidateGroups="=[&quot;head@&quot; + unit]"/>
  <zeebe:ioMapping><zeebe:input source="=null" target="co_result"/><zeebe:input source="=number" target="co_request"/>
    <zeebe:output source="=co_result" target="result"/></zeebe:ioMapping>
  <zeebe:properties><zeebe:property name="name_en" value="Again"/></zeebe:properties></extensionElements></userTask>
<exclusiveGateway id="x" default="back"/><endEvent id="e"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="m"/><sequenceFlow id="f2" sourceRef="m" targetRef="again"/>
<sequenceFlow id="f3" sourceRef="again" targetRef="x"/><sequenceFlow id="back" sourceRef="x" targetRef="m"/>
<sequenceFlow id="f4" sourceRef="x" targetRef="e"><conditionExpression>=result = "enough"</conditionExpression></sequenceFlow>
</process></definitions>"""


@contextmanager
def office(kind: str) -> Iterator[tuple[Office, str]]:
    """The office and the address of its database; `kind` is sqlite or postgres."""
    if kind == "postgres":
        require_postgres()
    with tempfile.TemporaryDirectory() as folder:
        copies = Copies(kind, Path(folder))
        url = copies.empty()
        migrate(url)
        seed_demo(url)
        made = Database(create_engine(url))
        database.install(made)
        try:
            found: Any = None
            yield Office(demo_of(made), found), url
        finally:
            made.engine.dispose()
            copies.drop_all()


def publish(played: Office, key: str, text: str) -> None:
    """Put a diagram into force."""
    dispatch(PublishDefinition(tenant_id=played.tenant_id, actor=played.who("administrator"), kind="process",
                               definition_key=key, data=text.encode(), reason="bench"))


def begin_rounds(played: Office) -> UUID:
    """A matter that stands at its task, for as many rounds as one likes."""
    answer = dispatch(OpenMatter(tenant_id=played.tenant_id, actor=SYSTEM, nature="order", process_id="rounds",
                                 unit="LRS", title="一轮又一轮 / Rounds"))
    return UUID(answer["matter_id"])


def go_round(played: Office, matter: UUID) -> CompleteTask:
    """The command that completes the task that is open now."""
    row = played.tasks(matter)["again"]
    return CompleteTask(tenant_id=played.tenant_id, actor=played.who("head@LRS"), task_id=row.id, form_hash=row.form_hash,
                        data={"co_result": "once more"})


def state_bytes(played: Office, matter: UUID) -> int:
    """Size of the stored state."""
    return len(played.rows(ProcessInstance, ProcessInstance.business_key == str(matter))[0].state)
