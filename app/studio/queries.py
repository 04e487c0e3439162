"""Reading drafts for people: which there are, who has one open, and what waits for a second person."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.studio.drafts import Draft, discarded, draft, revision
from app.studio.model import APPROVED, ASKED, OPEN, REJECTED, DefinitionDraft, DraftReader
from app.studio.reviews import Said, approved, said, state, states, waiting_for, wanted

__all__ = ["APPROVED", "ASKED", "REJECTED", "Draft", "Said", "approved", "discarded", "draft", "open_drafts", "readers",
           "revision", "said", "state", "states", "waiting_for", "wanted"]
PRESENT = timedelta(seconds=50)
"""Pages tell every fifteen seconds that they are open; one that misses three is closed."""


def open_drafts(session: Session, tenant_id: UUID) -> list[Draft]:
    """Every open draft of the office, by kind and key."""
    query = (select(DefinitionDraft).where(DefinitionDraft.tenant_id == tenant_id, DefinitionDraft.state == OPEN)
             .order_by(DefinitionDraft.kind, DefinitionDraft.key))
    return [Draft.of(row) for row in session.scalars(query)]


def readers(session: Session, tenant_id: UUID, kind: str, key: str, now: datetime) -> list[UUID]:
    """Who has the page of a definition open, longest known first."""
    query = (select(DraftReader.user_id)
             .where(DraftReader.tenant_id == tenant_id, DraftReader.kind == kind, DraftReader.key == key,
                    DraftReader.seen_at >= now - PRESENT)
             .order_by(DraftReader.id))
    return list(session.scalars(query))
