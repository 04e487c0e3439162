"""Plays the deeds of a walk from the start, on the ports that real cases have."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import engine
from app.cases.ports import CasePorts
from app.cases.walking import deeds
from app.cases.walking.beginning import CASE_ID, Begin
from app.cases.walking.run import Moment, Run
from app.cases.walking.views import Move, Person, Walked
from app.deadlines import DeadlineBook, calendar_of
from app.engine import CompleteJob, Job, ProcessDefinition
from app.kernel.errors import Invalid, YikouError, msg
from app.tenancy import zones

MOST_DEEDS, MOST_FOLLOW_UPS, SECONDS = 300, 300, 10.0
"""Of one walk: what a person does, what follows one deed by itself, and the wall time of playing it all."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
AUTO = frozenset({"notify", "tell_joined"})
"""Jobs that only tell: their success says nothing to the process."""
TOO_LONG = msg("Playing this walk takes more than %(seconds)s seconds. Start a shorter one.")


def walked(session: Session, tenant_id: UUID, definition: ProcessDefinition, begin: Begin,
           done: Sequence[Mapping[str, Any]], seed: str) -> Walked:
    """The walk as it stands after these deeds. A start that cannot be raises; a later deed that does not fit ends it.

    Raises YikouError, as BudgetSpent.
    """
    play = _Play(session, tenant_id, definition, begin)
    play.start(seed)
    error: YikouError | None = None
    for number, deed in enumerate(done, 1):
        before = play.mark()
        try:
            play.do(number, deed)
        except YikouError as problem:
            error = problem
            play.back_to(before)
            break
    return play.shown(error)


class _Play:
    """One walk being played."""

    def __init__(self, session: Session, tenant_id: UUID, definition: ProcessDefinition, begin: Begin) -> None:
        self.begin_with = begin
        self.definition = definition
        self.until = time.monotonic() + SECONDS
        moment = Moment(session, tenant_id, begin.at)
        book = DeadlineBook(UUID(CASE_ID), begin.at, {}, lambda: calendar_of(session, tenant_id))
        self.run = Run(moment, book, self._ports, engine.step_budget(session), zones.zone_of(session, tenant_id))
        self.moves: list[Move] = []
        self.marks: list[tuple[bytes, datetime]] = []

    def _ports(self, moment: Moment, book: DeadlineBook) -> WalkPorts:
        return WalkPorts(moment, book, self.definition, internal=self.begin_with.internal)

    def start(self, seed: str) -> None:
        """The start, and what follows it by itself."""
        begin = self.begin_with
        move = self._open(0, {"start": begin.element or ""})
        self.run.step(move, engine.Start(self.definition.id, begin.known(), seed, begin.element, begin.brought))
        self._settle(move)

    def do(self, number: int, deed: Mapping[str, Any]) -> None:
        """One deed of a person, and what follows it by itself."""
        if number > MOST_DEEDS:
            raise Invalid(msg("A walk has at most %(limit)s steps."), limit=MOST_DEEDS)
        self.marks.append((self.run.state, self.run.moment.now))
        move = self._open(number, deed)
        deeds.apply(self.run, move, deed, self._in_time)
        self._settle(move)

    def _open(self, number: int, deed: Mapping[str, Any]) -> Move:
        self._in_time()
        move = Move(number, dict(deed), self.run.moment.now, self.run.moment.now)
        self.moves.append(move)
        return move

    def _in_time(self) -> None:
        if time.monotonic() > self.until:
            raise Invalid(TOO_LONG, seconds=int(SECONDS))

    def _settle(self, move: Move) -> None:
        """Early messages, jobs that only tell, timers whose time has come."""
        for _ in range(MOST_FOLLOW_UPS):
            self._in_time()
            if self.run.result.completed or not self._follow(move):
                move.at = self.run.moment.now
                return
        raise Invalid(msg("More than %(limit)s things followed by themselves."), limit=MOST_FOLLOW_UPS)

    def _follow(self, move: Move) -> bool:
        if self.run.take_posted(move):
            return True
        held = self.run.silent | set(self.run.down)
        own = AUTO - set(self.begin_with.by_hand) if self.begin_with.auto else frozenset()
        job = next((one for one in self.run.result.jobs if one.type in own and one.task_id not in held), None)
        if job is not None:
            self._tell(move, job)
            return True
        timer = self.run.next_timer(self.run.moment.now)
        if timer is not None:
            self.run.fire(move, timer)
        return timer is not None

    def _tell(self, move: Move, job: Job) -> None:
        try:
            deeds.note_notice(self.run, move, job)
        except Invalid as error:
            self.run.down[job.task_id] = (error.message, error.params)
            return
        move.order.append(("job", job.element_id, {"type": job.type}))
        self.run.step(move, CompleteJob(job.task_id, {}))

    def mark(self) -> Callable[[], None]:
        """How to undo what comes now."""
        return self.run.mark()

    def back_to(self, before: Callable[[], None]) -> None:
        """As it was before the deed that does not fit."""
        before()
        self.moves.pop()
        if self.marks:
            self.marks.pop()

    def shown(self, error: YikouError | None) -> Walked:
        """For people to read."""
        run, by_hash = self.run, self._ports(self.run.moment, self.run.book).process_by_hash
        before = self.marks[-1] if self.marks else None
        return Walked(
            run.moment.now, run.book, run.result,
            {name: by_hash(digest) for name, digest in run.result.pins.items()}, self.moves,
            engine.scopes(run.state, run.moment.now, by_hash),
            engine.scopes(before[0], before[1], by_hash) if before else (),
            dict(run.down), tuple(run.posted), run.phase, run.outcome, dict(run.columns), error,
            frozenset(run.silent), self._people(), self._closed())

    def _people(self) -> tuple[Person, ...]:
        """Those who did something, in their order, and one who has not."""
        run = self.run
        letters = list(dict.fromkeys(str(move.deed["by"]) for move in self.moves if move.deed.get("by")))
        letters.append(next((one for one in LETTERS if one not in letters), f"P{len(letters)}"))
        return tuple(Person(one, {task.task_id: tuple(run.why_not(task, one)) for task in run.result.open_tasks
                                  if not run.may_do(task, "", one)})
                     for one in letters)

    def _closed(self) -> Mapping[str, frozenset[str]]:
        """Open task -> those of its groups whose people may not do it."""
        run = self.run
        return {task.task_id: frozenset(group for group in task.groups if not run.may_do(task, group, ""))
                for task in run.result.open_tasks}


class WalkPorts(CasePorts):
    """What a real case has, with the walked diagram in the place of its version in force."""

    def __init__(self, moment: Moment, book: DeadlineBook, definition: ProcessDefinition, *, internal: bool) -> None:
        super().__init__(moment, book, internal=internal)
        self.definition = definition

    def process(self, process_id: str) -> ProcessDefinition:
        """Raises NotFound."""
        return self.definition if process_id == self.definition.id else super().process(process_id)

    def process_by_hash(self, definition_hash: str) -> ProcessDefinition:
        """Raises NotFound."""
        found = self.definition
        return found if definition_hash == found.hash else super().process_by_hash(definition_hash)
