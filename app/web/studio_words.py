"""Words for the Studio: what happened to drafts, and what was said about them."""

from __future__ import annotations

from app.kernel.errors import msg

STUDIO_EVENTS: dict[str, str] = {
    "draft.begun": msg("Draft begun"), "draft.continued": msg("Draft continued by another person"),
    "draft.discarded": msg("Draft put aside"), "draft.restored": msg("Draft taken back"),
    "draft.published": msg("Draft published"), "draft.review_asked": msg("Review of a draft asked for"),
    "draft.approved": msg("Draft approved by a second person"), "draft.rejected": msg("Draft not approved"),
}
STUDIO_WORDS: dict[str, dict[str, str]] = {
    "review": {"asked": msg("Waits for a second person"), "approved": msg("Approved"), "rejected": msg("Not approved")},
}
