"""A driver plays residents and staff of several cases at once, as web requests do: each command with a key, sent again
under the same key until an answer is heard. It may die at any moment; who takes its lane over goes on."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.cases.commands import AnswerQuestion, CompleteTask, RateCase, SubmitCase, WithdrawCase
from app.cases.model import Case
from app.engine.model import OpenTaskRow, SubscriptionRow
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, Actor, Command
from app.kernel.errors import Conflict
from tests.factories import Demo
from tests.integration.test_lifecycle import BEFORE_HANDLING, INTAKE, REPLY
from tests.reliability.intents import Intent, Intents

PATHS = ("plain", "asked", "withdrawn")
KINDS: dict[str, type[Command]] = {kind.__name__: kind for kind in (
    SubmitCase, CompleteTask, AnswerQuestion, WithdrawCase, RateCase)}
AT_ONCE, WAIT, AGAIN = 6, 0.15, 0.2
"""Cases of a lane in hand; seconds to wait when none has anything to do, and before a command is sent again."""
HANDLING: dict[str, dict[str, Any]] = {
    **BEFORE_HANDLING, "task_intake": INTAKE, "task_review": {"reply": REPLY["reply"], "review_approved": "yes"}}


class Driver:
    """One lane. `cases`: how many it brings to their end; `mark` stands in each case's text."""

    def __init__(self, demo: Demo, intents: Intents, seed: int, cases: int) -> None:
        self.demo, self.intents, self.seed, self.cases = demo, intents, seed, cases
        self.closed: set[int] = set()

    def path(self, number: int) -> str:
        """What happens to a case: follows from seed, lane and number."""
        return random.Random(f"{self.seed} {self.intents.lane} {number}").choice(PATHS)

    def mark(self, number: int) -> str:
        """By which a case is found without any answer of the product."""
        return f"[{self.intents.lane}/{number}] 垃圾三天没清。"

    def run(self, told: Callable[[], None] = lambda: None, stop: Callable[[], bool] = lambda: False) -> None:
        """Until all cases are closed, or `stop`. `told` after each answer."""
        for intent in self.intents.open():
            self._send(intent)
            told()
        while len(self.closed) < self.cases and not stop():
            moved = False
            for number in self._in_hand():
                intent = self._next(number)
                if intent is not None:
                    self._send(intent)
                    told()
                    moved = True
            if not moved:
                time.sleep(WAIT)

    def _in_hand(self) -> list[int]:
        return [number for number in range(self.cases) if number not in self.closed][:AT_ONCE]

    def _send(self, intent: Intent) -> None:
        """Send until there is an answer; a conflict is one as well, and stands in the book."""
        command = self._command(intent)
        while intent.answer is None:
            try:
                self.intents.heard(intent, dict(dispatch(command) or {}))
            except Conflict as error:
                if error.message.startswith("This is being worked on right now"):
                    time.sleep(AGAIN)
                    continue
                self.intents.heard(intent, {"conflict": str(error)})
            except DBAPIError:
                time.sleep(AGAIN)  # 503 and Retry-After, at the edge

    def _command(self, intent: Intent) -> Command:
        values = dict(intent.values)
        group = values.pop("group", None)
        actor: Actor = GUEST if group is None else next(
            one for one in self.demo.actors.values() if group in one.groups)
        if "task_id" in values:
            values["task_id"] = UUID(values["task_id"])
        return KINDS[intent.kind](tenant_id=self.demo.tenant_id, actor=actor, key=intent.key, **values)

    def _told_before(self, number: int, kind: str) -> bool:
        return any(intent.case == number and intent.kind == kind for intent in self.intents.known)

    def _next(self, number: int) -> Intent | None:
        submitted = next((intent for intent in self.intents.known
                          if intent.case == number and intent.kind == "SubmitCase"), None)
        if submitted is None:
            return self.intents.mean(number, "SubmitCase", {
                "text": self.mark(number), "name": "王女士", "phone": "13900000001", "module": "CS", "service": "CS01"})
        assert submitted.answer is not None
        try:
            with database.current().read(self.demo.tenant_id) as session:
                return self._look(session, number, submitted.answer)
        except DBAPIError:
            return None

    def _look(self, session: Session, number: int, answer: dict[str, Any]) -> Intent | None:
        """What can be done to a case now, written down; None when there is nothing, or it is closed."""
        case_id, token = answer["case_id"], answer["token"]
        case = session.get_one(Case, (self.demo.tenant_id, UUID(case_id)))
        if case.status != "open":
            self.closed.add(number)
            return None
        done = {i.values.get("task_id") for i in self.intents.known if i.case == number}
        tasks = {row.element_id: row for row in session.scalars(
            select(OpenTaskRow).where(OpenTaskRow.business_key == case_id)) if str(row.id) not in done}
        waits = set(session.scalars(select(SubscriptionRow.name).where(SubscriptionRow.key == case_id)))
        path = self.path(number)
        if "resident_answered" in waits and not self._told_before(number, "AnswerQuestion"):
            return self.intents.mean(number, "AnswerQuestion", {"token": token, "text": "三号 block 3"})
        if "resident_rated" in waits and not self._told_before(number, "RateCase"):
            return self.intents.mean(number, "RateCase", {"token": token, "rating": 5, "solved": "yes"})
        if path == "withdrawn" and "task_handle" in tasks:
            return None if self._told_before(number, "WithdrawCase") else self.intents.mean(
                number, "WithdrawCase", {"token": token, "reason": "算了 never mind"})
        for element_id, row in sorted(tasks.items()):
            data = self._form(number, element_id, path)
            if data is not None:
                return self.intents.mean(number, "CompleteTask", {
                    "task_id": str(row.id), "group": row.groups[0], "data": data})
        return None

    def _form(self, number: int, element_id: str, path: str) -> dict[str, Any] | None:
        if element_id == "task_handle":
            ask = path == "asked" and not self._told_before(number, "AnswerQuestion")
            return {"action": "ask_resident", "question": "几号楼? Which block?"} if ask else REPLY
        return HANDLING.get(element_id)
