"""Telling two versions of a file apart: things with names and texts that came, went, changed or moved."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"
KINDS = (ADDED, REMOVED, CHANGED, MOVED)
ORDER = "order"
"""The last word of the path under which the order of named things stands, one on each line."""


@dataclass(frozen=True)
class Detail:
    """One text of a thing. `path`: where in it, as its room writes that; an empty text is "not there"."""

    path: str
    before: str
    after: str


@dataclass(frozen=True)
class Part:
    """A thing in a file: everything it says, by path, and its place in the picture."""

    id: str
    type: str
    name_zh: str
    name_en: str
    facts: Mapping[str, str]
    place: str = ""


@dataclass(frozen=True)
class PartChange:
    """What became of a thing. `kind`: added, removed, changed, or moved when only its place differs.

    Type and names are those of the newer file that has it. `moved`: its place differs, too.
    """

    id: str
    kind: str
    type: str
    name_zh: str
    name_en: str
    details: tuple[Detail, ...] = ()
    moved: bool = False


def differing(old: Mapping[str, Part], new: Mapping[str, Part]) -> tuple[PartChange, ...]:
    """In the order of the new file, the removed ones last."""
    found = [_change(old.get(one.id), one) for one in new.values()]
    gone = [PartChange(one.id, REMOVED, one.type, one.name_zh, one.name_en)
            for one in old.values() if one.id not in new]
    return (*(one for one in found if one is not None), *gone)


def _change(old: Part | None, new: Part) -> PartChange | None:
    names = (new.type, new.name_zh, new.name_en)
    if old is None:
        return PartChange(new.id, ADDED, *names)
    details, moved_too = tuple(_details(old, new)), old.place != new.place
    if not details and not moved_too:
        return None
    return PartChange(new.id, CHANGED if details else MOVED, *names, details, moved_too)


def _details(old: Part, new: Part) -> Iterator[Detail]:
    if old.type != new.type:
        yield Detail("type", old.type, new.type)
    for path in dict.fromkeys((*old.facts, *new.facts)):
        was, now = old.facts.get(path, ""), new.facts.get(path, "")
        if was == now and (path in old.facts) == (path in new.facts):
            continue
        if path.split(" ")[-1] == ORDER and sorted(was.split("\n")) != sorted(now.split("\n")):
            continue  # what came or went says it itself
        yield Detail(path, was, now)


def moved(before: Sequence[str], after: Sequence[str]) -> frozenset[str]:
    """Of the names that both lists have (each once), the fewest that moved past others."""
    place = {name: number for number, name in enumerate(before)}
    common = [name for name in after if name in place]
    ends: list[int] = []
    tails: list[int] = []
    came_from: list[int] = []
    for number, name in enumerate(common):
        length = bisect_left(ends, place[name])
        ends[length:length + 1] = [place[name]]
        tails[length:length + 1] = [number]
        came_from.append(tails[length - 1] if length else -1)
    stayed, at = set(), tails[-1] if tails else -1
    while at >= 0:
        stayed.add(common[at])
        at = came_from[at]
    return frozenset(name for name in common if name not in stayed)
