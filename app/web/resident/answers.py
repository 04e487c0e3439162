"""What the office can say at once to somebody's words: answers, services, the same concern of neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.cases import queries as cases
from app.knowledge import queries as knowledge
from app.web.sessions import the_office

LEAST = 0.3
"""How much of somebody's words an answer must hold to be worth reading before sending."""
MOST = 4


@dataclass(frozen=True)
class Known:
    """Beside the form, never instead of it: every question can still be sent."""

    items: list[Any]
    services: list[Any]
    similar: list[cases.SimilarCase]

    def __bool__(self) -> bool:
        return bool(self.items or self.services or self.similar)


def of(session: Session, text: str) -> Known:
    """Empty for a text that resembles nothing."""
    hits = [hit for hit in knowledge.search(session, text[:300], limit=12) if hit.score >= LEAST]
    codes = [hit.code for hit in hits if hit.kind == "knowledge"][:MOST]
    found = {item.code: item for item in knowledge.items(session)} if codes else {}
    services = [service for hit in hits if hit.kind == "service" and (service := knowledge.service(session, hit.code))]
    return Known([found[code] for code in codes if code in found], services[:MOST],
                 cases.similar_for_residents(session, the_office().tenant_id, text[:300]))
