"""An office with a small process, and a great many copies of one real running case of it, for benches of growth.

The copies are rows as the product wrote them, with ids of their own, spread over cases of their own; made by the
database itself (a million takes minutes). Their stored state keeps the ids of the original, so nobody steps them
unless the copy was made with `steppable`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, String, Table, Text, Uuid, create_engine, literal, select, text

from app.cases.commands import OpenMatter
from app.cases.model import Case, every
from app.catalog.commands import PublishDefinition
from app.deadlines.model import Deadline
from app.engine.model import OpenTaskGroup, OpenTaskRow, ProcessInstance, SubscriptionRow, TimerRow
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.database import Database
from app.kernel.events import Delivery, StoredEvent
from app.kernel.model import JsonDocument
from app.kernel.sequencer import EventNumber
from app.workers import loop
from tests.databases import Copies, migrate, require_postgres
from tests.factories import Demo, demo_of, seed_demo

KEY = "bench_wait"
FILE = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="http://yikou.example/bench">
<bpmn:message id="Message_more" name="more_known"><bpmn:extensionElements>
  <zeebe:subscription correlationKey="=case_id" /></bpmn:extensionElements></bpmn:message>
<bpmn:process id="bench_wait" name="等" isExecutable="true"><bpmn:extensionElements><zeebe:properties>
  <zeebe:property name="name_en" value="Wait" /></zeebe:properties></bpmn:extensionElements>
<bpmn:startEvent id="start" /><bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="task_look" />
{first}
<bpmn:boundaryEvent id="late" attachedToRef="task_look" cancelActivity="false"><bpmn:timerEventDefinition id="t">
  <bpmn:timeDuration>PT2400H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
<bpmn:sequenceFlow id="f2" sourceRef="late" targetRef="task_late" />
{late}
<bpmn:sequenceFlow id="f3" sourceRef="task_late" targetRef="late_end" /><bpmn:endEvent id="late_end" />
<bpmn:sequenceFlow id="f4" sourceRef="task_look" targetRef="task_more" />
{more}
<bpmn:sequenceFlow id="f5" sourceRef="task_more" targetRef="wait_more" />
<bpmn:intermediateCatchEvent id="wait_more"><bpmn:messageEventDefinition id="m" messageRef="Message_more" />
</bpmn:intermediateCatchEvent><bpmn:sequenceFlow id="f6" sourceRef="wait_more" targetRef="end" />
<bpmn:endEvent id="end"><bpmn:extensionElements><zeebe:properties>
  <zeebe:property name="outcome" value="closed" /></zeebe:properties></bpmn:extensionElements></bpmn:endEvent>
</bpmn:process></bpmn:definitions>
"""
TASK = """<bpmn:userTask id="{id}" name="{id}"><bpmn:extensionElements><zeebe:userTask />
  <zeebe:formDefinition formId="co_handle" />
  <zeebe:assignmentDefinition candidateGroups="=[&quot;head@&quot; + unit]" />
  <zeebe:ioMapping><zeebe:input source="=null" target="co_result" /><zeebe:input source="=number" target="co_request" />
  </zeebe:ioMapping>
  <zeebe:properties><zeebe:property name="name_en" value="{id}" /><zeebe:property name="phase" value="looking" />
  </zeebe:properties></bpmn:extensionElements></bpmn:userTask>"""
ROWS: tuple[tuple[Any, str], ...] = (
    (ProcessInstance, "id = :instance"), (Case, "id = :case"), (Deadline, "case_id = :case"),
    (OpenTaskRow, "instance_id = :instance"),
    (OpenTaskGroup, "task_id IN (SELECT id FROM open_task WHERE instance_id = :instance)"),
    (TimerRow, "instance_id = :instance"), (SubscriptionRow, "instance_id = :instance"),
    (StoredEvent, "case_id = :case"), (EventNumber, "id IN (SELECT id FROM event WHERE case_id = :case)"),
    (Delivery, "id = (SELECT id FROM delivery WHERE state = 'done' ORDER BY id LIMIT 1)"))

@dataclass
class Crowd:
    """A database with the demo office and the process. `copied`: how many copies it has."""

    database: Database
    demo: Demo
    copied: int = 0

    @property
    def tenant_id(self) -> UUID:
        """The office."""
        return self.demo.tenant_id

    def use(self) -> None:
        """Make this database the installed one."""
        database.install(self.database)

    def opened(self) -> UUID:
        """A new case that stands at its task; its id."""
        answer = dispatch(OpenMatter(tenant_id=self.tenant_id, actor=SYSTEM, nature="order", process_id=KEY,
                                     unit="LRS", title="垃圾清运"))
        return UUID(answer["matter_id"])

    def task(self, case_id: UUID) -> UUID:
        """Its open task."""
        with self.database.read(self.tenant_id) as session:
            return session.scalars(select(OpenTaskRow.id).where(OpenTaskRow.business_key == str(case_id))).one()

    def copy(self, case_id: UUID, upto: int) -> None:
        """Copies of a case, until there are so many, and fresh statistics of the tables."""
        with self.database.read(self.tenant_id) as session:
            instance = session.scalars(every(select(Case.instance_id).where(Case.id == case_id))).one()
        with self.database.engine.begin() as connection:
            if self.database.dialect == "postgresql":  # the owner is bound by row-level security, too
                connection.execute(text("SELECT set_config('app.tenant_id', :t, true)"), {"t": str(self.tenant_id)})
                _trust(connection)
            _copy(connection, {"instance": instance, "case": case_id}, self.copied, upto)
        self.copied = upto
        with self.database.engine.connect() as connection:
            connection.execute(text("ANALYZE"))
            connection.commit()


def _trust(connection: Any) -> None:
    """Copies refer to copies: looking each reference up would be most of the work. Only a superuser may leave it out."""
    if connection.execute(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")).scalar():
        connection.execute(text("SET LOCAL session_replication_role = replica"))


def _copy(connection: Any, root: dict[str, Any], start: int, upto: int) -> None:
    rows = [(model.__table__, _rows(connection, model.__table__, where, root)) for model, where in ROWS]
    _spread(rows, root["case"])
    top = connection.execute(text("SELECT max(number) FROM event_number")).scalar_one() - start * _events(rows)
    known = {row["id"]: number for number, row in enumerate(one for _table, found in rows for one in found)}
    for table, found in rows:
        for place, row in enumerate(found):
            names, values, given = [], [], {}
            for column in table.columns:
                sql = _value(connection.dialect.name, column, row[column.name], known, top + place + 1 - len(found), len(found))
                if sql is None:
                    given[f"v_{column.name}"] = row[column.name]
                    sql = f":v_{column.name}"
                names.append(f'"{column.name}"')
                values.append(sql)
            bound = [literal(value, type_=table.c[name[2:]].type).label(name) for name, value in given.items()]
            words = {one.name: one.element.value for one in bound}
            statement = text(f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {', '.join(values)} "
                             f"{_series(connection.dialect.name)}")
            typed = statement.bindparams(*(_bind(table, name, value) for name, value in words.items()))
            connection.execute(typed, {"start": start + 1, "upto": upto})


def _spread(rows: list[tuple[Table, list[dict[str, Any]]]], case_id: UUID) -> None:
    """The delivery is another event's, as no subscriber hears of this case: make it one of this case's."""
    found = {table.name: its for table, its in rows}
    for row in found["delivery"]:
        row["case_id"], row["event_id"] = case_id, found["event"][0]["id"]


def _events(rows: list[tuple[Table, list[dict[str, Any]]]]) -> int:
    return next(len(found) for table, found in rows if table.name == "event_number")


def _bind(table: Table, name: str, value: Any) -> Any:
    from sqlalchemy import bindparam

    return bindparam(name, value, type_=table.c[name[2:]].type)


def _series(dialect: str) -> str:
    if dialect == "postgresql":
        return "FROM generate_series(CAST(:start AS bigint), CAST(:upto AS bigint)) AS s(n)"
    return ("FROM (WITH RECURSIVE s(n) AS (SELECT :start UNION ALL SELECT n + 1 FROM s WHERE n < :upto) "
            "SELECT n FROM s) AS s")


def _rows(connection: Any, table: Table, where: str, root: dict[str, Any]) -> list[dict[str, Any]]:
    from sqlalchemy import bindparam

    condition = text(where).bindparams(*(bindparam(name, value, type_=Uuid()) for name, value in root.items()
                                         if f":{name}" in where))
    return [dict(row._mapping) for row in connection.execute(select(table).where(condition))]


def _id(dialect: str, number: int, dashed: bool = False) -> str:
    """SQL of the id that copy `s.n` has in place of the original's id with this number; later copies sort later."""
    if dialect == "postgresql":
        whole = f"('019' || lpad(to_hex(s.n), 9, '0') || '7{number:03x}8000' || lpad(to_hex(s.n), 12, '0'))"
        return f"CAST(CAST({whole} AS uuid) AS text)" if dashed else f"CAST({whole} AS uuid)"
    whole = f"printf('019%09x7{number:03x}8000%012x', s.n, s.n)"
    if dashed:
        return f"printf('019%05x-%04x-7{number:03x}-8000-%012x', s.n / 65536, s.n % 65536, s.n)"
    return whole


def _value(dialect: str, column: Any, value: Any, known: dict[UUID, int], place: int, of: int) -> str | None:
    """SQL for what differs from copy to copy; None for what is the same."""
    if isinstance(value, UUID):
        return _id(dialect, known[value]) if value in known else None
    if column.table.name == "event_number" and column.name == "number":
        return f"{place} + s.n * {of}"  # without a gap behind those that are there
    if f"{column.table.name}.{column.name}" in ("service_case.number", "service_case.token_hash", "open_task.number"):
        return "'C' || CAST(s.n AS varchar(20))"
    if isinstance(column.type, String | Text) and isinstance(value, str):
        found = next((one for one in known if str(one) == value), None)
        return _id(dialect, known[found], dashed=True) if found is not None else None
    if isinstance(column.type, JsonDocument) and value:
        return _document(dialect, column.type.process_bind_param(value, None), known)
    assert not isinstance(column.type, LargeBinary) or isinstance(value, bytes)
    return None


def _document(dialect: str, value: str, known: dict[UUID, int]) -> str | None:
    inside = [one for one in known if str(one) in value]
    sql = "'" + value.replace("'", "''").replace(":", "\\:") + "'"
    for one in inside:
        sql = f"replace({sql}, '{one}', {_id(dialect, known[one], dashed=True)})"
    return sql if inside else None


@contextmanager
def crowds(kind: str, folder: Path, number: int = 1) -> Iterator[list[Crowd]]:
    """So many databases with the demo office and the process, on sqlite or postgresql; the last is installed."""
    if kind == "postgresql":
        require_postgres()
    copies = Copies("postgres" if kind == "postgresql" else kind, folder)
    made: list[Crowd] = []
    try:
        template = copies.empty()
        migrate(template)
        seed_demo(template)
        for _ in range(number):
            engine = create_engine(copies.copy(template))
            one = Database(engine)
            database.install(one)
            made.append(Crowd(one, demo_of(one)))
            _publish(made[-1])
        yield made
    finally:
        for crowd in made:
            crowd.database.engine.dispose()
        copies.drop_all()


def _publish(crowd: Crowd) -> None:
    words = {name: TASK.format(id=f"task_{what}") for name, what in (("first", "look"), ("late", "late"), ("more", "more"))}
    actor = next(one for one in crowd.demo.actors.values() if "administrator" in one.roles)
    dispatch(PublishDefinition(
        tenant_id=crowd.tenant_id, actor=actor, kind="process", definition_key=KEY, data=FILE.format(**words).encode(),
        file=f"tenants/demo/processes/{KEY}/{KEY}.bpmn", reason="bench"))
    loop.until_idle()


def due_at(value: datetime) -> str:
    """As a row has it, for messages."""
    return value.isoformat()
