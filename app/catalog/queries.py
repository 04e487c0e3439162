"""Reading the catalog for people: what is in force, and what was before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalog.checking import Draft, problems_of
from app.catalog.folders import Drift, drift
from app.catalog.in_force import Published, live, surroundings
from app.catalog.model import DefinitionLive, DefinitionVersion
from app.catalog.registry import kind_named, trial_of
from app.kernel.errors import NotFound, Problem, msg
from app.kernel.events import StoredEvent
from app.kernel.model import BASE_TENANT_ID

__all__ = ["Drift", "Entry", "drift", "effective", "history", "in_force_since", "listing", "otherwise", "three_way",
           "verdict", "verdict_of", "version"]
PUBLISHED, MOST_LOOKED_AT = "definition.published", 2_000


@dataclass(frozen=True)
class Entry:
    """One version without its bytes. `own`: of the office itself, not of the base. `live`: in force now."""

    id: UUID
    kind: str
    key: str
    version: int
    hash: str
    file: str | None
    published_at: datetime
    published_by: UUID | None
    own: bool
    live: bool
    base_hash: str | None
    reason: str = ""


_COLUMNS = (DefinitionVersion.id, DefinitionVersion.kind, DefinitionVersion.key, DefinitionVersion.version,
            DefinitionVersion.hash, DefinitionVersion.file, DefinitionVersion.published_at,
            DefinitionVersion.published_by, DefinitionVersion.base_hash, DefinitionVersion.tenant_id,
            DefinitionLive.id, DefinitionVersion.reason)


def listing(session: Session, tenant_id: UUID, kind: str | None = None) -> list[Entry]:
    """What is in force for an office, by kind and key: its own versions hide the base's."""
    found = [entry for entry in _entries(session, tenant_id, kind) if entry.live]
    chosen = {(entry.kind, entry.key): entry for entry in sorted(found, key=lambda entry: entry.own)}
    return [chosen[name] for name in sorted(chosen)]


def history(session: Session, tenant_id: UUID, kind: str, key: str) -> list[Entry]:
    """Every version of one definition that the office can see, newest first."""
    found = [entry for entry in _entries(session, tenant_id, kind) if entry.key == key]
    return sorted(found, key=lambda entry: (entry.published_at, entry.version), reverse=True)


def in_force_since(session: Session, entry: Entry) -> datetime:
    """When a version came into force last: old content may have come back. Of the base's, when it was published."""
    query = (select(StoredEvent).where(StoredEvent.type == PUBLISHED, StoredEvent.at >= entry.published_at)
             .order_by(StoredEvent.id.desc()).limit(MOST_LOOKED_AT))
    found = (one.at for one in session.scalars(query) if one.current()["definition_id"] == str(entry.id))
    return next(found, entry.published_at)


def version(session: Session, tenant_id: UUID, definition_id: UUID) -> Published:
    """One version with its bytes, of the office or of the base. Raises NotFound."""
    row = session.scalars(select(DefinitionVersion).where(
        DefinitionVersion.tenant_id.in_((tenant_id, BASE_TENANT_ID)), DefinitionVersion.id == definition_id)).first()
    if row is None:
        raise NotFound(msg("There is no such version."))
    return Published.of(row)


def verdict_of(session: Session, tenant_id: UUID, drafts: Iterable[Draft]) -> list[Problem]:
    """As `verdict`, of a set whose files may refer to each other."""
    return problems_of(drafts, *surroundings(session, tenant_id))


def verdict(session: Session, tenant_id: UUID, kind: str, key: str, data: bytes) -> list[Problem]:
    """What publishing these bytes would say, without publishing them."""
    file = kind_named(kind).path(key)
    return problems_of([Draft(kind, key, data, file)], *surroundings(session, tenant_id))


@dataclass(frozen=True)
class ThreeWay:
    """An own version whose base moved on. `then`: the base it was made from; None where that is not kept."""

    kind: str
    key: str
    then: Published | None
    now: Published | None
    own: Published


def three_way(session: Session, tenant_id: UUID, kind: str, key: str) -> ThreeWay:
    """All three, drifted apart or not. Raises NotFound where the office has no own version in force."""
    own = live(session, tenant_id, kind, key)
    if own is None or own.tenant_id != tenant_id or tenant_id == BASE_TENANT_ID:
        raise NotFound(msg("There is no such version."))
    seen = session.scalar(select(DefinitionLive.seen_base).where(
        DefinitionLive.tenant_id == tenant_id, DefinitionLive.kind == kind, DefinitionLive.key == key))
    row = session.scalars(select(DefinitionVersion).where(
        DefinitionVersion.tenant_id == BASE_TENANT_ID, DefinitionVersion.kind == kind, DefinitionVersion.key == key,
        DefinitionVersion.hash == (seen or own.base_hash))).first()
    return ThreeWay(kind, key, Published.of(row) if row else None, live(session, BASE_TENANT_ID, kind, key), own)


def otherwise(session: Session, tenant_id: UUID, kind: str, key: str, data: bytes) -> list[Problem]:
    """Where a sound definition goes otherwise than the office itself has told."""
    trial = trial_of(kind)
    return trial(session, tenant_id, key, data) if trial is not None else []


def effective(session: Session, tenant_id: UUID, kind: str, key: str) -> Published:
    """The version in force with its bytes. Raises NotFound."""
    found = live(session, tenant_id, kind, key)
    if found is None:
        raise NotFound(msg("There is no such version."))
    return found


def _entries(session: Session, tenant_id: UUID, kind: str | None) -> list[Entry]:
    query = (select(*_COLUMNS)
             .join(DefinitionLive, (DefinitionLive.tenant_id == DefinitionVersion.tenant_id)
                   & (DefinitionLive.version_id == DefinitionVersion.id), isouter=True)
             .where(DefinitionVersion.tenant_id.in_((tenant_id, BASE_TENANT_ID))))
    if kind:
        query = query.where(DefinitionVersion.kind == kind)
    return [Entry(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[9] == tenant_id,
                  row[10] is not None, row[8], row[11]) for row in session.execute(query)]
