"""A second person looks at a draft: asked for, approved, rejected. Words stay in rows of their own."""

from __future__ import annotations

from typing import Any

from app.auth import policy
from app.kernel.bus import handles
from app.kernel.errors import Forbidden, Invalid, msg
from app.kernel.unit_of_work import UnitOfWork
from app.studio.commands import ApproveDraft, AskForReview, RejectDraft, ReviewCommand
from app.studio.drafts import writers
from app.studio.events import DraftApproved, DraftEvent, DraftRejected, DraftReviewAsked
from app.studio.handlers.drafting import about, open_draft
from app.studio.model import APPROVED, ASKED, REJECTED, DefinitionDraft, DraftReview

MOST_WORDS = 1000


@handles(AskForReview)
def ask_for_review(command: AskForReview, uow: UnitOfWork) -> dict[str, Any]:
    """By anybody who may draft."""
    return _say(command, uow, open_draft(command, uow, command.revision), ASKED, DraftReviewAsked)


@handles(ApproveDraft)
def approve_draft(command: ApproveDraft, uow: UnitOfWork) -> dict[str, Any]:
    """By somebody who wrote nothing of it, however small: else two could pass their own text through each other."""
    return _say(command, uow, _for_second_person(command, uow), APPROVED, DraftApproved)


@handles(RejectDraft)
def reject_draft(command: RejectDraft, uow: UnitOfWork) -> dict[str, Any]:
    """Who rejects says why."""
    row = _for_second_person(command, uow)
    if not command.words.strip():
        raise Invalid(msg("Please write why."), fields={"words": [(msg("Please write why."), {})]})
    return _say(command, uow, row, REJECTED, DraftRejected)


def _for_second_person(command: ReviewCommand, uow: UnitOfWork) -> DefinitionDraft:
    policy.require(uow.actor, "definition.publish")
    row = open_draft(command, uow, command.revision)
    if uow.actor.user_id is None or uow.actor.user_id in writers(row):
        raise Forbidden(msg("Another person than who wrote this text has to look at it."))
    return row


def _say(command: ReviewCommand, uow: UnitOfWork, row: DefinitionDraft, what: str,
         event: type[DraftEvent]) -> dict[str, Any]:
    words = command.words.strip()
    if len(words) > MOST_WORDS:
        raise Invalid(msg("At most %(limit)s characters."), limit=MOST_WORDS)
    uow.session.add(DraftReview(tenant_id=uow.tenant_id, draft_id=row.id, revision=row.revision, what=what,
                                words=words, by_user_id=uow.actor.user_id, at=uow.now))
    uow.record(about(event, row))
    return {"revision": row.revision}
