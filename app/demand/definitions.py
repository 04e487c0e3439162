"""What forms get: the list `decisions`, the tables in force by the names their files give them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app import dmn
from app.cases import sources
from app.catalog import queries as catalog


def _decisions(session: Session) -> list[sources.Listed]:
    tenant_id = session.info["tenant_id"]
    found = []
    for one in catalog.listing(session, tenant_id, "decision"):
        data = catalog.effective(session, tenant_id, "decision", one.key).data
        zh, _, en = dmn.titles(data, one.key).get(one.key, one.key).partition(" / ")
        found.append(sources.Listed(one.key, zh.strip(), (en or zh).strip()))
    return found


def register() -> None:
    """Make it known."""
    sources.register_source("decisions", _decisions)
