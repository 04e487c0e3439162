"""Putting definitions into force: all drafts of a set, or none. The running version stays when a draft is bad."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func, select

from app.catalog.checking import Draft, problems_of
from app.catalog.events import DefinitionKept, DefinitionPublished, DefinitionWithdrawn
from app.catalog.in_force import CHANGED, Published, live, surroundings
from app.catalog.model import DefinitionGeneration, DefinitionLive, DefinitionVersion
from app.catalog.registry import kind_named
from app.kernel.errors import Conflict, DefinitionError, NotFound, TooLarge, msg
from app.kernel.model import BASE_TENANT_ID
from app.kernel.unit_of_work import UnitOfWork
from app.kernel.upsert import insert_missing

_ONE = UUID(int=1)
"""The id of an owner's only generation row."""


def publish(uow: UnitOfWork, kind: str, key: str, data: bytes, file: str | None = None,
            reason: str = "") -> Published:
    """Check and put one definition of the unit of work's tenant into force.

    Bytes that were published before become the live version again. Raises DefinitionError (the running version
    stays), TooLarge, NotFound for an unknown kind.
    """
    return publish_all(uow, [Draft(kind, key, data, file or kind_named(kind).path(key))], reason)[0]


def publish_all(uow: UnitOfWork, drafts: Sequence[Draft], reason: str = "") -> list[Published]:
    """As `publish`, for files that may refer to each other: all or nothing."""
    for draft in drafts:
        if len(draft.data) > kind_named(draft.kind).max_bytes:
            raise TooLarge(msg("The file has more than %(limit)s bytes."), limit=kind_named(draft.kind).max_bytes)
    lock(uow)
    problems = problems_of(drafts, *surroundings(uow.session, uow.tenant_id))
    if any(problem.severity == "error" for problem in problems):
        raise DefinitionError(problems)
    return [_put(uow, draft, reason) for draft in drafts]


def withdraw(uow: UnitOfWork, kind: str, key: str) -> None:
    """Give up the tenant's own version, so that the base's counts again. Raises NotFound."""
    counter = lock(uow)
    pointer = _pointer(uow, kind, key)
    if pointer is None:
        raise NotFound(msg("There is no own version of %(kind)s %(key)s."), kind=kind, key=key)
    version = uow.session.get_one(DefinitionVersion, (uow.tenant_id, pointer.version_id))
    uow.session.delete(pointer)
    _count(uow, counter)
    uow.record(DefinitionWithdrawn(version.id, kind, key, version.version))


def keep_own(uow: UnitOfWork, kind: str, key: str, base_hash: str, own_hash: str, reason: str) -> None:
    """Note that the own version stays beside this version of the base. Raises NotFound, Conflict."""
    counter = lock(uow)
    pointer = _pointer(uow, kind, key)
    if pointer is None:
        raise NotFound(msg("There is no own version of %(kind)s %(key)s."), kind=kind, key=key)
    version = uow.session.get_one(DefinitionVersion, (uow.tenant_id, pointer.version_id))
    base = live(uow.session, BASE_TENANT_ID, kind, key)
    if base is None or base.hash != base_hash or version.hash != own_hash:
        raise Conflict(msg("Somebody else published a version meanwhile."))
    pointer.seen_base, pointer.seen_why = base_hash, reason.strip()[:500]
    _count(uow, counter)
    uow.record(DefinitionKept(version.id, kind, key, version.version, base_hash))


def lock(uow: UnitOfWork) -> DefinitionGeneration:
    """The owner's generation row, locked until the commit: who changes its definitions does so alone."""
    insert_missing(uow.session, DefinitionGeneration, tenant_id=uow.tenant_id, id=_ONE, number=0)
    query = (select(DefinitionGeneration)
             .where(DefinitionGeneration.tenant_id == uow.tenant_id, DefinitionGeneration.id == _ONE)
             .with_for_update().execution_options(populate_existing=True))
    return uow.session.scalars(query).one()


def _put(uow: UnitOfWork, draft: Draft, reason: str) -> Published:
    """Store the draft and point to it; nothing happens when it is in force already."""
    pointer, digest = _pointer(uow, draft.kind, draft.key), draft.hash
    row = uow.session.scalars(_versions(uow, draft.kind, draft.key).where(DefinitionVersion.hash == digest)).first()
    if row is not None and pointer is not None and pointer.version_id == row.id:
        return Published.of(row)
    if row is None:
        row = _new_version(uow, draft, digest, reason)
    if pointer is None:
        uow.session.add(DefinitionLive(tenant_id=uow.tenant_id, kind=draft.kind, key=draft.key, version_id=row.id))
    else:
        pointer.version_id, pointer.seen_base, pointer.seen_why = row.id, None, None
    _count(uow, lock(uow))
    uow.record(DefinitionPublished(row.id, row.kind, row.key, row.version, row.hash))
    return Published.of(row)


def _new_version(uow: UnitOfWork, draft: Draft, digest: str, reason: str) -> DefinitionVersion:
    newest = uow.session.scalar(
        select(func.max(DefinitionVersion.version))
        .where(DefinitionVersion.tenant_id == uow.tenant_id, DefinitionVersion.kind == draft.kind,
               DefinitionVersion.key == draft.key))
    base = None if uow.tenant_id == BASE_TENANT_ID else live(uow.session, BASE_TENANT_ID, draft.kind, draft.key)
    row = DefinitionVersion(
        tenant_id=uow.tenant_id, kind=draft.kind, key=draft.key, version=(newest or 0) + 1, hash=digest,
        data=draft.data, file=draft.file, published_at=uow.now, published_by=uow.actor.user_id,
        base_hash=base.hash if base else None, reason=reason.strip()[:500])
    uow.session.add(row)
    uow.session.flush()
    return row


def _versions(uow: UnitOfWork, kind: str, key: str) -> Select[DefinitionVersion]:
    return select(DefinitionVersion).where(
        DefinitionVersion.tenant_id == uow.tenant_id, DefinitionVersion.kind == kind, DefinitionVersion.key == key)


def _pointer(uow: UnitOfWork, kind: str, key: str) -> DefinitionLive | None:
    return uow.session.scalars(select(DefinitionLive).where(
        DefinitionLive.tenant_id == uow.tenant_id, DefinitionLive.kind == kind, DefinitionLive.key == key)).first()


def _count(uow: UnitOfWork, counter: DefinitionGeneration) -> None:
    counter.number += 1
    uow.session.info[CHANGED] = True
    uow.session.flush()
