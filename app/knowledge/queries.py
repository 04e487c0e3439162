"""Reading the catalogue and the knowledge items of the session's office, and searching them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.knowledge.matching import Index
from app.knowledge.model import KnowledgeItem, ServiceItem, TextModelVersion


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
    due = [i for i in items(session) if i.reviewed_on is None or i.reviewed_on + timedelta(i.review_days) <= today]
    return sorted(due, key=lambda i: (i.reviewed_on or date.min, i.code))


def search(session: Session, q: str, limit: int = 10) -> list[Hit]:
    """Services and questions that share words with `q`, the likest first."""
    rows: list[tuple[str, ServiceItem | KnowledgeItem]] = [("service", s) for s in services(session)]
    rows += [("knowledge", k) for k in items(session)]
    index = Index([(str(n), texts_of(row)) for n, (_kind, row) in enumerate(rows)])
    found = []
    for number, score in index.rank(q)[:limit]:
        kind, row = rows[int(number)]
        zh, en = (row.name_zh, row.name_en) if isinstance(row, ServiceItem) else (row.question_zh, row.question_en)
        found.append(Hit(kind, row.code, zh, en, score))
    return found


def texts_of(row: ServiceItem | KnowledgeItem) -> Sequence[str]:
    """The words by which a row is found."""
    if isinstance(row, ServiceItem):
        return row.name_zh, row.name_en, row.keywords
    return row.question_zh, row.question_en, row.answer_zh, row.answer_en


def newest_model(session: Session) -> TextModelVersion | None:
    """The text model in force."""
    query = select(TextModelVersion).order_by(TextModelVersion.trained_at.desc(), TextModelVersion.id.desc())
    return session.scalars(query.limit(1)).one_or_none()
