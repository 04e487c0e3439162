"""The play itself: an agenda of deeds on a virtual clock, and the office's real workers between them."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import exists, func, literal_column, select
from sqlalchemy.orm import Session

from app.cases import appointments
from app.cli.demo.replay.desk import Desk
from app.cli.demo.replay.messages import Fault, Message
from app.cli.demo.replay.visitors import Visitors
from app.engine.model import BufferedMessage, JobRow, OpenTaskRow, SubscriptionRow, TimerRow
from app.kernel import clock, database, outbox
from app.kernel.clock import VirtualClock
from app.kernel.errors import Conflict, Invalid, NotFound, TooMany, YikouError, msg
from app.kernel.events import Delivery, StoredEvent, pending
from app.workers import work
from app.workers.loop import until_idle

TRIES = 3
LOOK_AROUND = 100
"""Moments between two turns of the whole worker."""
RETRY = timedelta(hours=1)
HORIZON = timedelta(days=400)
"""How long after the last row open cases may take before they count as stuck."""

WAITING = select(
    select(func.min(TimerRow.due_at)).where(TimerRow.held.is_(False)).scalar_subquery(),
    select(func.min(JobRow.run_at)).where(JobRow.state == literal_column("'pending'")).scalar_subquery(),
    select(func.min(Delivery.run_at)).where(pending()).scalar_subquery(),
    select(func.min(BufferedMessage.created_at)).where(exists().where(
        SubscriptionRow.tenant_id == BufferedMessage.tenant_id, SubscriptionRow.name == BufferedMessage.name,
        SubscriptionRow.key == BufferedMessage.key)).scalar_subquery())

Waiting = tuple[datetime | None, datetime | None, datetime | None, datetime | None]
Deed = Callable[[], None]


@dataclass
class Played:
    """What a play leaves behind, beside the database."""

    faults: list[Fault] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    given_up: list[str] = field(default_factory=list)
    commands: int = 0
    ticks: int = 0
    moments: int = 0


class Play:
    """One run over a table of messages."""

    def __init__(self, tenant_id: UUID, time: VirtualClock, desk: Desk, visitors: Visitors) -> None:
        self.tenant_id, self.time, self.desk, self.visitors = tenant_id, time, desk, visitors
        self.played = Played()
        self._agenda: list[tuple[datetime, int, Deed]] = []
        self._count = itertools.count()
        self._seen: UUID | None = None
        self._tasks: dict[UUID, OpenTaskRow] = {}
        self._reactions: dict[str, Callable[[StoredEvent], None]] = {
            "case.task_opened": self._task_opened, "case.question_asked": self._question_asked,
            "case.appointment_changed": self._appointment_changed,
            "case.phase_entered": self._phase_entered, "case.closed": self._closed,
            "deadline.breached": self._breached}

    def plan(self, moment: datetime, what: str, deed: Deed) -> None:
        """Put what somebody will try on the agenda."""
        self.at(moment, partial(self._attempt, what, deed, 1))

    def at(self, moment: datetime, deed: Deed) -> None:
        """Put a deed on the agenda."""
        heapq.heappush(self._agenda, (max(moment, clock.now()), next(self._count), deed))

    def run(self, messages: Sequence[Message], *, until: datetime | None = None,
            stop_at: datetime | None = None) -> Played:
        """Play until nothing is left to do. `until`: an instant that must not be passed; `stop_at`: one at which the
        play ends, whatever is still open."""
        for message in messages:
            self.at(message.at, partial(self._submit, message))
        end = stop_at or (max(message.at for message in messages) + HORIZON if messages else clock.now())
        waiting = self._waiting()
        while (moment := self._next(waiting)) is not None and moment <= end:
            if until is not None and moment > until:
                raise Conflict(msg("The replay would run ahead of the time of the other offices of this database."))
            self.time.move_to(moment)
            self.played.moments += 1
            while self._agenda and self._agenda[0][0] <= moment:
                heapq.heappop(self._agenda)[2]()
            waiting = self._settle()
            self._react()
            if self.played.moments % LOOK_AROUND == 0:
                self.look_around()
                waiting = self._waiting()
        self.look_around()
        return self.played

    def look_around(self) -> None:
        """The whole worker's turn."""
        until_idle()

    def _settle(self) -> Waiting:
        """The worker's work of one moment, until nothing is due; what waits then. What need not happen at once
        (numbering events, retention) waits for the whole worker's turn, which comes now and then and at the end."""
        at = clock.now()
        while True:
            timer, job, delivery, message = waiting = self._waiting()
            pieces = work.timers(at) if timer and timer <= at else 0
            pieces += work.jobs(at) if job and job <= at else 0
            pieces += outbox.tick() if delivery and delivery <= at else 0
            pieces += work.messages(at) if message else 0
            self.played.ticks += pieces
            if not pieces:
                return waiting

    def _waiting(self) -> Waiting:
        """When the next timer, job and delivery are due, and since when a message waits that somebody wants."""
        with database.current().read(self.tenant_id) as session:
            found = session.execute(WAITING).one()
        return found[0], found[1], found[2], found[3]

    def _next(self, waiting: Waiting) -> datetime | None:
        """When something happens next: a person acts, or a timer, job or delivery is due."""
        own = self._agenda[0][0] if self._agenda else None
        return min((moment for moment in [own, *waiting[:3]] if moment is not None), default=None)

    def _react(self) -> None:
        """Let people notice what happened since the last look."""
        query = select(StoredEvent).where(StoredEvent.type.in_(self._reactions)).order_by(StoredEvent.id)
        if self._seen is not None:
            query = query.where(StoredEvent.id > self._seen)
        with database.current().read(self.tenant_id) as session:
            found = list(session.scalars(query))
            opened = [UUID(event.data["task_id"]) for event in found if event.type == "case.task_opened"]
            self._tasks = _tasks(session, opened)
        for event in found:
            self._seen = event.id
            self._reactions[event.type](event)

    def _submit(self, message: Message) -> None:
        try:
            self.visitors.submit(message, self.plan)
            self.played.commands += 1
        except YikouError as error:
            names = ", ".join(error.fields) if isinstance(error, Invalid) else ""
            self.played.faults.append(Fault(message.line, f"refused: {error} {names}".strip()))

    def _attempt(self, what: str, deed: Deed, tries: int) -> None:
        """Do it; the office may refuse. Who was told that something is wrong tries again a few times."""
        try:
            deed()
            self.played.commands += 1
        except (Conflict, NotFound) as error:
            self.played.refused[f"{what}: {error.message}"] += 1
        except (Invalid, TooMany) as error:
            fields = ", ".join(f"{name}: {found[0][0]}" for name, found in getattr(error, "fields", {}).items())
            self.played.refused[f"{what}: {error.message} {fields}".strip()] += 1
            if tries < TRIES:
                self.at(clock.now() + RETRY, partial(self._attempt, what, deed, tries + 1))
            else:
                self.played.given_up.append(f"{what}: {error.message} {fields}".strip())

    def _task_opened(self, event: StoredEvent) -> None:
        data = event.current()
        task_id, groups = UUID(data["task_id"]), [name for name in data["groups"].split(",") if name]
        moment = self.desk.moment(self._tasks.get(task_id), event.at)
        self.plan(moment, data["element_id"], partial(self.desk.work, task_id, groups, data["process_id"]))
        if UUID(data["case_id"]) in self.desk.cases:  # nobody outside knows of an internal matter
            self.visitors.looks.opened(UUID(data["case_id"]), data["process_id"], data["element_id"], self.plan)

    def _question_asked(self, event: StoredEvent) -> None:
        self.visitors.asked(UUID(event.data["case_id"]), str(event.data.get("element_id")), self.plan)

    def _appointment_changed(self, event: StoredEvent) -> None:
        if event.data.get("state") == appointments.AGREED:
            self.visitors.visit_agreed(UUID(event.data["case_id"]), self.plan)

    def _phase_entered(self, event: StoredEvent) -> None:
        if event.data.get("phase") == "feedback":
            self.visitors.invited(UUID(event.data["case_id"]), self.plan)

    def _breached(self, event: StoredEvent) -> None:
        """Now and then a supervisor asks the unit why."""
        case_id, how = UUID(event.data["case_id"]), self.desk.behaviour
        asked = how.part("staff", "orders") and event.data.get("unit") and case_id in self.desk.cases
        if asked and how.happens("staff", "orders"):
            self.plan(self.desk.moment(None, event.at), "open_order", partial(self.desk.order, case_id))

    def _closed(self, event: StoredEvent) -> None:
        known = self.desk.cases.get(UUID(event.data["case_id"]))
        if known is not None:
            known.open = False


def _tasks(session: Session, ids: Sequence[UUID]) -> dict[UUID, OpenTaskRow]:
    """Those that are still open."""
    return {row.id: row for row in session.scalars(select(OpenTaskRow).where(OpenTaskRow.id.in_(ids)))} if ids else {}
