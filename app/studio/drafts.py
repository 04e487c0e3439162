"""Drafts as they are read: of which kinds there are some, the one of a definition, and its row for who changes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.kernel.upsert import insert_missing
from app.studio.model import DISCARDED, OPEN, PUBLISHED, DefinitionDraft

KINDS = ("process", "decision", "form", "message", "supervision", "scenarios")
BEGUN = KINDS[:-1]
"""What is begun by its name alone; scenarios belong to a process and begin as walks."""


@dataclass(frozen=True)
class Draft:
    """An open draft. `based_on`: hash of the version it began from, None for a new definition. `writers`: who wrote in
    it since it was begun."""

    id: UUID
    kind: str
    key: str
    data: bytes
    revision: int
    based_on: str | None
    begun_by: UUID | None
    begun_at: datetime
    saved_by: UUID | None
    saved_at: datetime
    writers: frozenset[UUID] = frozenset()

    @classmethod
    def of(cls, row: DefinitionDraft) -> Draft:
        """The row as a value that outlives its session."""
        return cls(row.id, row.kind, row.key, bytes(row.data), row.revision, row.based_on, row.begun_by, row.begun_at,
                   row.saved_by, row.saved_at, writers(row))


def writers(row: DefinitionDraft) -> frozenset[UUID]:
    """Who wrote in it; of a row from before they were noted down, who began it and who saved it last."""
    return frozenset({*map(UUID, row.writers), *(one for one in (row.begun_by, row.saved_by) if one is not None)})


def draft(session: Session, tenant_id: UUID, kind: str, key: str) -> Draft | None:
    """The open draft of a definition."""
    row = session.scalars(select(DefinitionDraft).where(
        DefinitionDraft.tenant_id == tenant_id, DefinitionDraft.kind == kind, DefinitionDraft.key == key,
        DefinitionDraft.state == OPEN)).first()
    return Draft.of(row) if row is not None else None


def discarded(session: Session, tenant_id: UUID, kind: str, key: str) -> Draft | None:
    """What was put aside last, while no other draft was begun or published."""
    row = session.scalars(select(DefinitionDraft).where(
        DefinitionDraft.tenant_id == tenant_id, DefinitionDraft.kind == kind, DefinitionDraft.key == key,
        DefinitionDraft.state == DISCARDED)).first()
    return Draft.of(row) if row is not None else None


def revision(session: Session, tenant_id: UUID, kind: str, key: str) -> int:
    """The revision that the next save has to know, whether a draft is open or not."""
    return session.scalar(select(DefinitionDraft.revision).where(
        DefinitionDraft.tenant_id == tenant_id, DefinitionDraft.kind == kind, DefinitionDraft.key == key)) or 0


def locked(uow: UnitOfWork, kind: str, key: str) -> DefinitionDraft:
    """The row of a definition's draft, made where there is none, locked until the commit."""
    insert_missing(uow.session, DefinitionDraft, tenant_id=uow.tenant_id, id=new_id(), kind=kind, key=key,
                   state=PUBLISHED, data=b"", revision=0, begun_at=uow.now, saved_at=uow.now)
    return uow.session.scalars(
        select(DefinitionDraft)
        .where(DefinitionDraft.tenant_id == uow.tenant_id, DefinitionDraft.kind == kind, DefinitionDraft.key == key)
        .with_for_update().execution_options(populate_existing=True)).one()
