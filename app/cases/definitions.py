"""A process that a person publishes is tried on the scenarios that the office itself has saved of it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from app import catalog
from app.cases import told_variables
from app.cases.queries.rehearsing import rehearse
from app.kernel import clock
from app.kernel.errors import DefinitionError, Problem
from app.tenancy import zones

PROCESS, SCENARIOS = "process", "scenarios"


def _try(session: Session, tenant_id: UUID, key: str, data: bytes) -> list[Problem]:
    """What goes otherwise than told; nothing where the office has told nothing."""
    told = catalog.live(session, tenant_id, SCENARIOS, key)
    if told is None:
        return []
    now = clock.now().astimezone(zones.zone_of(session, tenant_id))
    try:
        return list(rehearse(session, tenant_id, data, key, told.data, now).problems)
    except DefinitionError as error:
        return error.problems


def register() -> None:
    """Tell the catalog, and the engine's checks."""
    told_variables.register()
    catalog.register_trial(PROCESS, _try)
