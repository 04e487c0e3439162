"""Fifty clients at one thing at one moment: one wins, the others hear a clear conflict, and nobody an error."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from app import auth
from app.auth.commands import CreateUser
from app.auth.queries import staff
from app.cases.commands import AnswerQuestion, ClaimTask, CompleteTask, FireDueTimer, WithdrawCase
from app.engine.model import TimerRow
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM, Actor, Command
from app.kernel.errors import Conflict
from tests.integration.play import Office
from tests.integration.test_lifecycle import INTAKE, REPLY, to_handling

CLIENTS, PATIENCE = 50, 120.0
"""How many at once; seconds until a race counts as hanging."""
WON, CONFLICT, BUSY = "won", "conflict", "busy"


@dataclass(frozen=True)
class Race:
    """`prepare` gives a client's command by its number. `once`: of these types of events one may be new at most."""

    name: str
    prepare: Callable[[Office], Callable[[int], Command]]
    once: tuple[str, ...]


@dataclass
class Outcome:
    """What the clients heard, by kind of command; and how many events of each type there are beyond one."""

    heard: Counter[tuple[str, str]] = field(default_factory=Counter)
    doubled: Counter[str] = field(default_factory=Counter)
    again: int = 0
    """How often somebody was told that the database cannot be asked just now (503), and asked again."""

    @property
    def winners(self) -> dict[str, int]:
        """How many of each kind of command won."""
        return {kind: number for (kind, word), number in sorted(self.heard.items()) if word == WON}

    @property
    def errors(self) -> list[str]:
        """What is neither victory nor conflict."""
        return sorted(f"{kind}: {word}" for kind, word in self.heard if word not in (WON, CONFLICT))

    @property
    def extra(self) -> int:
        """Winners beyond the first of their kind, and effects that happened twice."""
        return sum(number - 1 for number in self.winners.values()) + sum(self.doubled.values())


def crowd(office: Office, role: str, unit: str | None = None, number: int = CLIENTS) -> list[Actor]:
    """So many people of staff with the same role."""
    known = {actor.name for actor in office.demo.actors.values()}
    for at in range(number):
        if f"{role} {at}" not in known:
            dispatch(CreateUser(tenant_id=office.tenant_id, actor=SYSTEM, login=f"{role}-{at}", name=f"{role} {at}",
                                password="long enough for a test", memberships=((role, unit),)))
    with database.current().read(office.tenant_id) as session:
        found = [auth.actor_of(session, row.user_id) for row in staff(session) if row.name.startswith(f"{role} ")]
    office.demo.actors.update({actor.name: actor for actor in found})
    return found[:number]


def _claim(office: Office) -> Callable[[int], Command]:
    people = crowd(office, "intake_clerk")
    office.submit()
    office.work()
    task_id = office.tasks()["task_intake"].id
    return lambda number: ClaimTask(tenant_id=office.tenant_id, actor=people[number], task_id=task_id)


def _complete(office: Office) -> Callable[[int], Command]:
    people = crowd(office, "intake_clerk")
    office.submit()
    office.work()
    task_id = office.tasks()["task_intake"].id
    return lambda number: CompleteTask(tenant_id=office.tenant_id, actor=people[number], task_id=task_id, data=INTAKE,
                                       key=f"client {number}")


def _correlate(office: Office) -> Callable[[int], Command]:
    to_handling(office)
    office.do("task_handle", action="ask_resident", question="几号楼? Which block?")
    token = office.token
    return lambda number: AnswerQuestion(tenant_id=office.tenant_id, actor=GUEST, token=token, text=f"{number}号楼",
                                         key=f"client {number}")


def _withdraw(office: Office) -> Callable[[int], Command]:
    to_handling(office)
    token = office.token
    return lambda number: WithdrawCase(tenant_id=office.tenant_id, actor=GUEST, token=token, reason="算了 never mind",
                                       key=f"client {number}")


def _fire(office: Office) -> Callable[[int], Command]:
    to_handling(office)
    office.clock.advance(timedelta(days=9))
    timer_id = office.rows(TimerRow, TimerRow.clock == "reply.due_at")[0].id
    return lambda number: FireDueTimer(tenant_id=office.tenant_id, actor=SYSTEM, timer_id=timer_id)


def _mixed(office: Office) -> Callable[[int], Command]:
    """The unit replies, the resident withdraws, the worker fires what is late."""
    to_handling(office)
    office.clock.advance(timedelta(days=9))
    timer_id = office.rows(TimerRow, TimerRow.clock == "reply.due_at")[0].id
    task, token = office.tasks()["task_handle"], office.token
    handler = office.who("handler@LRS")
    kinds: tuple[Callable[[int], Command], ...] = (
        lambda number: CompleteTask(tenant_id=office.tenant_id, actor=handler, task_id=task.id, data=REPLY,
                                    key=f"client {number}"),
        lambda number: WithdrawCase(tenant_id=office.tenant_id, actor=GUEST, token=token, key=f"client {number}"),
        lambda number: FireDueTimer(tenant_id=office.tenant_id, actor=SYSTEM, timer_id=timer_id))
    return lambda number: kinds[number % 3](number)


RACES = (
    Race("claim", _claim, ("case.task_claimed",)),
    Race("complete", _complete, ("case.task_completed",)),
    Race("correlate", _correlate, ("case.question_answered",)),
    Race("withdraw", _withdraw, ("case.closed",)),
    Race("fire", _fire, ("deadline.breached",)),
    Race("mixed", _mixed, ("case.closed", "case.replied", "deadline.breached")),
)


def run(office: Office, race: Race, clients: int = CLIENTS) -> Outcome:
    """Prepare, let all go at once, and look. AssertionError when somebody gets no answer."""
    build = race.prepare(office)
    with counted(office, race.once) as doubled:
        outcome = all_at_once([build(number) for number in range(clients)])
    outcome.doubled = doubled
    return outcome


@contextmanager
def counted(office: Office, once: Sequence[str]) -> Iterator[Counter[str]]:
    """How many events of each type beyond the first there are, known at the end."""
    before, doubled = {kind: len(office.events(kind)) for kind in once}, Counter[str]()
    yield doubled
    for kind, count in before.items():
        beyond = len(office.events(kind)) - count - 1
        if beyond > 0:
            doubled[kind] = beyond


def all_at_once(commands: Sequence[Command]) -> Outcome:
    """Each command in a thread with a session of its own, all sent at the same moment."""
    return together([(type(command).__name__, partial(heard, command)) for command in commands])


def together(deeds: Sequence[tuple[str, Callable[[], str]]]) -> Outcome:
    """(kind, deed that says what it heard): each in a thread, all at the same moment; who finds it busy asks again."""
    outcome, gate, lock = Outcome(), threading.Barrier(len(deeds)), threading.Lock()

    def go(kind: str, deed: Callable[[], str]) -> None:
        gate.wait(PATIENCE)
        word, again = BUSY, -1
        while word == BUSY:
            word, again = deed(), again + 1
        with lock:
            outcome.heard[kind, word] += 1
            outcome.again += again

    threads = [threading.Thread(target=go, args=deed, daemon=True) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert outcome.heard.total() == len(deeds), f"{len(deeds) - outcome.heard.total()} clients hear nothing"
    return outcome


def heard(command: Command) -> str:
    """What a client hears: won, conflict, busy, or what went wrong."""
    try:
        answer: Any = dispatch(command)
    except Conflict:
        return CONFLICT
    except Exception as error:
        if database.cannot_be_asked(error):
            return BUSY
        return f"{type(error).__name__}: {error}"[:300]
    return CONFLICT if isinstance(answer, dict) and answer.get("fired") is False else WON
