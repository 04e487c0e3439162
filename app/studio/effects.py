"""What putting a draft in force would do to what runs: where cases stand, which could go over, who uses a table.

Reading only; of many cases a page looks at the first ones, the run after publishing at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import catalog, engine
from app.auth import policy
from app.cases import moving
from app.cases import queries as cases
from app.catalog import queries as published
from app.catalog.queries import Entry
from app.engine import Element, ProcessDefinition
from app.engine.model import OpenTaskRow
from app.kernel.commands import Actor
from app.studio.drafts import Draft

PROCESS, DECISION, FORM = "process", "decision", "form"
LOOKED_AT = 200
"""Cases that a page looks at while somebody waits."""
JOINS = ("parallelGateway", "inclusiveGateway")


@dataclass(frozen=True)
class Choice:
    """Which cases go over, and what takes whose place. `versions`: hashes of the ones they come from, empty: all."""

    versions: tuple[str, ...] = ()
    pairs: Mapping[str, str] = field(default_factory=dict)
    at: tuple[str, ...] = ()
    submitted_from: datetime | None = None
    services: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    def narrowed(self) -> bool:
        """Whether some are left out by more than their version."""
        return bool(self.at or self.services or self.units or self.submitted_from is not None)


@dataclass(frozen=True)
class Standing:
    """Open cases of one version. `chosen`: so many the choice names; `groups`: verdicts of the first `looked` of them.
    `joining`: gateway -> cases among those looked at that wait there for other branches."""

    version: Entry
    old: ProcessDefinition
    open: int
    places: tuple[moving.Place, ...]
    chosen: int
    looked: int
    groups: tuple[moving.Group, ...]
    joining: Mapping[str, int]
    verdicts: Mapping[str, int]

    def count(self, outcome: str) -> int:
        """Cases looked at with this verdict."""
        return self.verdicts.get(outcome, 0)


@dataclass(frozen=True)
class ProcessEffect:
    """Of a changed diagram, by the versions that open cases run on."""

    standings: tuple[Standing, ...]

    @property
    def open(self) -> int:
        """Open cases of all versions but the draft's own."""
        return sum(one.open for one in self.standings)

    @property
    def chosen(self) -> int:
        """What the choice names."""
        return sum(one.chosen for one in self.standings)

    @property
    def looked(self) -> int:
        """Of those, how many were looked at."""
        return sum(one.looked for one in self.standings)

    def count(self, outcome: str) -> int:
        """Cases looked at with this verdict."""
        return sum(one.count(outcome) for one in self.standings)


@dataclass(frozen=True)
class UsedBy:
    """Where a table or form is used by a process in force. `open`: tasks that are open there, of a form; of a table
    the open cases of the process."""

    process: str
    element: Element
    open: int


@dataclass(frozen=True)
class OtherEffect:
    """Of a changed table or form. `pinned`: open tasks that keep the form in force now, or an earlier one."""

    uses: tuple[UsedBy, ...]
    pinned: int


def standing_versions(session: Session, tenant_id: UUID, key: str, digest: str) -> list[tuple[Entry, int]]:
    """Versions that open cases run on, with how many, the newest first; not the one with the hash `digest`."""
    versions = {one.hash: one for one in reversed(published.history(session, tenant_id, PROCESS, key))}
    counts = cases.open_by_version(session, key, versions)
    found = [(versions[one], number) for one, number in counts.items() if number and one != digest]
    return sorted(found, key=lambda pair: pair[0].published_at, reverse=True)


def process_effect(session: Session, tenant_id: UUID, actor: Actor, key: str, data: bytes, choice: Choice,
                   most: int = LOOKED_AT) -> ProcessEffect:
    """Raises DefinitionError for a file that cannot be loaded, Invalid for pairs of what is not there, Forbidden."""
    policy.require(actor, "definition.read")
    draft = engine.load(data, catalog.kind_named(PROCESS).path(key))
    found: list[Standing] = []
    for version, number in standing_versions(session, tenant_id, key, draft.hash):
        left = most - sum(one.looked for one in found)
        found.append(_standing(session, tenant_id, actor, key, version, number, draft, choice, left))
    return ProcessEffect(tuple(found))


def _standing(session: Session, tenant_id: UUID, actor: Actor, key: str, version: Entry, number: int,
              draft: ProcessDefinition, choice: Choice, most: int) -> Standing:
    old: ProcessDefinition = catalog.compiled_by_hash(session, tenant_id, version.hash)[1]
    places = tuple(moving.places(session, tenant_id, actor, key, version.hash, draft))
    wanted = not choice.versions or version.hash in choice.versions
    narrowed: dict[str, Any] = {"at": choice.at, "submitted_from": choice.submitted_from, "services": choice.services,
                "units": choice.units}
    seen = list(moving.look(session, tenant_id, key, version.hash, draft, pairs=pairs_of(choice.pairs, old, draft),
                            most=most, **narrowed)) if wanted and most > 0 else []
    chosen = moving.chosen(session, key, version.hash, **narrowed) if wanted else 0
    joining = Counter(one for _number, item in seen for one in item.at.split(",")
                      if one in old.elements and old.elements[one].type in JOINS)
    return Standing(version, old, number, places, chosen, len(seen), moving.grouped(seen), joining,
                    Counter(item.verdict for _number, item in seen))


def elements(draft: Draft, found: ProcessEffect) -> list[Element]:
    """Of the draft and of the versions that cases run on."""
    new = engine.load(draft.data, draft.key)
    definitions = (new, *(one.old for one in found.standings))
    return [one for definition in definitions for one in definition.elements.values()]


def pairs_of(pairs: Mapping[str, str], old: ProcessDefinition, new: ProcessDefinition) -> dict[str, str]:
    """Of pairs that were chosen for several versions those that this one needs."""
    return {before: after for before, after in pairs.items()
            if after and before in old.elements and after in new.elements}


def other_effect(session: Session, tenant_id: UUID, actor: Actor, kind: str, key: str) -> OtherEffect:
    """Of a decision or form. Raises Forbidden."""
    policy.require(actor, "definition.read")
    used = [(diagram.key, use.element) for diagram in catalog.all_live(session, tenant_id, PROCESS)
            for use in engine.uses(diagram.data, diagram.key) if (use.kind, use.key) == (kind, key)]
    tasks = _open_at(session) if kind == FORM else {}
    running = {one: _running(session, tenant_id, one) for one, _element in used} if kind != FORM else {}
    found = [UsedBy(one, element, running.get(one, 0) or tasks.get((one, element.id), 0)) for one, element in used]
    pinned = select(func.count()).select_from(OpenTaskRow).where(OpenTaskRow.form_id == key)
    return OtherEffect(tuple(found), int(session.scalar(pinned) or 0) if kind == FORM else 0)


def _running(session: Session, tenant_id: UUID, key: str) -> int:
    """Open cases of any version of a process."""
    versions = published.history(session, tenant_id, PROCESS, key)
    return sum(cases.open_by_version(session, key, (one.hash for one in versions)).values())


def _open_at(session: Session) -> dict[tuple[str, str], int]:
    """(process, element) -> open tasks."""
    query = select(OpenTaskRow.process_id, OpenTaskRow.element_id, func.count()).group_by(
        OpenTaskRow.process_id, OpenTaskRow.element_id)
    return {(row[0], row[1]): int(row[2]) for row in session.execute(query)}
