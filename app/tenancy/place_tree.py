"""Which places belong to which: what a committee or compound covers, and what a building belongs to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.tenancy.model import Place

DEEPEST = 5
"""Committee, compound, building and two to spare: a circle in the data ends here."""


@dataclass
class Branch:
    """A place with what belongs to it, for pages that let somebody choose."""

    place: Place
    inner: list[Branch] = field(default_factory=list)


def below(session: Session, codes: Collection[str]) -> set[str]:
    """The places themselves and everything they cover."""
    found, edge = set(codes), set(codes)
    for _ in range(DEEPEST):
        edge = set(session.scalars(select(Place.code).where(Place.parent_code.in_(edge)))) - found if edge else set()
        found |= edge
    return found


def above(session: Session, codes: Collection[str]) -> set[str]:
    """The places themselves and everything they belong to."""
    found, edge = set(codes), set(codes)
    for _ in range(DEEPEST):
        parents = session.scalars(select(Place.parent_code).where(Place.code.in_(edge))) if edge else ()
        edge = {code for code in parents if code} - found
        found |= edge
    return found


def branches(places: Iterable[Place], kinds: Collection[str] = ("committee", "compound", "building")) -> list[Branch]:
    """Places of these kinds as trees, in the order of their codes."""
    known = {place.code: Branch(place) for place in places if place.kind in kinds}
    tops: list[Branch] = []
    for branch in known.values():
        parent = known.get(branch.place.parent_code or "")
        (parent.inner if parent is not None and parent is not branch else tops).append(branch)
    return tops
