"""What the office can say at once to somebody's words: answers, services, the same concern of neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from app.cases import queries as cases
from app.knowledge import queries as knowledge
from app.web.sessions import the_office

LEAST = 0.3
"""How much of somebody's words an answer must hold to be worth reading before sending."""
MOST, LONGEST = 4, 300


@dataclass(frozen=True)
class Known:
    """Beside the form, never instead of it: every question can still be sent. `asked` are the words."""

    asked: str
    items: list[Any]
    services: list[Any]
    similar: list[cases.SimilarCase]

    @property
    def count(self) -> int:
        """How many there are to read."""
        return len(self.items) + len(self.services) + len(self.similar)


def of(session: Session, text: str, near: UUID | None = None) -> Known:
    """Empty for a text that resembles nothing. `near`: a place of the asker, whose neighbours come first."""
    asked = text.strip()[:LONGEST]
    hits = [hit for hit in knowledge.search(session, asked, limit=12) if hit.score >= LEAST]
    codes = [hit.code for hit in hits if hit.kind == "knowledge"][:MOST]
    items = [item for code in codes if (item := knowledge.item(session, code))]
    services = [service for hit in hits if hit.kind == "service" and (service := knowledge.service(session, hit.code))]
    return Known(asked, items, services[:MOST],
                 cases.similar_for_residents(session, the_office().tenant_id, asked, near=near))


def here() -> UUID | None:
    """The place chosen beside the words, if it is one."""
    try:
        return UUID(request.form.get("c-near") or request.form.get("c-place", ""))
    except ValueError:
        return None
