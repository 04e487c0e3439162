"""At night, when nobody waits for a page: the office's setting `retention_hours`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from uuid import UUID

from sqlalchemy.orm import Session

from app.tenancy import settings, zones

SETTING, USUAL = "retention_hours", ("22:00", "06:00")


def inside(session: Session, tenant_id: UUID, now: datetime) -> bool:
    """Whether it is time in the office; with "none" it always is."""
    given = settings.value(session, SETTING)
    if given is False:
        return True
    hours = (str(given.get("from")), str(given.get("until"))) if isinstance(given, Mapping) else USUAL
    begin, end = (time.fromisoformat(one) for one in hours)
    at = now.astimezone(zones.zone_of(session, tenant_id)).time()
    return begin <= at < end if begin < end else at >= begin or at < end
