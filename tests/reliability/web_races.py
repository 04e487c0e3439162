"""Fifty people at one thing at one moment, through web processes: staff as programs (`/api/v1`), residents on their page.

The worker's part of a race is its command, sent beside them. Only time is made: what is to be due is put into the past,
because web processes have a clock of their own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select, update

from app.auth import sessions
from app.auth.model import User
from app.cases.commands import FireDueTimer
from app.engine.model import TimerRow
from app.kernel import database
from app.kernel.commands import SYSTEM, Actor
from app.kernel.unit_of_work import transact
from tests.bench import house
from tests.integration.play import Office
from tests.integration.test_lifecycle import INTAKE, REPLY, to_handling
from tests.reliability.races import BUSY, CLIENTS, CONFLICT, WON, Outcome, counted, crowd, heard, together

SECRET = "bench"
"""The key of cookies of `house.running`."""
Deed = Callable[[], str]
ALERT = re.compile(r'<(?:div|p)[^>]*role="alert"[^>]*>\s*(?:<[^>]+>\s*)*[^<\s]')


class Client(house.Browser):
    """One of the crowd. Each has an address of its own, as its limits are counted by it."""

    def call(self, token: str, path: str, sent: dict[str, Any]) -> Deed:
        """A deed of the API; asked again, it is the same one."""
        key = uuid4().hex
        return lambda: self.judged(*self.program(token, f"/api/v1{path}", sent, key),
                                   lambda text: bool(json.loads(text).get("error")))

    def form(self, page: str, path: str, **data: str) -> Deed:
        """A form of a page that was opened before."""
        return lambda: self.judged(*self.post(path, data, page), lambda text: ALERT.search(text) is not None)

    def judged(self, status: int, text: str, says: Callable[[str], bool]) -> str:
        """A conflict must have words."""
        if status == 409:
            return CONFLICT if says(text) else f"409 without words: {text[:300]}"
        return WON if status in (200, 303) else BUSY if status == 503 else f"{status}: {text[:300]}"


@dataclass
class Square:
    """Web processes in front of the office, and a crowd before them. `cookie`: the name of the browsers' cookie."""

    office: Office
    ports: Sequence[int]
    cookie: str = ""
    there: list[Client] = field(default_factory=list)

    def client(self, number: int) -> Client:
        """At the next of the processes, from an address of its own."""
        self.there.append(Client(self.ports[number % len(self.ports)], f"198.51.100.{number + 1}"))
        return self.there[-1]

    def leave(self) -> None:
        """The crowd goes home."""
        for one in self.there:
            one.close()
        self.there.clear()

    def staff(self, actors: Sequence[Actor]) -> list[tuple[Client, str]]:
        """Signed in, each with the session's token."""
        if not self.cookie:
            first = self.client(0)
            first.get("/staff/sign-in")
            self.cookie = next(iter(first.cookies))
        signer = SecureCookieSessionInterface().get_signing_serializer(_signing())
        assert signer is not None
        found = []
        for number, session_id in enumerate(_sessions(self.office, actors)):
            one = self.client(number)
            value = signer.dumps({"office": str(self.office.tenant_id), "sid": session_id})
            one.cookies[self.cookie] = value if isinstance(value, str) else value.decode()
            status, text = one.get("/api/v1/session")
            assert status == 200, text
            found.append((one, str(json.loads(text)["csrf_token"])))
        return found

    def residents(self, number: int) -> list[tuple[Client, str]]:
        """Each with the page of the case open."""
        found = []
        for at in range(number):
            one = self.client(at)
            status, text = one.get(f"/c/{self.office.token}")
            assert status == 200, text
            found.append((one, text))
        return found


def _signing() -> Flask:
    app = Flask("cookies")
    app.secret_key = SECRET
    return app


def _sessions(office: Office, actors: Sequence[Actor]) -> list[str]:
    """What signing in leaves behind, without fifty slow hashes."""
    def begin(uow: Any) -> list[str]:
        users = {user.id: user for user in uow.session.scalars(select(User).where(
            User.id.in_([actor.user_id for actor in actors])))}
        return [str(sessions.begin(uow, users[actor.user_id], "password")["session_id"]) for actor in actors]

    return transact(office.tenant_id, SYSTEM, begin)


def _claim(square: Square, clients: int) -> list[tuple[str, Deed]]:
    task = _at_intake(square.office)
    return [("claim", one.call(token, f"/tasks/{task}/claim", {}))
            for one, token in square.staff(crowd(square.office, "intake_clerk"))[:clients]]


def _complete(square: Square, clients: int) -> list[tuple[str, Deed]]:
    task = _at_intake(square.office)
    return [("complete", one.call(token, f"/tasks/{task}/complete", {"data": INTAKE}))
            for one, token in square.staff(crowd(square.office, "intake_clerk"))[:clients]]


def _at_intake(office: Office) -> UUID:
    office.submit()
    office.work()
    return office.tasks()["task_intake"].id


def _correlate(square: Square, clients: int) -> list[tuple[str, Deed]]:
    to_handling(square.office)
    square.office.do("task_handle", action="ask_resident", question="几号楼? Which block?")
    return [("correlate", one.form(page, f"/c/{square.office.token}/answer", text=f"{number}号楼"))
            for number, (one, page) in enumerate(square.residents(clients))]


def _withdraw(square: Square, clients: int) -> list[tuple[str, Deed]]:
    to_handling(square.office)
    return [("withdraw", one.form(page, f"/c/{square.office.token}/withdraw", reason="算了"))
            for one, page in square.residents(clients)]


def _mixed(square: Square, clients: int) -> list[tuple[str, Deed]]:
    """The unit replies, the resident withdraws, the worker fires what is late."""
    office = square.office
    to_handling(office)
    task, third = office.tasks()["task_handle"].id, -(-clients // 3)
    timer = office.rows(TimerRow, TimerRow.clock == "reply.due_at", TimerRow.instance_id == office.case().instance_id)[0]
    with database.current().write(office.tenant_id) as session:
        session.execute(update(TimerRow).where(TimerRow.id == timer.id).values(
            due_at=office.clock.now() - timedelta(hours=1)))
        session.commit()
    fire = FireDueTimer(tenant_id=office.tenant_id, actor=SYSTEM, timer_id=timer.id)
    handlers = square.staff([office.who("handler@LRS")] * third)
    return [*(("complete", one.call(token, f"/tasks/{task}/complete", {"data": REPLY})) for one, token in handlers),
            *(("withdraw", one.form(page, f"/c/{office.token}/withdraw", reason="算了"))
              for one, page in square.residents(third)),
            *(("fire", partial(heard, fire)) for _ in range(clients - 2 * third))]


RACES: tuple[tuple[str, Callable[[Square, int], list[tuple[str, Deed]]], tuple[str, ...]], ...] = (
    ("claim", _claim, ("case.task_claimed",)), ("complete", _complete, ("case.task_completed",)),
    ("correlate", _correlate, ("case.question_answered",)), ("withdraw", _withdraw, ("case.closed",)),
    ("mixed", _mixed, ("case.closed", "case.replied", "deadline.breached")))


def run(square: Square, number: int, clients: int = CLIENTS) -> Outcome:
    """One race, with what everybody heard."""
    _name, prepare, once = RACES[number]
    deeds = prepare(square, clients)
    with counted(square.office, once) as doubled:
        outcome = together(deeds)
    square.leave()
    outcome.doubled = doubled
    return outcome


@contextmanager
def square(office: Office, url: str, folder: Path, webs: int) -> Iterator[Square]:
    """So many web processes on the office's database."""
    with house.running(url, folder, webs, 0) as running:
        yield Square(office, running.ports)
