"""What other rooms get at the start: services and what they promise, by code, and the suggestion for new cases."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases import commitments, connectors, sources
from app.knowledge import queries, suggesting


def _services(session: Session) -> list[sources.Listed]:
    return [sources.Listed(s.code, s.name_zh, s.name_en) for s in queries.services(session)]


def _wordings(session: Session) -> list[sources.Listed]:
    """What each service promises, in the office's own words."""
    return [sources.Listed(s.code, s.commitment_zh, s.commitment_en) for s in queries.services(session)]


def _suggest(session: Session, tenant_id: UUID, text: str) -> dict[str, Any]:
    found = suggesting.suggest(session, tenant_id, text).to_variables()
    service = queries.service(session, found["code"]) if found["code"] else None
    names = (service.name_zh, service.name_en) if service is not None else (None, None)
    return {**found, "name": names[0], "name_en": names[1]}


def register() -> None:
    """Make both known."""
    sources.register_source("services", _services)
    sources.register_source(commitments.WORDINGS, _wordings)
    connectors.register_suggester(_suggest)
