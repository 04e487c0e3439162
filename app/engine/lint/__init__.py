"""Deploy rules for processes. `lint` is what the catalog calls; nothing here runs a process."""

from __future__ import annotations

from typing import Protocol

from app.engine.diagram import Diagram
from app.engine.lint import calls, data, flows, graph, limits, structure, texts, undoing, work
from app.engine.reading import read
from app.kernel.errors import DefinitionError, Problem


class Lookup(Protocol):
    """What else is published. One that also lists it (`keys(kind)`) lets variables and clocks be checked."""

    def has(self, kind: str, key: str) -> bool:
        """Whether a `form`, `decision` or `process` of this key exists."""

    def data(self, kind: str, key: str) -> bytes | None:
        """Its bytes, or None."""


def lint(data: bytes, file: str, lookup: Lookup | None = None) -> list[Problem]:
    """Every problem of a file, errors first. `lookup` None: references to other files are not checked."""
    try:
        return check(read(data, file), lookup)
    except DefinitionError as error:
        return error.problems


def check(diagram: Diagram, lookup: Lookup | None = None) -> list[Problem]:
    """All rules over a diagram that could be read."""
    structure.check(diagram)
    flows.check(diagram)
    work.check(diagram, lookup)
    undoing.check(diagram)
    calls.check(diagram, lookup)
    texts.check(diagram)
    if not any(p.severity == "error" for p in diagram.problems):
        graph.check(diagram)
        limits.check(diagram)
        data.check(diagram, lookup)
    return sorted(diagram.problems, key=lambda p: (p.severity != "error", p.line or 0))


__all__ = ["Lookup", "check", "lint"]
