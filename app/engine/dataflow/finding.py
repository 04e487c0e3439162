"""Variables that an expression reads though nothing can have written them before."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from app.engine.dataflow.neighbours import Office
from app.engine.dataflow.paths import Before
from app.engine.dataflow.uses import Read, Uses, uses
from app.engine.diagram import Diagram


@dataclass(frozen=True)
class Missing:
    """`read` finds nothing. `written_at`: elements that write it on other paths; empty when nobody does. `like`: a
    name that is written and looks nearly the same."""

    read: Read
    written_at: tuple[str, ...] = ()
    like: str | None = None


def missing(diagram: Diagram, office: Office) -> list[Missing]:
    """Each name once for each element, in the order of the file."""
    found = uses(diagram, office)
    given = office.given()
    outward: dict[str, list[str]] = {}
    for write in found.writes:
        if not write.local:
            outward.setdefault(write.name, []).append(write.node)
    unsure = [one for one in found.reads
              if one.seen is not None and one.name not in one.seen and one.name not in given]
    if not unsure:
        return []
    before = Before(diagram, {write.node for write in found.writes} | found.opaque)
    out: dict[tuple[str, str], Missing] = {}
    for one in unsure:
        writers = outward.get(one.name, [])
        if not before.may(one.node, one.leaving, [*writers, *found.opaque]) and not _for_others(one, office, diagram):
            like = None if writers else _like(one.name, found, given)
            out.setdefault((one.element, one.name), Missing(one, tuple(dict.fromkeys(writers)), like))
    return list(out.values())


def _for_others(one: Read, office: Office, diagram: Diagram) -> bool:
    """A column of a shared table that only other diagrams fill."""
    if one.what != "decision":
        return False
    asked = next((node.extensions.get("calledDecision", "decisionId") for _, node in diagram.nodes()
                  if node.id == one.node), None)
    return office.asked_elsewhere(asked or "", one.name)


def _like(name: str, found: Uses, given: frozenset[str]) -> str | None:
    known = sorted({write.name for write in found.writes} | given)
    return next(iter(difflib.get_close_matches(name, known, 1, 0.8)), None)
