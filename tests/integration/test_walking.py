"""A walk of a process beside a real case of it: the same path, decisions and dates, and nothing of it stays."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from app import engine
from app.cases import walking
from app.cases.commands import RateCase
from app.cases.model import CaseNotice, CaseStep, DecisionRecord
from app.catalog import compiled
from app.deadlines.model import Deadline
from app.kernel import database
from app.kernel.model import Base
from tests.integration.play import Office
from tests.integration.test_lifecycle import BEFORE_HANDLING, INTAKE, REPLY

KEY, SEED = "service_request", f"{7:032x}"


def walk(office: Office, deeds: list[dict[str, Any]], key: str = KEY, data: bytes | None = None,
         **begin: Any) -> walking.Walked:
    begin = {"at": office.clock.now(), "module": "CS", "service": "CS01"} | begin
    with database.current().read(office.tenant_id) as session:
        found = engine.load(data, "draft.bpmn") if data else compiled(session, office.tenant_id, "process", key)[1]
        return walking.walked(session, office.tenant_id, found, walking.Begin(**begin), deeds, SEED)


SUGGESTED = {"job": "task_suggest_service", "with": {"suggestion": {"code": "CS01", "confidence": 0.93, "codes": [], "source": "model"}}}


def test_the_main_path_is_that_of_a_real_case(office: Office) -> None:
    begun = office.clock.now()
    office.submit()
    office.work()
    deeds: list[dict[str, Any]] = []

    def wait(hours: int) -> None:
        office.clock.move_to(office.clock.now() + timedelta(hours=hours))
        office.work()
        deeds.append({"wait": {"amount": hours, "unit": "h"}})

    def do(element: str, **data: Any) -> None:
        office.do(element, **data)
        deeds.append({"do": element, "with": data})

    suggestion = [row for row in office.rows(CaseStep) if row.element_id == "task_suggest_service"]
    assert suggestion
    with database.current().read(office.tenant_id) as session:
        from app.engine.model import OpenTaskRow
        row = session.scalars(select(OpenTaskRow)).one()
        deeds.append({"job": "task_suggest_service", "with": {"suggestion": row.variables["suggestion"]}})
    wait(1)
    do("task_intake", **INTAKE)
    for _ in range(8):
        waiting = [name for name in BEFORE_HANDLING if name in office.tasks()]
        if not waiting:
            break
        do(waiting[0], **BEFORE_HANDLING[waiting[0]])
    wait(3)
    do("task_handle", **REPLY)
    if "task_review" in office.tasks():
        do("task_review", reply=REPLY["reply"], review_approved="yes")
    office.send(RateCase, token=office.token, rating=5, solved="yes", comment="很快 quick")
    office.work()
    found = walk(office, [*deeds, {"send": "resident_rated", "with": {"rating": 5, "solved": "yes"}}], at=begun, has_place=False)
    assert found.error is None, (found.error.message, found.error.params, found.moves[-1].deed)
    real = [(one.process_id, one.element_id) for one in office.rows(CaseStep) if one.how == "entered"]
    assert found.path() == real
    case = office.case()
    assert found.result.completed and found.outcome == case.outcome == "satisfied"
    assert (found.columns["unit"], found.columns["service"]) == (case.unit, case.service)
    decided = [(one.decision_id, one.hash, one.value["value"]) for one in office.rows(DecisionRecord)]
    from app.engine.rehearsal import plain
    assert [(one.decision_id, one.hash, plain(one.value)) for move in found.moves for one in move.decisions] == [
        (name, digest, plain(value)) for name, digest, value in decided]
    rows = {row.name: row for row in office.rows(Deadline)}
    assert {name: (found.book.clock(name).due_at, found.book.clock(name).state) for name in found.book.names()} == {
        name: (row.due_at, row.state) for name, row in rows.items()}
    told = [(row.template, row.audience, row.group_name) for row in office.rows(CaseNotice) if row.template != "rule_praise"]
    assert [(one.template, one.audience, one.group) for move in found.moves for one in move.notices] == told


def counts() -> dict[str, int]:
    with database.current().engine.connect() as connection:
        return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0
                for table in Base.metadata.sorted_tables}


def test_nothing_stays_and_the_same_deeds_give_the_same_walk(office: Office) -> None:
    before = counts()
    deeds = [SUGGESTED, {"do": "task_intake", "with": INTAKE, "as": "intake_clerk"}]
    first, second = walk(office, deeds), walk(office, deeds)
    assert first.error is None, first.error
    assert first.result.state == second.result.state and first.path() == second.path()
    shorter = walk(office, deeds[:1])
    assert [task.element_id for task in shorter.result.open_tasks] == ["task_intake"]
    other = walk(office, [*deeds[:1], {"do": "task_intake", "with": {
        "intake_decision": "reject", "reject_reason": "x"} }])
    assert other.error is not None or other.path() != first.path()
    assert counts() == before


def test_fifty_steps_are_played_fast(office: Office) -> None:
    deeds = [SUGGESTED, *({"wait": {"amount": 1, "unit": "min"}} for _ in range(47)), {"do": "task_intake", "with": INTAKE}]
    walk(office, deeds)
    begun = time.perf_counter()
    found = walk(office, deeds)
    took = time.perf_counter() - begun
    print("50 steps", took)
    assert found.error is None and len(found.moves) == 50 and took < 2
