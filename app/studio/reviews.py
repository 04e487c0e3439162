"""What was said about a draft, whether its very text is approved, and whether the office asks for that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from app.studio.drafts import Draft, writers
from app.studio.model import APPROVED, ASKED, OPEN, DefinitionDraft, DraftReview
from app.tenancy import settings


@dataclass(frozen=True)
class Said:
    """One word of a review. `changed`: the text is another one since."""

    what: str
    revision: int
    words: str
    by_user_id: UUID | None
    at: datetime
    changed: bool = False

    @classmethod
    def of(cls, row: DraftReview, revision: int) -> Said:
        """A stored word about a draft that stands at this revision."""
        return cls(row.what, row.revision, row.words, row.by_user_id, row.at, row.revision != revision)


def wanted(session: Session) -> bool:
    """Whether this office publishes drafts only after a second person has approved them."""
    found = settings.value(session, "studio") or {}
    return found.get("review") is True


def said(session: Session, draft: Draft) -> list[Said]:
    """The words about this draft since it was begun, oldest first."""
    query = (select(DraftReview).where(DraftReview.tenant_id == _tenant(session), DraftReview.draft_id == draft.id,
                                       DraftReview.at >= draft.begun_at)
             .order_by(DraftReview.at, DraftReview.id))
    return [Said.of(row, draft.revision) for row in session.scalars(query)]


def state(session: Session, draft: Draft) -> Said | None:
    """The newest word, None where nobody has said anything. Whether it is about the very text, `changed` tells."""
    words = said(session, draft)
    return words[-1] if words else None


def approved(session: Session, draft: Draft) -> bool:
    """Whether the newest word is the approval of exactly this revision by somebody who wrote nothing of it."""
    newest = state(session, draft)
    return (newest is not None and newest.what == APPROVED and not newest.changed
            and newest.by_user_id is not None and newest.by_user_id not in draft.writers)


def states(session: Session) -> dict[tuple[str, str], tuple[Said, frozenset[UUID]]]:
    """Of every open draft that anything was said about: (kind, key) -> the newest word, and who wrote in the draft."""
    query = (select(DraftReview, DefinitionDraft)
             .join(DefinitionDraft, (DefinitionDraft.tenant_id == DraftReview.tenant_id)
                   & (DefinitionDraft.id == DraftReview.draft_id))
             .where(DraftReview.tenant_id == _tenant(session), DefinitionDraft.state == OPEN,
                    DraftReview.at >= DefinitionDraft.begun_at)
             .options(defer(DefinitionDraft.data)).order_by(DraftReview.at, DraftReview.id))
    return {(row.kind, row.key): (Said.of(word, row.revision), writers(row)) for word, row in session.execute(query)}


def waiting_for(session: Session, user_id: UUID | None) -> dict[tuple[str, str], Said]:
    """Drafts that wait for a look and that this person may judge: (kind, key) -> who asked."""
    return {place: word for place, (word, wrote) in states(session).items()
            if word.what == ASKED and user_id is not None and user_id not in wrote}


def _tenant(session: Session) -> UUID:
    found: UUID = session.info["tenant_id"]
    return found
