"""Die before every single statement of the main commands: the whole step, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select

from app.cases.commands import (
    AnswerQuestion,
    ClaimTask,
    CompleteTask,
    FireDueTimer,
    RateCase,
    RunJob,
    SubmitCase,
    WithdrawCase,
)
from app.cases.model import FormSubmission
from app.engine import StepBudget, budgets
from app.engine.model import IncidentRow, JobRow, TimerRow
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM, Command
from app.kernel.model import Base
from tests.integration.play import Office
from tests.integration.test_lifecycle import INTAKE, reply, to_handling


class Died(BaseException):
    """The process ended here."""


@contextmanager
def dying_before(number: int) -> Iterator[list[int]]:
    """Raise before statement `number` (from 1) of the transaction, its commit counted as a statement."""
    engine, count = database.current().engine, [0]

    def step(*_args: Any, **_more: Any) -> None:
        count[0] += 1
        if count[0] == number:
            raise Died(str(number))

    event.listen(engine, "before_cursor_execute", step)
    event.listen(engine, "commit", step)
    try:
        yield count
    finally:
        event.remove(engine, "before_cursor_execute", step)
        event.remove(engine, "commit", step)


def everything(office: Office) -> dict[str, list[Any]]:
    """All rows of all tables."""
    found = {}
    with database.current().engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            rows = connection.execute(select(table)).fetchall()
            found[table.name] = sorted(map(repr, rows))
    return found


def submit(office: Office) -> Command:
    return SubmitCase(tenant_id=office.tenant_id, actor=GUEST, key="once", text="垃圾 litter", name="王", phone="139",
                      module="CS", service="CS01")


def claim(office: Office) -> Command:
    office.submit()
    office.work()
    return ClaimTask(tenant_id=office.tenant_id, actor=office.who("intake_clerk"), key="once",
                     task_id=office.tasks()["task_intake"].id)


def complete(office: Office) -> Command:
    office.submit()
    office.work()
    return CompleteTask(tenant_id=office.tenant_id, actor=office.who("intake_clerk"), key="once", data=INTAKE,
                        task_id=office.tasks()["task_intake"].id)


def job(office: Office) -> Command:
    office.submit()
    return RunJob(tenant_id=office.tenant_id, actor=SYSTEM, job_id=office.rows(JobRow)[0].id)


def timer(office: Office) -> Command:
    to_handling(office)
    office.clock.advance(timedelta(days=9))
    timer_id: UUID = office.rows(TimerRow, TimerRow.clock == "reply.due_at")[0].id
    return FireDueTimer(tenant_id=office.tenant_id, actor=SYSTEM, timer_id=timer_id)


def answer(office: Office) -> Command:
    to_handling(office)
    office.do("task_handle", action="ask_resident", question="几号楼? Which block?")
    return AnswerQuestion(tenant_id=office.tenant_id, actor=GUEST, key="once", token=office.token, text="三号 block 3")


def rate(office: Office) -> Command:
    to_handling(office)
    reply(office)
    return RateCase(tenant_id=office.tenant_id, actor=GUEST, key="once", token=office.token, rating=2, solved="half",
                    comment="一半 half")


def withdraw(office: Office) -> Command:
    to_handling(office)
    return WithdrawCase(tenant_id=office.tenant_id, actor=GUEST, key="once", token=office.token, reason="算了 never mind")


@pytest.mark.parametrize("prepare", [submit, claim, complete, job, timer, answer, rate, withdraw],
                         ids=lambda f: f.__name__)
def test_security_26_the_whole_step_or_nothing(office: Office, prepare: Callable[[Office], Command]) -> None:
    command = prepare(office)
    before = everything(office)
    died = 0
    while True:
        with dying_before(died + 1) as count:
            try:
                result = dispatch(command)
                break
            except Died:
                died += 1
        database.current().engine.dispose()  # a process that died has no connections
        assert everything(office) == before, f"something stayed after statement {died}"
    assert died > 5 and count[0] == died, (died, count)
    after = everything(office)
    assert after != before
    if command.key is not None:
        assert dispatch(command) == result and everything(office) == after, "doubled by its key"


def test_security_26_control_two_transactions_would_be_caught(office: Office) -> None:
    """The probe itself works: a handler that commits half way leaves something."""
    from app.kernel.unit_of_work import transact
    from app.tenancy.numbers import next_value

    before, caught = everything(office), False
    for number in range(1, 12):
        with dying_before(number):
            try:
                transact(office.tenant_id, SYSTEM, lambda uow: next_value(uow, "one"))
                transact(office.tenant_id, SYSTEM, lambda uow: next_value(uow, "two"))
            except Died:
                database.current().engine.dispose()
                caught = caught or everything(office) != before
    assert caught


def test_a_step_beyond_its_budget_keeps_the_form_and_says_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.submit()
    office.work()
    monkeypatch.setattr(budgets, "of", lambda uow: StepBudget(steps=0))
    answer = office.do("task_intake", **INTAKE)
    assert answer["stopped"] and "task_intake" in office.tasks()
    assert [row.code for row in office.rows(IncidentRow)] == ["budget_steps"]
    assert office.rows(FormSubmission)[0].data["intake_decision"] == "accept"
