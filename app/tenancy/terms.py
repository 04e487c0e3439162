"""The subscription of an office: what its term allows, and when the next step of its end is due."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.tenancy.model import OfficeTerm

LIMITS = ("most_staff", "most_residents", "most_cases", "most_mb")
GRACE_DAYS, WARN_DAYS = 14, (60, 30, 7)
"""What a form proposes; each office has its own."""
NEAR = 80
"""From so many per cent of a limit on, administrators are told."""


def of(session: Session, tenant_id: UUID, *, lock: bool = False) -> OfficeTerm | None:
    """The term; None for an office without one, which has no end and no limits."""
    query = select(OfficeTerm).where(OfficeTerm.tenant_id == tenant_id)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def most_staff(session: Session, tenant_id: UUID) -> int | None:
    """How many staff accounts may be active; the row stays locked until the commit."""
    term = of(session, tenant_id, lock=True)
    return term.most_staff if term is not None else None


def suspends_on(term: OfficeTerm) -> date:
    """The first day without service: after the last day and the days of grace."""
    return term.ends_on + timedelta(days=term.grace_days + 1)


def year_began(term: OfficeTerm, today: date) -> date:
    """The first day of the subscription's year in which a day lies; the first year's for days before it."""
    years = max(0, today.year - term.starts_on.year)
    began = _anniversary(term.starts_on, years)
    return began if began <= today or not years else _anniversary(term.starts_on, years - 1)


def _anniversary(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)


def warning(term: OfficeTerm, today: date) -> int | None:
    """The smallest number of days before the end whose time has come; None while the end is far."""
    left = (term.ends_on - today).days
    return min((days for days in term.warn_days if left <= days), default=None)


def next_due(term: OfficeTerm, zone: ZoneInfo) -> datetime | None:
    """When the next warning or the suspension is due, as the office's day begins; None for a suspended one."""
    if term.suspended_at is not None:
        return None
    days = [term.ends_on - timedelta(days=days) for days in term.warn_days
            if term.warned_days is None or days < term.warned_days]
    return datetime.combine(min([*days, suspends_on(term)]), time(), zone)
