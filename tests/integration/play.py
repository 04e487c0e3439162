"""Plays the people of an office by commands only: residents, staff and the worker, on a clock that tests move."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.cases.commands import ClaimTask, CompleteTask, SubmitCase
from app.cases.model import Case, CaseEntry, every
from app.engine.model import IncidentRow, JobRow, OpenTaskRow, TimerRow
from app.kernel import clock, database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, Actor
from app.kernel.events import StoredEvent
from app.workers import loop

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai


class Office:
    """One demo office and everybody in it."""

    def __init__(self, demo: Any, virtual: clock.VirtualClock) -> None:
        self.demo, self.tenant_id, self.clock = demo, demo.tenant_id, virtual

    def who(self, group: str) -> Actor:
        """Somebody of a group, as `handler@LRS` or `supervisor`."""
        found = [actor for actor in self.demo.actors.values() if group in actor.groups]
        assert found, f"nobody in {group}"
        return found[0]

    def submit(self, text: str = "小区垃圾三天没有清运。Litter has been lying here for three days.", *,
               actor: Actor = GUEST, **more: Any) -> UUID:
        """Hand a request in; the token is kept in `self.token`."""
        values = {"name": "王女士", "phone": "13900000001", "module": "CS", "service": "CS01"} | more
        answer = dispatch(SubmitCase(tenant_id=self.tenant_id, actor=actor, text=text, **values))
        self.token, self.number = answer["token"], answer["number"]
        self.case_id = UUID(answer["case_id"])
        return self.case_id

    def work(self) -> int:
        """Everything that is due now, by the worker."""
        return loop.until_idle()

    def wait(self, **span: float) -> None:
        """Let time pass, a worker looking every six hours."""
        end = self.clock.now() + timedelta(**span)
        while self.clock.now() < end:
            self.clock.move_to(min(end, self.clock.now() + timedelta(hours=6)))
            self.work()

    def tasks(self, case_id: UUID | None = None) -> dict[str, OpenTaskRow]:
        """Open tasks by element id."""
        with database.current().read(self.tenant_id) as session:
            query = select(OpenTaskRow).where(OpenTaskRow.business_key == str(case_id or self.case_id))
            return {row.element_id: row for row in session.scalars(query)}

    def do(self, element_id: str, /, case_id: UUID | None = None, by: Actor | None = None, **data: Any) -> Any:
        """Claim and complete a task as somebody of its first group; then the worker works."""
        open_tasks = self.tasks(case_id)
        assert element_id in open_tasks, f"no {element_id}: {self.state()}"
        row = open_tasks[element_id]
        actor = by or self.who(row.groups[0])
        dispatch(ClaimTask(tenant_id=self.tenant_id, actor=actor, task_id=row.id))
        answer = dispatch(CompleteTask(tenant_id=self.tenant_id, actor=actor, task_id=row.id, data=data,
                                       form_hash=row.form_hash))
        self.work()
        return answer

    def send(self, kind: type, actor: Actor = GUEST, **data: Any) -> Any:
        """Any command of this office."""
        return dispatch(kind(tenant_id=self.tenant_id, actor=actor, **data))

    def rows(self, model: Any, *conditions: Any) -> list[Any]:
        """Rows of a table of this office."""
        with database.current().read(self.tenant_id) as session:
            return list(session.scalars(select(model).where(*conditions).order_by(model.id)))

    def case(self, case_id: UUID | None = None) -> Case:
        """The row of a case or an internal matter."""
        with database.current().read(self.tenant_id) as session:
            return session.scalars(every(select(Case).where(Case.id == (case_id or self.case_id)))).one()

    def entries(self, case_id: UUID | None = None) -> list[CaseEntry]:
        """The journal."""
        return self.rows(CaseEntry, CaseEntry.case_id == (case_id or self.case_id))

    def events(self, kind: str | None = None, case_id: UUID | None = None) -> list[StoredEvent]:
        """Events of a case, of one type or of all."""
        found = self.rows(StoredEvent, StoredEvent.case_id == (case_id or self.case_id))
        return [event for event in found if kind is None or event.type == kind]

    def state(self) -> str:
        """A line for failing tests."""
        case = self.case()
        incidents = [(i.element_id, i.code, i.message % i.params) for i in self.rows(IncidentRow)
                     if i.resolved_at is None]
        jobs = [(j.type, j.element_id, j.state, j.last_error) for j in self.rows(JobRow)]
        timers = [(t.element_id, t.due_at, t.clock, t.held) for t in self.rows(TimerRow)]
        return (f"{case.phase} {case.status} {case.outcome} {case.service} {case.unit} tasks={list(self.tasks())} "
                f"incidents={incidents} jobs={jobs} timers={timers}")


@contextmanager
def playing(demo: Any, start: datetime = START) -> Any:
    """An office on a virtual clock."""
    virtual = clock.VirtualClock(start)
    with clock.use(virtual):
        yield Office(demo, virtual)
