"""Tables of the Studio: drafts of definitions, who has one open, and what was said in reviews."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, TenantScoped

OPEN, DISCARDED, PUBLISHED = "open", "discarded", "published"
ASKED, APPROVED, REJECTED = "asked", "approved", "rejected"


class DefinitionDraft(TenantScoped, Base):
    """The one draft of a definition. The row stays when the draft ends, so that `revision` never counts anew: a page
    that was left open cannot take a later draft for its own. `data` is empty once it was published. `writers`: ids of
    all who wrote in it since it was begun.
    """

    __tablename__ = "definition_draft"
    __table_args__ = (Index(None, "tenant_id", "kind", "key", unique=True),)

    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    data: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    based_on: Mapped[str | None] = mapped_column(String(64))
    revision: Mapped[int] = mapped_column(Integer, default=0)
    begun_at: Mapped[datetime]
    begun_by: Mapped[UUID | None]
    saved_at: Mapped[datetime]
    saved_by: Mapped[UUID | None]
    writers: Mapped[list[Any]] = mapped_column(default=list)


class DraftReader(TenantScoped, Base):
    """Somebody who has the page of a definition open, and when that page was last heard of."""

    __tablename__ = "draft_reader"
    __table_args__ = (Index(None, "tenant_id", "kind", "key", "user_id", unique=True),)

    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(120))
    user_id: Mapped[UUID]
    seen_at: Mapped[datetime]


class DraftReview(TenantScoped, Base):
    """A word in the review of one revision. `what`: asked, approved or rejected."""

    __tablename__ = "draft_review"
    __table_args__ = (
        Index(None, "tenant_id", "draft_id", "at"),
        ForeignKeyConstraint(["tenant_id", "draft_id"], ["definition_draft.tenant_id", "definition_draft.id"]),
    )

    draft_id: Mapped[UUID]
    revision: Mapped[int] = mapped_column(Integer)
    what: Mapped[str] = mapped_column(String(10))
    words: Mapped[str] = mapped_column(String(1000), default="")
    by_user_id: Mapped[UUID | None]
    at: Mapped[datetime]
