"""What was said about a draft, whether its very text is approved, and whether the office asks for that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.studio.drafts import Draft
from app.studio.model import APPROVED, DraftReview
from app.tenancy import settings


@dataclass(frozen=True)
class Said:
    """One word of a review."""

    what: str
    revision: int
    words: str
    by_user_id: UUID | None
    at: datetime


def wanted(session: Session) -> bool:
    """Whether this office publishes drafts only after a second person has approved them."""
    found = settings.value(session, "studio") or {}
    return found.get("review") is True


def said(session: Session, draft: Draft) -> list[Said]:
    """The words about this draft since it was begun, oldest first."""
    query = (select(DraftReview).where(DraftReview.tenant_id == _tenant(session), DraftReview.draft_id == draft.id,
                                       DraftReview.at >= draft.begun_at)
             .order_by(DraftReview.at, DraftReview.id))
    return [Said(row.what, row.revision, row.words, row.by_user_id, row.at) for row in session.scalars(query)]


def state(session: Session, draft: Draft) -> Said | None:
    """The newest word, None where nobody has said anything. An approval of an older text is none."""
    words = [one for one in said(session, draft) if one.what != APPROVED or one.revision == draft.revision]
    return words[-1] if words else None


def approved(session: Session, draft: Draft) -> bool:
    """Whether the newest word is the approval of exactly this revision by somebody who did not save it."""
    newest = state(session, draft)
    return newest is not None and newest.what == APPROVED and newest.by_user_id not in (None, draft.saved_by)


def _tenant(session: Session) -> UUID:
    found: UUID = session.info["tenant_id"]
    return found
