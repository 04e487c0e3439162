"""The residents and clerks of the year: who hands in what, with which picture, and what they say of the reply."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from app.cases.commands import RateCase, SubmitCase
from app.cases.model import Case
from app.cli.demo import office
from app.cli.demo.replay.behaviour import span
from app.cli.demo.replay.desk import Known
from app.cli.demo.replay.messages import Message
from app.cli.demo.replay.people import BY_STAFF, People
from app.cli.demo.replay.second_looks import Plan, SecondLooks
from app.cli.demo.replay.visitors import Visitors
from app.cli.demo.year import pictures
from app.cli.demo.year.acting import YearBehaviour
from app.cli.demo.year.arrivals import Arrival
from app.cli.demo.year.scripts import Course
from app.kernel import clock, database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, Actor
from app.tenancy.queries import places_named

GUEST_MARK = "demo-year"


@dataclass
class YearPeople(People):
    """Staff as in a replay; residents as the arrivals name them."""

    place_ids: dict[str, UUID] = field(default_factory=dict)
    holders: dict[str, Actor] = field(default_factory=dict)

    @staticmethod
    def of_office(tenant_id: UUID, how: YearBehaviour, arrivals: list[Arrival]) -> YearPeople:
        """Everybody who acts on these requests."""
        known = People.of(tenant_id, how)
        with database.current().read(tenant_id) as session:
            places = places_named(session, {one.place_code for one in arrivals})
            ids = {code: place.id for code, place in places.items()}
        holders = {login: office.account(tenant_id, login) for login in {one.holder for one in arrivals} if login}
        return YearPeople(tenant_id, how, known.members, known.places, place_ids=ids, holders=holders)

    def submission(self, message: Message) -> SubmitCase:
        """What the person of an arrival hands in."""
        assert isinstance(message, Arrival)  # noqa: S101  what a year is made of
        how, script = self.behaviour, message.script
        clerk = self.member((), "intake_clerk") if message.channel in BY_STAFF and script is None else None
        actor = clerk or (self.holders[message.holder] if message.holder else GUEST)
        free = script is None and message.holder is None and clerk is None
        anonymous = free and how.happens("residents", "anonymous")
        urgency = how.weighted(how.part("residents", "urgency")) if script is None else "none"
        files = pictures.send(self.tenant_id, actor, message.line, GUEST_MARK) if message.picture else ()
        return SubmitCase(
            tenant_id=self.tenant_id, actor=actor, key=f"year:{message.row_id}", text=message.text,
            name=None if anonymous else message.name, anonymous=anonymous, channel=message.channel,
            locale=message.locale,
            phone=None if anonymous or (free and how.happens("residents", "no_phone")) else message.phone,
            urgency_claimed=None if urgency == "none" else urgency, place_id=self.place_ids.get(message.place_code),
            attachment_ids=files, guest_mark=GUEST_MARK if files and actor is GUEST else None, **self._about(message))

    def _about(self, message: Arrival) -> dict[str, Any]:
        if message.service is None or (message.script is not None and message.script.says_nothing):
            return {}
        says = message.script is not None or self.behaviour.happens("residents", "says_service")
        return {"module": message.service[:2], "service": message.service if says else None}


class YearLooks(SecondLooks):
    """Nobody joins or takes apart a case whose course is written down."""

    def hand_in(self, command: SubmitCase, service: str | None) -> Any:
        """As it is where a script says what the window does."""
        return dispatch(command) if command.key in self._written else super().hand_in(command, service)

    def opened(self, case_id: UUID, process_id: str, element_id: str, plan: Plan) -> None:
        """As in a replay, for the others."""
        assert isinstance(self.behaviour, YearBehaviour)  # noqa: S101
        if case_id not in self.behaviour.courses:
            super().opened(case_id, process_id, element_id, plan)

    _written: frozenset[str] = frozenset()

    def spare(self, keys: frozenset[str]) -> None:
        """The idempotency keys of requests that have a script."""
        self._written = keys


class YearVisitors(Visitors):
    """Residents: by their script, else by the ways of the unit that handled their case."""

    def submit(self, message: Message, plan: Plan) -> None:
        """Hand a request in; some will take it back one day."""
        assert isinstance(message, Arrival) and isinstance(self.behaviour, YearBehaviour)  # noqa: S101
        command = self.people.submission(message)
        answer = self.looks.hand_in(command, message.service)
        case_id, actor = UUID(answer["case_id"]), self._actor(command)
        self.cases[case_id] = Known(answer["number"], answer["token"], message.service, message.at, actor)
        self.behaviour.services[case_id] = message.service or ""
        if message.script is not None:
            self.behaviour.courses[case_id] = Course(message.script)
            if message.script.withdraws:
                plan(self._after(message.script.withdraws), "withdraw", partial(self.withdraw, case_id))
        elif self.behaviour.happens("residents", "withdraw", "share"):
            plan(self._later("withdraw"), "withdraw", partial(self.withdraw, case_id))

    @staticmethod
    def _actor(command: SubmitCase) -> Actor:
        """Who holds the personal link: a clerk only writes down what somebody says."""
        return command.actor if "resident" in command.actor.roles else GUEST

    def _after(self, length: str) -> datetime:
        return span(length, self.behaviour.calendar).after(clock.now(), self.behaviour.calendar)

    def asked(self, case_id: UUID, element_id: str, plan: Plan) -> None:
        """A question came; scripted residents answer or do not."""
        course = self._course(case_id)
        if course is None:
            super().asked(case_id, element_id, plan)
        elif course.script.answers:
            plan(self._later("answer"), "answer", partial(self.answer, case_id))

    def visit_agreed(self, case_id: UUID, plan: Plan) -> None:
        """Scripted residents take the time that is offered."""
        if self._course(case_id) is None:
            super().visit_agreed(case_id, plan)

    def invited(self, case_id: UUID, plan: Plan) -> None:
        """The reply is there; some rate, scripted ones as it is written."""
        course = self._course(case_id)
        if course is None:
            super().invited(case_id, plan)
            return
        course.seen["invited"] += 1
        if course.seen["invited"] <= len(course.script.rate):
            plan(self._after("3 h"), "rate", partial(self.rate, case_id))

    def rate(self, case_id: UUID) -> None:
        """Only where a rating is awaited."""
        known, how, course = self.cases[case_id], self.behaviour, self._course(case_id)
        assert isinstance(how, YearBehaviour)  # noqa: S101
        if not self._page(known).can_rate:
            return
        if course is not None:
            solved, mark = course.script.rate[min(course.seen["invited"], len(course.script.rate)) - 1]
        else:
            solved, mark = how.verdict(self._unit(case_id))
        tone = "good" if mark > 3 else ("fair" if mark == 3 else "poor")
        comment = how.said("comments", tone) if how.happens("residents", "comment") else ""
        dispatch(RateCase(tenant_id=self.people.tenant_id, actor=known.actor, token=known.token, rating=mark,
                          solved=solved, comment=comment))

    def _course(self, case_id: UUID) -> Course | None:
        assert isinstance(self.behaviour, YearBehaviour)  # noqa: S101
        return self.behaviour.courses.get(case_id)

    def _unit(self, case_id: UUID) -> str | None:
        with database.current().read(self.people.tenant_id) as session:
            case = session.get(Case, (self.people.tenant_id, case_id))
            return case.unit if case is not None else None
