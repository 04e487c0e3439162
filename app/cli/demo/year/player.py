"""Plays one part of the year on the installed database: people, desks and workers on a virtual clock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app import catalog
from app.cases.model import EVERY, Case
from app.cli.demo.replay.behaviour import span
from app.cli.demo.replay.desk import Desk, Known, Paper
from app.cli.demo.replay.messages import Message
from app.cli.demo.replay.outages import Outages
from app.cli.demo.replay.play import Play, Played, Waiting
from app.cli.demo.year.acting import YearBehaviour
from app.cli.demo.year.arrivals import Arrival
from app.cli.demo.year.residents import YearLooks, YearPeople, YearVisitors
from app.deadlines import calendar_of
from app.engine.model import OpenTaskRow
from app.kernel import clock, database, ids
from app.kernel.clock import VirtualClock
from app.kernel.commands import Actor
from app.kernel.errors import Conflict, msg

NEVER = timedelta(days=10_000)


class YearDesk(Desk):
    """Staff: by the script of the case, else by the ways of their unit."""

    def moment(self, row: OpenTaskRow | None, opened: datetime) -> datetime:
        """When somebody gets to a task; in a scripted case perhaps never."""
        how = self.behaviour
        assert isinstance(how, YearBehaviour)  # noqa: S101
        if row is None:
            return how.staff_at(None, opened)
        course = how.courses.get(UUID(row.business_key)) if row.business_key else None
        if course is None:
            return how.done_at(row.form_id, opened, _unit(row))
        course.seen[row.element_id] += 1
        if course.script.stops(row.element_id, course.seen[row.element_id]):
            return opened + NEVER
        slow = course.script.slow.get(row.element_id)
        if slow is not None:
            return how.rounded(span(slow, how.calendar).after(opened, how.calendar))
        return how.rounded(how.calendar.opening(how.later(how.calendar.opening(opened), ("10 min", "2 wh"))))

    def read(self, session: Session, _actor: Actor, task_id: UUID) -> Paper:
        """Only what the form needs: the year is long. Whether the actor may is asked when the form is sent."""
        task = session.get(OpenTaskRow, (self.people.tenant_id, task_id))
        if task is None or task.business_key is None:
            raise Conflict(msg("This task is no longer open."))
        case = session.get_one(Case, (self.people.tenant_id, UUID(task.business_key)), execution_options=EVERY)
        form = None
        if task.form_hash is not None:
            form = catalog.compiled_by_hash(session, self.people.tenant_id, task.form_hash)[1]
        return Paper(case.id, case.service, case.module, case.unit, form, task.form_hash, task.variables)

    def words_of(self, case_id: UUID, module: str | None) -> dict[str, Callable[[], str | None]]:
        """Replies in the words of the module; the number of the case that a scripted one joins."""
        how = self.behaviour
        assert isinstance(how, YearBehaviour)  # noqa: S101
        known = module or how.services.get(case_id, "CS")[:2]
        return {"reply": lambda: how.said("replies", known), "joins": lambda: self._joined(case_id)}

    def _joined(self, case_id: UUID) -> str | None:
        how = self.behaviour
        assert isinstance(how, YearBehaviour)  # noqa: S101
        wanted = how.courses[case_id].script.joins if case_id in how.courses else None
        return next((self.cases[one].number for one, course in how.courses.items()
                     if course.script.name == wanted), None)


class Stopped(Exception):
    """Somebody asked the process to end: what was played of this part is thrown away."""


@dataclass(frozen=True)
class Ear:
    """What somebody outside says to a play, and wants to hear of it."""

    stop: threading.Event | None = None
    heard: Callable[[], None] | None = None


class YearPlay(Play):
    """A play that ends at the present; events are numbered where the rows end up, not here."""

    ear = Ear()

    def _settle(self) -> Waiting:
        """As in a replay. Raises Stopped when the process is to end."""
        if self.ear.stop is not None and self.ear.stop.is_set():
            raise Stopped
        return super()._settle()

    def _submit(self, message: Message) -> None:
        super()._submit(message)
        if self.ear.heard is not None:
            self.ear.heard()

    def look_around(self) -> None:
        """Nothing that may wait: messages of the past are noted as sent when the rows move."""


def play(tenant_id: UUID, arrivals: list[Arrival], seed: str, number: int, now: datetime,
         ear: Ear = Ear()) -> Played:
    """Play requests on the installed database until `now`; what is open then stays open. Raises Stopped."""
    with clock.use(VirtualClock(min(one.at for one in arrivals))) as virtual, ids.seeded(seed):
        assert isinstance(virtual, VirtualClock)  # noqa: S101  what `use` was given
        with database.current().read(tenant_id) as session:
            calendar = calendar_of(session, tenant_id)
        how = YearBehaviour(number, calendar)
        people, cases = YearPeople.of_office(tenant_id, how, arrivals), dict[UUID, Known]()
        looks = YearLooks(people, how, cases)
        looks.spare(frozenset(f"year:{one.row_id}" for one in arrivals if one.script is not None))
        visitors = YearVisitors(people, how, cases, Outages(), looks)
        desk = YearDesk(people, how, cases, calendar.zone)
        played = YearPlay(tenant_id, virtual, desk, visitors)
        played.ear = ear
        return played.run(arrivals, stop_at=now)


def _unit(row: OpenTaskRow) -> str | None:
    """The unit of the groups that may do a task."""
    return next((str(group).partition("@")[2] for group in row.groups if "@" in str(group)), None)
