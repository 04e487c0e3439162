"""What a package would change in an office, and why it would be refused; nothing is stored."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app import catalog
from app.catalog import queries
from app.kernel.errors import Problem
from app.studio.packages.closure import closure
from app.studio.packages.zipped import Packed

NEW, CHANGED, EQUAL = "new", "changed", "equal"


@dataclass(frozen=True)
class Line:
    """One file of the package beside what is in force. `own`: the office's version is replaced, not the base's."""

    packed: Packed
    state: str
    current: bytes | None
    own: bool = False


@dataclass(frozen=True)
class Comparison:
    """`missing`: what the package's processes need and neither it nor the office has. `stands`: of which state this was
    told; another one means that the office has changed meanwhile."""

    lines: tuple[Line, ...]
    missing: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]
    stands: str

    @property
    def refused(self) -> bool:
        """Whether publishing would be refused."""
        return any(one.severity == "error" for one in self.problems)


def compare(session: Session, tenant_id: UUID, packed: list[Packed]) -> Comparison:
    """Each file against what is in force, all of them checked as one set."""
    lines = lines_of(session, tenant_id, packed)
    within = {(one.kind, one.key): one.data for one in packed}
    below, _ = catalog.surroundings(session, tenant_id)
    absent: set[tuple[str, str]] = set()

    def data(kind: str, key: str) -> bytes | None:
        found = within.get((kind, key)) or below(kind, key)
        if found is None:
            absent.add((kind, key))
        return found

    for one in packed:
        if one.kind == "process":
            closure(one.key, data)
    problems = queries.verdict_of(session, tenant_id, drafts(packed))
    return Comparison(lines, tuple(sorted(one for one in absent if one[0] != "process" or _named(packed, one[1]))),
                      tuple(problems), stands(lines))


def lines_of(session: Session, tenant_id: UUID, packed: list[Packed]) -> tuple[Line, ...]:
    """Each file beside what is in force."""
    return tuple(_line(session, tenant_id, one) for one in packed)


def drafts(packed: list[Packed], folder: str | None = None) -> list[catalog.Draft]:
    """As the catalog publishes them, below `folder`; without one by the names they have in the package."""
    return [catalog.Draft(one.kind, one.key, one.data,
                          catalog.kind_named(one.kind).path(one.key, folder) if folder else one.file) for one in packed]


def stands(lines: tuple[Line, ...]) -> str:
    """A digest of what is in force beside each file."""
    told = [hashlib.sha256(one.current).hexdigest() if one.current is not None else "-" for one in lines]
    return hashlib.sha256("|".join(told).encode()).hexdigest()


def _named(packed: list[Packed], key: str) -> bool:
    """Whether some file calls the process by its key; what a table might answer is no promise."""
    return any(one.kind == "process" and f'processId="{key}"'.encode() in one.data for one in packed)


def _line(session: Session, tenant_id: UUID, one: Packed) -> Line:
    found = catalog.live(session, tenant_id, one.kind, one.key)
    if found is None:
        return Line(one, NEW, None)
    return Line(one, EQUAL if found.data == one.data else CHANGED, found.data, found.tenant_id == tenant_id)
