"""What a reader may see of whoever asked, by the table `person_visibility`; every staff page passes through here."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import catalog, dmn, feel
from app.auth import policy
from app.cases import outside
from app.cases.model import REQUEST, Case, Person, every
from app.cases.patterns import CODE, PHONES
from app.kernel import clock
from app.kernel.commands import Actor

DECISION = "person_visibility"
PARTS = ("name", "phone", "text", "files")
STARS = "***"
WISH = "on_behalf_of"


def masked(phone: str) -> str:
    """Only the last two digits."""
    return "*" * max(0, len(phone) - 2) + phone[-2:] if len(phone) > 4 else "*" * len(phone)


class Veil:
    """One reader and one case. `hidden`: which of PARTS the reader may not see."""

    def __init__(self, hidden: frozenset[str], names: tuple[str, ...] = (), phone: str = "") -> None:
        self.hidden = hidden
        self._patterns: list[tuple[re.Pattern[str], str]] = []
        if "name" in hidden:
            self._patterns += [(re.compile(re.escape(name)), STARS) for name in names if len(name) > 1]
        if "phone" in hidden and len(digits := re.sub(r"\D", "", phone)) > 4:
            self._patterns.append((re.compile(r"[\s.-]?".join(digits)), masked(digits)))

    def cover(self, text: str) -> str:
        """A text without the name and phone that are hidden, nor any other telephone then."""
        for pattern, stars in self._patterns:
            text = pattern.sub(stars, text)
        return PHONES.sub(lambda found: masked(found[0]), text) if "phone" in self.hidden else text

    def words(self, text: str) -> str:
        """The resident's words, or what repeats them: empty when they are hidden."""
        return "" if "text" in self.hidden else self.cover(text)

    def values(self, value: Any, *, ours: bool = False) -> Any:
        """A document with every text covered. Where the words are hidden only codes and numbers are left of it,
        unless it is `ours`: texts of tables, not of people.
        """
        if isinstance(value, str):
            return self.cover(value) if ours or CODE.fullmatch(value) else self.words(value)
        if isinstance(value, Mapping):
            hides = {WISH} if "name" in self.hidden else set()
            return {key: self.values(inner, ours=ours) for key, inner in value.items() if key not in hides}
        if isinstance(value, list | tuple):
            return type(value)(self.values(inner, ours=ours) for inner in value)
        return value


OPEN = Veil(frozenset())


class Veils:
    """Asks the table once for each kind of case on a page."""

    def __init__(self, session: Session, actor: Actor) -> None:
        self.session, self.actor = session, actor
        self._outside: frozenset[str] | None = None
        self._known: dict[tuple[Any, ...], frozenset[str]] = {}

    def of(self, case: Case) -> Veil:
        """The veil between the reader and a case."""
        hidden = self._hidden(case) if case.nature == REQUEST else frozenset[str]()
        if not hidden:
            return OPEN
        person = self.session.get(Person, (case.tenant_id, case.person_id)) if case.person_id else None
        names = (person.name if person else None, str(case.fields.get(WISH) or ""))
        return Veil(hidden, tuple(name.strip() for name in names if name), (person.phone or "") if person else "")

    def _hidden(self, case: Case) -> frozenset[str]:
        """The role that sees most counts; whoever has no role that reads cases sees nothing of a person."""
        if self.actor.kind == "system":
            return frozenset()
        reading = policy.roles_that_may("case.read")
        if self._outside is None:
            self._outside = outside.provider_units(self.session)
        asked = tuple(sorted((role, "provider" if outside.held_outside(self.actor, role, self._outside) else "internal",
                              f"{role}@{case.unit}" in self.actor.groups) for role in self.actor.roles & reading))
        key = (asked, case.kind, case.anonymous, case.confidential, case.service)
        if key not in self._known:
            visible = {part for role, kind, own in asked for part in self._visible(case, role, kind, own)}
            self._known[key] = frozenset(PARTS) - visible
        return self._known[key]

    def _visible(self, case: Case, role: str, unit_kind: str, own_unit: bool) -> set[str]:
        model = catalog.compiled(self.session, case.tenant_id, "decision", DECISION)[1]
        inputs = {"role": role, "unit_kind": unit_kind, "own_unit": own_unit, "kind": case.kind,
                  "anonymous": case.anonymous, "confidential": case.confidential, "service": case.service}
        answer = feel.to_json(dmn.decide(model, DECISION, inputs, now=clock.now()).value)
        return {part for part in PARTS if isinstance(answer, dict) and answer.get(part) == "visible"}


def covers(session: Session, actor: Actor, case_ids: Collection[UUID]) -> dict[UUID, Callable[[str], str]]:
    """By case: what turns a text about it into what the reader may see, for pages of other rooms (messages)."""
    cases = list(session.scalars(every(select(Case).where(Case.id.in_(case_ids)))))
    _people = list(session.scalars(select(Person).where(Person.id.in_({one.person_id for one in cases}))))
    veils = Veils(session, actor)  # finds the people in the session: read one by one they took most of a page's time
    return {case.id: veils.of(case).cover for case in cases}


def bound_units(session: Session, actor: Actor) -> frozenset[str] | None:
    """The units whose cases alone the actor may read; None for whoever belongs to the office itself."""
    return outside.bound_to(actor, outside.provider_units(session))
