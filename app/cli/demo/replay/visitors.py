"""What residents do in a replay: hand in, answer, withdraw, rate; each through the command the web uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from app.cases import queries
from app.cases.commands import AnswerQuestion, RateCase, RefuseAppointment, WithdrawCase
from app.cases.resident_views import ResidentPage
from app.cli.demo.replay.behaviour import Behaviour
from app.cli.demo.replay.desk import Known
from app.cli.demo.replay.messages import Message
from app.cli.demo.replay.outages import Outages
from app.cli.demo.replay.people import People
from app.cli.demo.replay.second_looks import SecondLooks
from app.kernel import clock, database
from app.kernel.bus import dispatch

Plan = Callable[[datetime, str, Callable[[], Any]], None]
"""(when, what for the report, deed)."""


@dataclass
class Visitors:
    """All residents."""

    people: People
    behaviour: Behaviour
    cases: dict[UUID, Known]
    outages: Outages
    looks: SecondLooks

    def submit(self, message: Message, plan: Plan) -> None:
        """Hand a request in; some will take it back one day."""
        command = self.people.submission(message)
        answer = self.looks.hand_in(command, message.service)
        case_id = UUID(answer["case_id"])
        actor = self.people.resident(message.user).actor
        self.cases[case_id] = Known(answer["number"], answer["token"], message.service, message.at, actor)
        if self.behaviour.option(case_id, "outage", "suggest", self.behaviour.part("outages", "suggest")) == "fails":
            self.outages.hit()
        if self.behaviour.happens("residents", "withdraw", "share"):
            plan(self._later("withdraw"), "withdraw", partial(self.withdraw, case_id))

    def asked(self, case_id: UUID, element_id: str, plan: Plan) -> None:
        """A question came; some answer, and at each place of the diagrams somebody stays silent."""
        replies = self.behaviour.part("residents", "answer", "reply")
        if self.behaviour.option(case_id, element_id, "answer", replies) == "answers":
            plan(self._later("answer"), "answer", partial(self.answer, case_id))

    def visit_agreed(self, case_id: UUID, plan: Plan) -> None:
        """A time was set; it does not suit everybody."""
        wishes = self.behaviour.part("residents", "visit", "wish")
        if self.behaviour.option(case_id, "visit", "wish", wishes) == "refuses":
            plan(self._later("visit"), "refuse_visit", partial(self.refuse_visit, case_id))

    def invited(self, case_id: UUID, plan: Plan) -> None:
        """The reply is there; some rate."""
        if self.behaviour.happens("residents", "rate", "share"):
            plan(self._later("rate"), "rate", partial(self.rate, case_id))

    def _later(self, what: str) -> datetime:
        return self.behaviour.later(clock.now(), self.behaviour.part("residents", what, "after"))

    def withdraw(self, case_id: UUID) -> None:
        """Only where the resident's page offers it."""
        known = self.cases[case_id]
        if self._page(known).can_withdraw:
            dispatch(WithdrawCase(tenant_id=self.people.tenant_id, actor=known.actor, token=known.token,
                                  reason=self.behaviour.words("withdraw")))

    def answer(self, case_id: UUID) -> None:
        """Only while something is asked."""
        known = self.cases[case_id]
        if self._page(known).question is not None:
            dispatch(AnswerQuestion(tenant_id=self.people.tenant_id, actor=known.actor, token=known.token,
                                    text=self.behaviour.words("answer")))

    def refuse_visit(self, case_id: UUID) -> None:
        """Only where the resident's page offers it."""
        known = self.cases[case_id]
        visit = self._page(known).appointment
        if visit is not None and visit.may_refuse:
            dispatch(RefuseAppointment(tenant_id=self.people.tenant_id, actor=known.actor, token=known.token,
                                       text=self.behaviour.words("refusal")))

    def rate(self, case_id: UUID) -> None:
        """Only where a rating is awaited."""
        known, how = self.cases[case_id], self.behaviour
        if self._page(known).can_rate:
            solved = how.weighted(how.part("residents", "solved"))
            rating = how.weighted(how.part("residents", "rating", solved))
            comment = how.words("comment") if how.happens("residents", "comment") else ""
            dispatch(RateCase(tenant_id=self.people.tenant_id, actor=known.actor, token=known.token, rating=rating,
                              solved=solved, comment=comment))

    def _page(self, known: Known) -> ResidentPage:
        with database.current().read(self.people.tenant_id) as session:
            return queries.resident_page(session, known.token)
