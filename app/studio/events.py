"""What happened to drafts of definitions: ids, codes and numbers. Texts and words of reviews stay rows."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.events import event


@dataclass(frozen=True, kw_only=True)
class DraftEvent:
    """About one draft, at one revision."""

    draft_id: UUID
    kind: str
    key: str
    revision: int


@event("draft.begun")
@dataclass(frozen=True, kw_only=True)
class DraftBegun(DraftEvent):
    """Somebody began to change a definition, or to write a new one."""


@event("draft.continued")
@dataclass(frozen=True, kw_only=True)
class DraftContinued(DraftEvent):
    """Another person than before saved it. Saving by the same person is no event: pages save every few seconds."""


@event("draft.discarded")
@dataclass(frozen=True, kw_only=True)
class DraftDiscarded(DraftEvent):
    """It was put aside."""


@event("draft.restored")
@dataclass(frozen=True, kw_only=True)
class DraftRestored(DraftEvent):
    """It was taken back."""


@event("draft.published")
@dataclass(frozen=True, kw_only=True)
class DraftPublished(DraftEvent):
    """It came into force as this version; `over`: written over a version that it did not begin from."""

    definition_id: UUID
    over: bool


@event("draft.review_asked")
@dataclass(frozen=True, kw_only=True)
class DraftReviewAsked(DraftEvent):
    """A second person is to look at it."""


@event("draft.approved")
@dataclass(frozen=True, kw_only=True)
class DraftApproved(DraftEvent):
    """A second person agrees to this revision."""


@event("draft.rejected")
@dataclass(frozen=True, kw_only=True)
class DraftRejected(DraftEvent):
    """A second person does not agree."""
