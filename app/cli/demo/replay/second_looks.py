"""What people do beside their tasks: take in during the call, and notice later that two cases are the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from app.cases.commands import JoinCases, SubmitCase, TakeInCase, UndoJoin
from app.cli.demo.replay.behaviour import Behaviour
from app.cli.demo.replay.desk import KINDS, Known
from app.cli.demo.replay.people import People
from app.kernel import clock
from app.kernel.bus import dispatch
from app.kernel.errors import Conflict, Invalid

Plan = Callable[[datetime, str, Callable[[], Any]], None]
WAITING = ("task_intake", "task_classify", "task_dispatch")


@dataclass
class SecondLooks:
    """Of the intake desk and the dispatchers."""

    people: People
    behaviour: Behaviour
    cases: dict[UUID, Known]

    def hand_in(self, command: SubmitCase, service: str | None) -> Any:
        """As it is, or taken in by the clerk who writes it down; the office may refuse what the clerk decided."""
        clerk, writes = self.people.member((), "intake_clerk"), command.actor.kind == "guest" and not command.anonymous
        if clerk is not None and writes and self.behaviour.happens("desk", "rings"):
            command = replace(command, actor=clerk, channel="phone")
        if "intake_clerk" not in command.actor.roles or not self.behaviour.happens("desk", "decides"):
            return dispatch(command)
        try:
            return dispatch(self._decided(command, service))
        except Invalid:
            return dispatch(command)

    def _decided(self, command: SubmitCase, service: str | None) -> TakeInCase:
        how = self.behaviour
        decision = how.weighted(how.part("desk", "decision"))
        more: dict[str, Any] = {}
        if decision == "answer_now":
            more["answer"] = how.words("zh")
            if how.happens("desk", "asked"):
                more["solved"] = how.weighted(how.part("residents", "solved"))
                more["rating"] = how.weighted(how.part("residents", "rating", more["solved"]))
        if decision == "join":
            more["similar_to"] = self._other(None, service)
        given = {f.name: getattr(command, f.name) for f in fields(command)} | more
        return TakeInCase(**given, decision=decision, kind=KINDS.get(service or "", "consultation"))

    def _other(self, but: UUID | None, service: str | None) -> UUID | None:
        """Another open case: of the same service if there is one."""
        others = [case_id for case_id, known in self.cases.items() if known.open and case_id != but]
        alike = [case_id for case_id in others if self.cases[case_id].service == service]
        return self.behaviour.chance.choice(alike or others) if others else None

    def opened(self, case_id: UUID, process_id: str, element_id: str, plan: Plan) -> None:
        """A task waits: now and then somebody sees that the case is one that is open already."""
        if process_id == "follow_up" or (process_id == "service_request" and element_id not in WAITING):
            return
        if self.behaviour.happens("desk", "second_look", element_id if element_id in WAITING else "handled"):
            plan(self._soon(), "join", partial(self.join, case_id, plan))

    def _soon(self) -> datetime:
        return self.behaviour.later(clock.now(), self.behaviour.part("desk", "after"))

    def join(self, case_id: UUID, plan: Plan) -> None:
        """By their numbers; some of it was a mistake."""
        known = self.cases[case_id]
        other, actor = self._other(case_id, known.service), self.people.member((), "dispatcher")
        if other is None or actor is None or not known.open:
            raise Conflict("nothing to join")
        dispatch(JoinCases(tenant_id=self.people.tenant_id, actor=actor, number=known.number,
                           earlier_number=self.cases[other].number))
        if self.behaviour.happens("desk", "mistake"):
            plan(self._soon(), "take apart", partial(self.undo, case_id))

    def undo(self, case_id: UUID) -> None:
        """Take it apart again, unless it was answered meanwhile."""
        actor = self.people.member((), "dispatcher")
        if actor is not None:
            dispatch(UndoJoin(tenant_id=self.people.tenant_id, actor=actor, case_id=case_id))
