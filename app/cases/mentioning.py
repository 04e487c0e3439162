"""Colleagues named in a note by `@login` or `@name`: who may be meant, and who is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import policy
from app.auth import queries as auth
from app.cases import access, outside
from app.cases.model import REQUEST, Case, CaseEntry
from app.kernel.commands import Actor
from app.kernel.errors import FieldErrors, Invalid, msg

AT = re.compile(r"(?<![A-Za-z0-9._%+-])@(?=[^\W\d_])")
"""An @ that begins a name: not that of an address, nor one before a number or space."""
WORD = re.compile(r"[\w.-]{1,40}")


@dataclass(frozen=True)
class Mentionable:
    """Somebody who may read the case; `same_unit`: of the unit that has it."""

    user_id: UUID
    login: str
    name: str
    same_unit: bool


def mentionable(session: Session, actor: Actor, case: Case) -> list[Mentionable]:
    """Who may read the case, those of its unit first. An outside provider names its own people and who wrote here."""
    firms = outside.provider_units(session)
    people = [one for one in auth.staff_actors(session) if policy.can(one, "case.read", case)
              and ((bound := outside.bound_to(one, firms)) is None or case.unit in bound)
              and (case.nature == REQUEST or access.concerned(one, case))]
    if outside.bound_to(actor, firms) is not None:
        wrote = set(session.scalars(select(CaseEntry.by_user_id).where(CaseEntry.case_id == case.id)))
        own = policy.units_of(actor.groups)
        people = [one for one in people if one.user_id in wrote or not own.isdisjoint(policy.units_of(one.groups))]
    users = auth.users(session, [one.user_id for one in people if one.user_id])
    found = [Mentionable(user.id, user.login or "", user.name, case.unit in policy.units_of(one.groups))
             for one in people if one.user_id and (user := users.get(one.user_id))]
    return sorted(found, key=lambda one: (not one.same_unit, one.name, one.login))


def mentioned(text: str, people: list[Mentionable]) -> list[tuple[str, Mentionable]]:
    """(as written, who) in order, each person once. Raises Invalid at `text` for a name that nobody or several bear."""
    found: dict[UUID, tuple[str, Mentionable]] = {}
    errors: list[tuple[str, dict[str, str]]] = []
    for at in AT.finditer(text):
        rest = text[at.end():]
        written, meant = _longest(rest, people)
        if len(meant) == 1:
            found.setdefault(meant[0].user_id, (f"@{written}", meant[0]))
        elif meant:
            logins = ", ".join(one.login for one in meant[:8])
            errors.append((msg("Several colleagues are called %(name)s. Please write one of these: %(logins)s"),
                           {"name": written, "logins": logins}))
        else:
            word = WORD.match(rest)
            errors.append((msg("Nobody who may read this case is called %(name)s. Write a sign-in name, or put a space "
                               "after the @ when nobody is meant."), {"name": word[0] if word else rest[:20]}))
    if errors:
        fields: FieldErrors = {"text": [(message, dict(params)) for message, params in errors]}
        raise Invalid(msg("Please check what is marked."), fields=fields)
    return list(found.values())


def names_anybody(text: str, people: list[Mentionable]) -> bool:
    """Whether a colleague is named at all."""
    return any(_longest(text[at.end():], people)[1] for at in AT.finditer(text))


def _longest(rest: str, people: list[Mentionable]) -> tuple[str, list[Mentionable]]:
    """The longest sign-in name or name that the text begins with, and who bears it."""
    hits = [(len(called), one) for one in people for called in {one.login, one.name}
            if called and _begins(rest, called)]
    longest = max((length for length, _one in hits), default=0)
    meant = [one for length, one in hits if length == longest]
    by_login = [one for one in meant if one.login == rest[:longest].lower()]
    return rest[:longest], by_login or meant


def _begins(rest: str, called: str) -> bool:
    """Whether the text begins with the name as a whole; after a Chinese name the sentence may go on at once."""
    if rest[:len(called)].lower() != called.lower():
        return False
    after = rest[len(called):len(called) + 2]
    if not called[-1].isascii() or not after:
        return True
    if after[0] in ".-":  # the end of a sentence, or a longer name
        return len(after) < 2 or not (after[1].isascii() and after[1].isalnum())
    return not (after[0].isascii() and (after[0].isalnum() or after[0] in "_@"))
