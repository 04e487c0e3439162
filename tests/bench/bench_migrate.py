"""Seconds to move 10,000 running cases of the shipped lifecycle to a changed one by one worker process, and how many
verdicts of the look were wrong. A smaller office on SQLite. The cases are copies of real ones, from the window to the follow-up."""

from __future__ import annotations

import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, create_engine, select

from app import catalog
from app.cases import moving
from app.cases.casework import TaskDraft
from app.cases.model import Case, CaseStep
from app.catalog.commands import PublishDefinition
from app.deadlines.model import Deadline
from app.engine.model import JobRow, OpenTaskGroup, OpenTaskRow, ProcessInstance, SubscriptionRow, TimerRow
from app.engine.state_format import dump_document
from app.engine.state_history import packed, unpack
from app.kernel import database as kernel_database
from app.kernel import documents
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.database import Database
from app.kernel.ids import new_id
from app.workers import moving as worker
from tests.databases import Copies, migrate, require_postgres
from tests.factories import demo_of, seed_demo
from tests.integration.play import Office, playing
from tests.integration.test_lifecycle import BEFORE_HANDLING, INTAKE, REPLY, on_to_handling
from tests.integration.test_migration_in_the_middle import with_a_task_ahead

SIZES = {"postgresql": 10_000, "sqlite": 1_000}
KEY, GONE = "service_request", "task_dispatch"
CHUNK = 250
IDS = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}")
OF_CASE: tuple[Any, ...] = (Deadline, CaseStep)
OF_INSTANCE: tuple[Any, ...] = (OpenTaskRow, TimerRow, SubscriptionRow, JobRow)
Rows = dict[Any, list[dict[str, Any]]]


def _play(office: Office) -> None:
    """Real cases: at the window, with the unit at several steps, with a question, at the follow-up, at the dispatcher."""
    for steps in range(3 + len(BEFORE_HANDLING)):
        office.submit()
        office.work()
        if steps == 0:
            continue
        office.do("task_intake", **INTAKE)
        for _ in range(steps - 1):
            waiting = [name for name in BEFORE_HANDLING if name in office.tasks()]
            if waiting:
                office.do(waiting[0], **BEFORE_HANDLING[waiting[0]])
    for last in ({"action": "ask_resident", "question": "几号楼? Which building?"}, REPLY):
        office.submit()
        office.work()
        office.do("task_intake", **INTAKE)
        on_to_handling(office)
        office.do("task_handle", **last)
    office.submit()
    office.work()
    office.do("task_intake", **INTAKE)
    office.do("task_accept_work", accept_decision="return", return_reason="不属于本单位职责 not our duty")


def _read(engine: Engine, tenant_id: UUID) -> list[Rows]:
    """Each open case with its rows."""
    with engine.connect() as connection:
        def rows(model: Any, column: Any, values: Any) -> list[dict[str, Any]]:
            table = model.__table__
            query = select(table).where(table.c.tenant_id == tenant_id, table.c[column].in_(values))
            return [dict(row._mapping) for row in connection.execute(query)]

        found: list[Rows] = []
        for case in rows(Case, "status", ["open"]):
            instance, case_id = [case["instance_id"]], [case["id"]]
            one: Rows = {Case: [case], ProcessInstance: rows(ProcessInstance, "id", instance)}
            one |= {model: rows(model, "instance_id", instance) for model in OF_INSTANCE}
            one |= {model: rows(model, "case_id", case_id) for model in OF_CASE}
            one[OpenTaskGroup] = rows(OpenTaskGroup, "task_id", [row["id"] for row in one[OpenTaskRow]])
            found.append(one)
        return found


def _copied(one: Rows, number: int) -> Rows:
    """A case like it with ids of its own, inside the state too."""
    case = one[Case][0]
    ids = {case["id"]: new_id(), case["instance_id"]: new_id()}
    ids |= {row["id"]: new_id() for model in OF_INSTANCE for row in one[model]}
    ids |= {UUID(row["task_id"]): new_id() for row in one[CaseStep]}

    def swap(found: re.Match[bytes]) -> bytes:
        new = ids.get(UUID(found[0].decode()))
        return found[0] if new is None else (str(new) if b"-" in found[0] else new.hex).encode()

    def value(name: str, old: Any) -> Any:
        if isinstance(old, UUID):
            return ids.get(old, old)
        if name in ("business_key", "key", "task_id") and isinstance(old, str):
            return IDS.sub(swap, old.encode()).decode()
        if name == "variables":
            return documents.load(IDS.sub(swap, documents.dump(old).encode()).decode())
        if name == "state" and isinstance(old, bytes):
            return packed(IDS.sub(swap, dump_document(unpack(old))))
        return old

    made: Rows = {model: [{name: value(name, old) for name, old in row.items()} for row in rows]
                  for model, rows in one.items()}
    for model in (*OF_CASE, OpenTaskGroup):
        for row in made[model]:
            row["id"] = new_id()
    made[Case][0] |= {"number": f"B{number:07}", "token_hash": f"{number:064}"}
    return made


def _fill(engine: Engine, tenant_id: UUID, size: int) -> None:
    seen = _read(engine, tenant_id)
    order = (ProcessInstance, Case, *OF_INSTANCE, OpenTaskGroup, *OF_CASE)
    for start in range(len(seen), size, CHUNK):
        made = [_copied(seen[number % len(seen)], number) for number in range(start, min(size, start + CHUNK))]
        with engine.begin() as connection:
            for model in order:
                rows = [row for one in made for row in one[model]]
                if rows:
                    connection.execute(model.__table__.insert(), rows)


def _changed(text: str) -> str:
    """A task ahead for everybody, and the dispatcher's task is another one: those who stand there have to stay."""
    return with_a_task_ahead(text).replace(f'"{GONE}"', f'"{GONE}_2"').replace(f">{GONE}<", f">{GONE}_2<")


def _kept(engine: Engine) -> dict[str, Counter[Any]]:
    """What no move may change: tasks with who took them, timers with their dates, subscriptions with their keys."""
    with engine.connect() as connection:
        def of(model: Any, *names: str) -> Counter[Any]:
            table = model.__table__
            return Counter(tuple(row) for row in connection.execute(select(*(table.c[name] for name in names))))
        return {"tasks": of(OpenTaskRow, "id", "claimed_by", "form_hash", "opened_at"), "drafts": of(TaskDraft, "id"),
                "timers": of(TimerRow, "id", "due_at", "clock"), "waits": of(SubscriptionRow, "id", "name", "key")}


def _move(office: Office, run_id: UUID) -> tuple[float, float, float]:
    """(seconds of the look, seconds of the move, seconds of this process's CPU in the move)."""
    began = time.perf_counter()
    worker.carry_on(office.tenant_id, run_id, moving.LOOKING, float("inf"))
    looked = time.perf_counter()
    dispatch(moving.StartMigration(tenant_id=office.tenant_id, actor=SYSTEM, run_id=run_id))
    busy = time.process_time()
    worker.carry_on(office.tenant_id, run_id, moving.RUNNING, float("inf"))
    return looked - began, time.perf_counter() - looked, time.process_time() - busy


def _measure(kind: str, url: str, size: int) -> Iterator[dict[str, Any]]:
    migrate(url)
    seed_demo(url)
    engine = create_engine(url)
    database = Database(engine)
    kernel_database.install(database)
    with playing(demo_of(database)) as office:
        _play(office)
        _fill(engine, office.tenant_id, size)
        with database.read(office.tenant_id) as session:
            before = catalog.compiled(session, office.tenant_id, "process", KEY)[0]
        dispatch(PublishDefinition(
            tenant_id=office.tenant_id, actor=SYSTEM, kind="process", definition_key=KEY, reason="bench",
            data=_changed(before.data.decode()).encode(), file=f"processes/tenants/demo/{KEY}/{KEY}.bpmn"))
        with database.read(office.tenant_id) as session:
            now = catalog.compiled(session, office.tenant_id, "process", KEY)[0]
        kept = _kept(engine)
        answer = dispatch(moving.PlanMigration(tenant_id=office.tenant_id, actor=SYSTEM, process_id=KEY, reason="bench",
                                               from_hash=before.hash, to_hash=now.hash))
        run_id = UUID(answer["run_id"])
        look, move, busy = _move(office, run_id)
        with database.read(office.tenant_id) as session:
            seen, false = moving.run_view(session, SYSTEM, run_id), moving.false_verdicts(session, run_id)
        shared = {"database": kind, "cases": seen.total, "moved": seen.moved, "stayed": seen.stayed,
                  "failed": seen.failed, "rows_changed": sum((one - _kept(engine)[name]).total()
                                                             for name, one in kept.items())}
        stem = "migrate_10k" if kind == "postgresql" else f"migrate_{size}_{kind}"
        yield {"figure": f"{stem}.s", "value": round(move, 1), "look_s": round(look, 1),
               "ms_each": round(move * 1000 / seen.total, 2), "cpu_ms_each": round(busy * 1000 / seen.total, 2), "places": len({group.at for group in seen.groups}), **shared}
        yield {"figure": f"{stem}.false_verdicts", "value": false, **shared}
    engine.dispose()


def figures() -> Iterator[dict[str, Any]]:
    """One process, no second worker; the move of each case is a transaction of its own."""
    kinds: list[tuple[str, Callable[[], None]]] = [("postgresql", require_postgres), ("sqlite", lambda: None)]
    for kind, need in kinds:
        need()
        with tempfile.TemporaryDirectory() as name:
            copies = Copies("postgres" if kind == "postgresql" else kind, Path(name))
            try:
                yield from _measure(kind, copies.empty(), SIZES[kind])
            finally:
                copies.drop_all()
