"""What of the catalogue and the knowledge items can be found, and by which words."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.knowledge.model import KnowledgeItem, ServiceItem
from app.tenancy import search

KINDS = ("service", "knowledge")


def index(session: Session, row: ServiceItem | KnowledgeItem) -> None:
    """Let a row be found by its words, or no more when it is switched off. In the transaction that changed it."""
    kind = "service" if isinstance(row, ServiceItem) else "knowledge"
    if row.active:
        search.put(session, row.tenant_id, kind, row.code, texts_of(row))
    else:
        search.drop(session, kind, row.code)


def texts_of(row: ServiceItem | KnowledgeItem) -> Sequence[str]:
    """The words by which a row is found."""
    if isinstance(row, ServiceItem):
        return row.name_zh, row.name_en, row.keywords
    return row.question_zh, row.question_en, row.answer_zh, row.answer_en
