"""Who may judge a draft is told that a look is asked for, and who wrote it or asked what was said. Each once."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from app import catalog, notifications
from app.auth import policy
from app.auth import queries as auth
from app.kernel.bus import subscribes
from app.kernel.events import StoredEvent
from app.kernel.unit_of_work import UnitOfWork
from app.studio import naming
from app.studio.drafts import writers
from app.studio.model import APPROVED, ASKED, REJECTED, DefinitionDraft, DraftReview

TEMPLATES = {ASKED: "draft_review_asked", APPROVED: "draft_approved", REJECTED: "draft_rejected"}
NO_WORDS = "–"


@subscribes("draft.review_asked", name="studio.review_asked")
def review_asked(event: StoredEvent, uow: UnitOfWork) -> None:
    """Everybody who may publish and wrote nothing of it."""
    row = _draft(event, uow)
    wrote = writers(row)
    _tell(event, uow, row, ASKED, (one.user_id for one in auth.staff_actors(uow.session)
                                   if one.user_id not in wrote and policy.can(one, "definition.publish")))


@subscribes("draft.approved", name="studio.approved")
def approved(event: StoredEvent, uow: UnitOfWork) -> None:
    """Whoever asked for it, and who wrote the text."""
    _verdict(event, uow, APPROVED)


@subscribes("draft.rejected", name="studio.rejected")
def rejected(event: StoredEvent, uow: UnitOfWork) -> None:
    """With the reason."""
    _verdict(event, uow, REJECTED)


def _verdict(event: StoredEvent, uow: UnitOfWork, what: str) -> None:
    row = _draft(event, uow)
    asked = _word(uow, row, ASKED)
    _tell(event, uow, row, what, {*writers(row), *([asked.by_user_id] if asked is not None else [])})


def _tell(event: StoredEvent, uow: UnitOfWork, row: DefinitionDraft, what: str, people: Iterable[UUID | None]) -> None:
    word = _word(uow, row, what, int(event.current()["revision"]))
    by = auth.names(uow.session, {event.actor_id}).get(event.actor_id, "") if event.actor_id else ""
    known = auth.users(uow.session, {one for one in people if one is not None and one != event.actor_id})
    for user_id in sorted(known):
        locale = notifications.locale_for(uow, user_id)
        notifications.queue(
            uow, TEMPLATES[what], notifications.Recipient(user_id=user_id, locale=locale),
            {"name": _name(uow, row, locale), "by": by, "words": word.words if word and word.words else NO_WORDS,
             "draft_kind": row.kind, "draft_key": row.key},
            manner=notifications.Manner(once=f"draft:{event.id}:{user_id}"))


def _draft(event: StoredEvent, uow: UnitOfWork) -> DefinitionDraft:
    return uow.session.scalars(select(DefinitionDraft).where(
        DefinitionDraft.tenant_id == uow.tenant_id,
        DefinitionDraft.id == UUID(str(event.current()["draft_id"])))).one()


def _word(uow: UnitOfWork, row: DefinitionDraft, what: str, revision: int | None = None) -> DraftReview | None:
    """The newest word of this sort, about this revision where it is given."""
    query = select(DraftReview).where(
        DraftReview.tenant_id == uow.tenant_id, DraftReview.draft_id == row.id, DraftReview.what == what,
        DraftReview.at >= row.begun_at)
    if revision is not None:
        query = query.where(DraftReview.revision == revision)
    return uow.session.scalars(query.order_by(DraftReview.at.desc(), DraftReview.id.desc())).first()


def _name(uow: UnitOfWork, row: DefinitionDraft, locale: str) -> str:
    """As the file says it; a draft that ended meanwhile is called as what is in force."""
    data = bytes(row.data)
    if not data:
        current = catalog.live(uow.session, uow.tenant_id, row.kind, row.key)
        data = current.data if current is not None else b""
    zh, en = naming.title(row.kind, row.key, data)
    return (en or zh if locale == "en" else zh or en) or row.key
