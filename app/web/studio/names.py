"""Definitions and people in words of the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth import queries as auth
from app.catalog import Published
from app.studio import naming, surveying
from app.web.sessions import the_office
from app.web.texts import locale

NAMELESS = ("form", "scenarios")


def in_words(name: naming.Title, key: str) -> str:
    """The reader's half of a name, else the other one, else the key."""
    zh, en = name
    return (en or zh if locale() == "en" else zh or en) or key


def naming_diagrams(session: Session, *kinds: str) -> Iterable[Published]:
    """The diagrams in force where definitions of one of these kinds may be called after them."""
    return surveying.processes(session, the_office().tenant_id) if not set(kinds).isdisjoint(NAMELESS) else ()


def called(kind: str, key: str, data: bytes, diagrams: Iterable[Published] = ()) -> str:
    """What a file is called; a form without a name as the task that shows it, scenarios as their process."""
    found = naming.title(kind, key, data)
    if kind == "form" and not any(found):
        found = naming.titles_of_forms(one.data for one in diagrams).get(key, found)
    if kind == "scenarios":
        found = next((naming.title("process", key, one.data) for one in diagrams if one.key == key), found)
    return in_words(found, key)


def people(session: Session, ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Names by id."""
    found = auth.names(session, {one for one in ids if one is not None})
    return {one: name for one, name in found.items()}  # noqa: C416  widens the type: an id may be missing
