"""Reading the catalogue and the knowledge items of the session's office, and searching them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.knowledge import finding, replies
from app.knowledge.model import KnowledgeItem, ReplyTemplate, ReplyTemplateVersion, ServiceItem, TextModelVersion
from app.knowledge.replies import PLACES, filled
from app.tenancy import search as tenancy_search

__all__ = ["PLACES", "Hit", "due_for_review", "filled", "item", "items", "newest_model", "replies_for",
           "reply_template", "reply_templates", "reply_versions", "search", "service", "services"]


@dataclass(frozen=True)
class Hit:
    """One find; `kind` is service or knowledge, `score` 0..1."""

    kind: str
    code: str
    zh: str
    en: str
    score: float


def services(session: Session, *, module: str | None = None, active_only: bool = True) -> list[ServiceItem]:
    """The catalogue by code."""
    query = select(ServiceItem).order_by(ServiceItem.code)
    if module is not None:
        query = query.where(ServiceItem.module == module)
    return list(session.scalars(query.where(ServiceItem.active.is_(True)) if active_only else query))


def service(session: Session, code: str) -> ServiceItem | None:
    """One service, also one that is no longer offered."""
    return session.scalars(select(ServiceItem).where(ServiceItem.code == code)).one_or_none()


def items(session: Session, *, service_code: str | None = None, active_only: bool = True) -> list[KnowledgeItem]:
    """Knowledge items by code."""
    query = select(KnowledgeItem).order_by(KnowledgeItem.code)
    if service_code is not None:
        query = query.where(KnowledgeItem.service_code == service_code)
    return list(session.scalars(query.where(KnowledgeItem.active.is_(True)) if active_only else query))


def item(session: Session, code: str) -> KnowledgeItem | None:
    """One knowledge item."""
    return session.scalars(select(KnowledgeItem).where(KnowledgeItem.code == code)).one_or_none()


def due_for_review(session: Session, today: date) -> list[KnowledgeItem]:
    """Items never looked at, or longer ago than their review period, the oldest first."""
    due = [i for i in items(session) if (due_on(i) or today) <= today]
    return sorted(due, key=lambda i: (i.reviewed_on or date.min, i.code))


def due_on(item: KnowledgeItem) -> date | None:
    """The day on which an item should be looked at again; None while nobody ever has."""
    return None if item.reviewed_on is None else item.reviewed_on + timedelta(item.review_days)


def due_count(session: Session, today: date, units: Collection[str] | None = None) -> int:
    """How many wait to be looked at again: all, or those of some units."""
    return sum(units is None or item.owner_unit in units for item in due_for_review(session, today))


def search(session: Session, q: str, limit: int = 10) -> list[Hit]:
    """Services and questions that share words with `q`, the likest first."""
    found = tenancy_search.find(session, q, finding.KINDS, limit)
    codes = {kind: [one.ref for one in found if one.kind == kind] for kind in finding.KINDS}
    offered = {s.code: (s.name_zh, s.name_en) for s in session.scalars(
        select(ServiceItem).where(ServiceItem.code.in_(codes["service"])))}
    answered = {k.code: (k.question_zh, k.question_en) for k in session.scalars(
        select(KnowledgeItem).where(KnowledgeItem.code.in_(codes["knowledge"])))}
    names = {"service": offered, "knowledge": answered}
    return [Hit(one.kind, one.ref, *names[one.kind][one.ref], one.score) for one in found
            if one.ref in names[one.kind]]


def newest_model(session: Session) -> TextModelVersion | None:
    """The text model in force."""
    query = select(TextModelVersion).order_by(TextModelVersion.trained_at.desc(), TextModelVersion.id.desc())
    return session.scalars(query.limit(1)).one_or_none()


def reply_templates(session: Session) -> list[ReplyTemplate]:
    """All of them by code, also those switched off."""
    return list(session.scalars(select(ReplyTemplate).order_by(ReplyTemplate.code)))


def reply_template(session: Session, code: str) -> ReplyTemplate | None:
    """One reply template."""
    return session.scalars(select(ReplyTemplate).where(ReplyTemplate.code == code)).one_or_none()


def reply_versions(session: Session, code: str) -> list[ReplyTemplateVersion]:
    """What a template said, the newest first."""
    query = select(ReplyTemplateVersion).where(ReplyTemplateVersion.code == code)
    return list(session.scalars(query.order_by(ReplyTemplateVersion.version.desc())))


def replies_for(session: Session, form: str, module: str | None, service: str | None) -> list[ReplyTemplate]:
    """Templates in use for a form in a case of this module and service; the most particular first."""
    found = [row for row in reply_templates(session) if row.active and replies.fits(row, form, module, service)]
    return sorted(found, key=lambda row: (not row.services, not row.modules, row.code))
