"""Which version of a definition is in force, and its compiled form. A change elsewhere shows in the next transaction.

The generation numbers of the office and of the base are read once in each transaction; what was looked up under
the same numbers is remembered for the whole process. Compiled objects are remembered by the hash of their bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, literal, select
from sqlalchemy.orm import Session

from app.catalog.cache import Bounded
from app.catalog.model import DefinitionGeneration, DefinitionLive, DefinitionVersion
from app.catalog.registry import kind_named
from app.kernel.errors import NotFound, msg
from app.kernel.fixed import TENANT
from app.kernel.model import BASE_TENANT_ID

CHANGED = "definitions_changed"
"""In `session.info` once the transaction changed definitions: nothing it reads is remembered for others."""
_GENERATION = "definition_generation"
VERSIONS = 8
"""Of one definition that stay compiled: whoever changes a table a thousand times leaves no thousand of them."""
_found, _compiled = Bounded(4_096), Bounded(256, each=VERSIONS)
_pinned = Bounded(512, each=VERSIONS)
"""Versions by their hash, with their bytes."""


@dataclass(frozen=True)
class Published:
    """One published version. `file` is the path it came from, below the project's root."""

    id: UUID
    tenant_id: UUID
    kind: str
    key: str
    version: int
    hash: str
    data: bytes
    file: str | None
    published_at: datetime
    published_by: UUID | None
    base_hash: str | None

    @classmethod
    def of(cls, row: DefinitionVersion) -> Published:
        """The version as a value that outlives its session."""
        return cls(row.id, row.tenant_id, row.kind, row.key, row.version, row.hash, bytes(row.data), row.file,
                   row.published_at, row.published_by, row.base_hash)


def live(session: Session, tenant_id: UUID, kind: str, key: str) -> Published | None:
    """The version in force: the office's own, else the base's, else None."""
    if session.info.get(CHANGED):
        return _read(session, tenant_id, kind, key)
    numbers = generation(session, tenant_id)
    place = (_database(session), tenant_id, kind, key)
    remembered = _found.get(place)
    if remembered is not None and remembered[0] == numbers:
        found: Published | None = remembered[1]
        return found
    found = _read(session, tenant_id, kind, key)
    _found.put(place, (numbers, found))
    return found


def _database(session: Session) -> str:
    """Which database it is, worked out once for each engine: an address is hashed by writing it out anew each time."""
    engine = session.get_bind().engine
    known: str | None = engine.__dict__.get("_yikou_database")
    if known is None:
        known = engine._yikou_database = str(engine.url)  # type: ignore[attr-defined]
    return known


def content(published: Published | None) -> bytes | None:
    """The bytes of a version that may be missing."""
    return published.data if published else None


def compiled(session: Session, tenant_id: UUID, kind: str, key: str) -> tuple[Published, Any]:
    """The version in force and its compiled object. Raises NotFound."""
    published = live(session, tenant_id, kind, key)
    if published is None:
        raise NotFound(msg("There is no definition %(kind)s %(key)s."), kind=kind, key=key)
    return published, compiled_object(published)


def compiled_by_hash(session: Session, tenant_id: UUID, definition_hash: str) -> tuple[Published, Any]:
    """A version that something is pinned to: of this office or of the base. Raises NotFound."""
    place = (_database(session), tenant_id, definition_hash)
    published = _pinned.get(place)
    if published is None:
        query = (select(DefinitionVersion)
                 .where(DefinitionVersion.hash == definition_hash,
                        DefinitionVersion.tenant_id.in_((tenant_id, BASE_TENANT_ID))))
        rows = sorted(session.scalars(query), key=lambda row: row.tenant_id == BASE_TENANT_ID)
        if not rows:
            raise NotFound(msg("There is no definition with this hash."))
        published = Published.of(rows[0])
        if not session.info.get(CHANGED):
            _pinned.put(place, published, (place[0], tenant_id, published.kind, published.key))
    return published, compiled_object(published)


def compiled_object(published: Published) -> Any:
    """The compiled form of a version; compiled once for each content in this process."""
    place = (published.kind, published.hash)
    known = _compiled.get(place)
    if known is None:
        kind = kind_named(published.kind)
        known = kind.compile(published.data, published.file or kind.path(published.key))
        _compiled.put(place, known, (published.tenant_id, published.kind, published.key))
    return known


GENERATION = tuple(
    select(DefinitionGeneration.number).where(DefinitionGeneration.tenant_id == owner).scalar_subquery()
    for owner in (TENANT, literal(BASE_TENANT_ID, Uuid)))
"""Columns for a statement that reads other things too; what they give is for `keep_generation`."""


def keep_generation(session: Session, tenant_id: UUID, own: int | None, base: int | None) -> None:
    """What a statement of this transaction read by `GENERATION`."""
    session.info[_GENERATION] = (session.get_transaction(), tenant_id, (own or 0, base or 0))


def generation(session: Session, tenant_id: UUID) -> tuple[int, int]:
    """(the office's count of changes, the base's), read once in each transaction."""
    known = session.info.get(_GENERATION)
    if known is not None and known[0] is session.get_transaction() and known[1] == tenant_id:
        numbers: tuple[int, int] = known[2]
        return numbers
    query = (select(DefinitionGeneration.tenant_id, DefinitionGeneration.number)
             .where(DefinitionGeneration.tenant_id.in_((tenant_id, BASE_TENANT_ID))))
    counts: dict[UUID, int] = {row[0]: row[1] for row in session.execute(query)}
    keep_generation(session, tenant_id, counts.get(tenant_id), counts.get(BASE_TENANT_ID))
    return generation(session, tenant_id)


def all_live(session: Session, tenant_id: UUID, kind: str | None = None) -> list[Published]:
    """Every definition in force for an office, by kind and key; all their bytes are read."""
    query = _live_query(tenant_id)
    rows = session.scalars(query.where(DefinitionLive.kind == kind) if kind else query)
    by_name = {(row.kind, row.key): row for row in sorted(rows, key=_is_own)}
    return [Published.of(by_name[name]) for name in sorted(by_name)]


def keys(session: Session, tenant_id: UUID, kind: str) -> tuple[str, ...]:
    """The keys of everything of a kind that is in force for an office, remembered as `live` remembers."""
    place = (session.get_bind().engine.url, tenant_id, kind, None)
    numbers = None if session.info.get(CHANGED) else generation(session, tenant_id)
    remembered = _found.get(place)
    if numbers is not None and remembered is not None and remembered[0] == numbers:
        known: tuple[str, ...] = remembered[1]
        return known
    query = (select(DefinitionLive.key).distinct()
             .where(DefinitionLive.tenant_id.in_((tenant_id, BASE_TENANT_ID)), DefinitionLive.kind == kind))
    found = tuple(sorted(session.scalars(query)))
    if numbers is not None:
        _found.put(place, (numbers, found))
    return found


def surroundings(session: Session, tenant_id: UUID) -> tuple[Callable[[str, str], bytes | None],
                                                             Callable[[str], tuple[str, ...]]]:
    """What checks ask of everything in force for an office: the bytes of a definition, and the keys of a kind."""
    return (lambda kind, key: content(live(session, tenant_id, kind, key)),
            lambda kind: keys(session, tenant_id, kind))


def _read(session: Session, tenant_id: UUID, kind: str, key: str) -> Published | None:
    query = _live_query(tenant_id).where(DefinitionLive.kind == kind, DefinitionLive.key == key)
    rows = sorted(session.scalars(query), key=_is_own)
    return Published.of(rows[-1]) if rows else None


def _live_query(tenant_id: UUID) -> Select[DefinitionVersion]:
    return (select(DefinitionVersion)
            .join(DefinitionLive, (DefinitionLive.tenant_id == DefinitionVersion.tenant_id)
                  & (DefinitionLive.version_id == DefinitionVersion.id))
            .where(DefinitionLive.tenant_id.in_((tenant_id, BASE_TENANT_ID))))


def _is_own(row: DefinitionVersion) -> bool:
    """Sorts the base's rows first."""
    return row.tenant_id != BASE_TENANT_ID


def forget() -> None:
    """Empty the caches of this process; only tests need it."""
    _found.clear()
    _pinned.clear()
    _compiled.clear()
