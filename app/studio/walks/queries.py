"""Reading walks and scenarios: lists, a walk played anew, a scenario tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import catalog, engine
from app.auth import queries as auth
from app.cases import walking
from app.cases.queries.rehearsing import House
from app.kernel import clock, documents
from app.kernel.errors import NotFound, Problem, msg
from app.studio.walks.diagrams import Source, source
from app.studio.walks.model import Walk
from app.tenancy import zones

SCENARIOS = "scenarios"
MOST_LISTED = 100
OUTCOMES = {"fails": {"down": True}, "silent": {"silent": True}}
"""What becomes of a job: as a scenario says it -> as a walk does."""


@dataclass(frozen=True)
class Line:
    """A walk in a list."""

    id: UUID
    name: str
    steps: int
    by: str
    changed_at: datetime


@dataclass(frozen=True)
class Told:
    """A scenario in a list. `own`: of the office, else shipped. `index`: its place in its file."""

    scenario: engine.Scenario
    own: bool
    index: int


@dataclass(frozen=True)
class Tried:
    """How a scenario went: its first difference, or none."""

    told: Told
    problems: tuple[Problem, ...]


def lines(session: Session, key: str) -> list[Line]:
    """Walks of a process, the last changed first."""
    rows = list(session.scalars(select(Walk).where(Walk.process_key == key)
                                .order_by(Walk.changed_at.desc(), Walk.id).limit(MOST_LISTED)))
    names = auth.names(session, {row.created_by for row in rows if row.created_by is not None})
    return [Line(row.id, row.name, len(row.deeds), names.get(row.created_by, "") if row.created_by else "",
                 row.changed_at) for row in rows]


def walk(session: Session, key: str, walk_id: UUID) -> Walk:
    """Raises NotFound; for a walk of another process or office too."""
    row = session.get(Walk, (session.info["tenant_id"], walk_id))
    if row is None or row.process_key != key:
        raise NotFound(msg("There is no such walk."))
    return row


def played(session: Session, tenant_id: UUID, row: Walk, found: Source | None = None) -> walking.Walked:
    """From its start, on the source as it is now. Raises DefinitionError, and YikouError where it cannot even start."""
    found = found or source(session, tenant_id, row.process_key, row.version_id)
    begin = walking.Begin.of(row.beginning)
    return walking.walked(session, tenant_id, found.definition(), begin, row.deeds, seed(row.id))


def seed(walk_id: UUID) -> str:
    """The same ids each time a walk is played."""
    return walk_id.hex


def own_text(session: Session, tenant_id: UUID, key: str) -> bytes | None:
    """The office's scenarios of a process, as a file."""
    found = catalog.live(session, tenant_id, SCENARIOS, key)
    return found.data if found is not None else None


def scenarios(session: Session, tenant_id: UUID, key: str, shipped: bytes | None) -> list[Told]:
    """The office's own, then those of the file that ships. Raises DefinitionError."""
    file = catalog.kind_named(SCENARIOS).path(key)
    found = []
    for own, data in ((True, own_text(session, tenant_id, key)), (False, shipped)):
        if data is not None:
            told = engine.scenarios(catalog.read_yaml(data, file), file)
            found += [Told(one, own, index) for index, one in enumerate(told)]
    return found


def tried(session: Session, tenant_id: UUID, found: Source, told: list[Told]) -> list[Tried]:
    """Each scenario on the diagram, with everything else that is in force."""
    house = House(session, tenant_id, clock.now().astimezone(zones.zone_of(session, tenant_id)))
    changed = found.definition()
    definitions = [changed, *(one for one in house.processes() if one.id != changed.id)]
    return [Tried(one, tuple(engine.play(one.scenario, definitions, house.decide, house.fill,
                                         functions=house.functions, bars=house.bars).problems)) for one in told]


def deeds_of(scenario: engine.Scenario) -> tuple[Mapping[str, Any], ...]:
    """A scenario as the deeds of a walk; what it expects is left out."""
    found: list[Mapping[str, Any]] = []
    for deed in scenario.deeds:
        if deed.kind == "do":
            by = {"by": deed.by} if deed.by else {}
            found.append({"do": deed.target, "with": _copied(deed.values), "told": True, **by})
        elif deed.kind == "job":
            how = OUTCOMES.get(deed.outcome, {})
            found.append({"job": deed.target, "with": _copied(deed.values), "error": deed.error, "told": True, **how})
        elif deed.kind != "expect":
            found.append({deed.kind: deed.target, "with": _copied(deed.values)})
    return tuple(found)


def begin_of(scenario: engine.Scenario, at: datetime, begin: walking.Begin) -> walking.Begin:
    """As the scenario tells it."""
    return replace(begin, at=at, as_case=False, variables=_copied(scenario.variables), element=scenario.start,
                   brought=_copied(scenario.brought), by_hand=tuple(sorted(walking.AUTO - scenario.auto)))


def _copied(values: Mapping[str, Any]) -> dict[str, Any]:
    """As it comes back from the table."""
    found: dict[str, Any] = documents.load(documents.dump(dict(values)))
    return found
