"""What an office uses of its subscription: now, against each limit, and by month. Counts, no person and no case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.auth.model import User
from app.cases.model import Case
from app.kernel import clock, database
from app.tenancy import attachments, terms, zones
from app.tenancy.model import OfficeTerm, Tenant

Attachment = attachments.Attachment
MB = 1024 * 1024
MONTHS = 12


@dataclass(frozen=True)
class Use:
    """One thing that is counted: `staff`, `residents`, `cases` or `mb`; `most` of None is no limit."""

    name: str
    used: int
    most: int | None

    @property
    def percent(self) -> int | None:
        """Of the limit, whole per cent; more than 100 when it is passed."""
        return None if self.most is None else self.used * 100 // self.most

    @property
    def state(self) -> str:
        """`over`, `near` or `fine`."""
        percent = self.percent
        if percent is None or percent < terms.NEAR:
            return "fine"
        return "over" if self.most is not None and self.used > self.most else "near"


@dataclass(frozen=True)
class Standing:
    """An office's subscription today. `state`: working, ending, grace or suspended; `warns`: its end is near enough."""

    office: Tenant
    term: OfficeTerm | None
    state: str
    days_left: int | None
    warns: bool
    uses: tuple[Use, ...]

    @property
    def pressing(self) -> tuple[Use, ...]:
        """What is near its limit or over it."""
        return tuple(use for use in self.uses if use.state != "fine")


def standing(session: Session, tenant_id: UUID) -> Standing:
    """Of the session's office. Raises sqlalchemy's NoResultFound for an unknown one."""
    office, term = session.get_one(Tenant, tenant_id), terms.of(session, tenant_id)
    zone = zones.zone_of(session, tenant_id)
    today = clock.now().astimezone(zone).date()
    left = (term.ends_on - today).days if term is not None else None
    warns = term is not None and terms.warning(term, today) is not None
    return Standing(office, term, _state(term, left, warns=warns), left, warns, _uses(session, office, term, today))


def _state(term: OfficeTerm | None, left: int | None, *, warns: bool) -> str:
    if term is None or left is None:
        return "working"
    if term.suspended_at is not None:
        return "suspended"
    return "grace" if left < 0 else "ending" if warns else "working"


def _uses(session: Session, office: Tenant, term: OfficeTerm | None, today: date) -> tuple[Use, ...]:
    """One statement, so that a list of many offices stays quick."""
    own, zone = office.tenant_id, ZoneInfo(office.time_zone)
    since = _begins(terms.year_began(term, today) if term is not None else date(today.year, 1, 1), zone)
    accounts = select(func.count()).select_from(User).where(User.tenant_id == own, User.active.is_(True))
    counts = session.execute(select(
        accounts.where(User.kind == "staff").scalar_subquery(),
        accounts.where(User.kind == "resident").scalar_subquery(),
        select(func.count()).select_from(Case).where(Case.tenant_id == own, Case.submitted_at >= since)
        .scalar_subquery(),
        select(func.coalesce(func.sum(Attachment.size), 0))
        .where(Attachment.tenant_id == own, Attachment.removed_at.is_(None)).scalar_subquery(),
    )).one()
    values = (counts[0], counts[1], counts[2], -(-int(counts[3]) // MB))
    return tuple(Use(limit.removeprefix("most_"), int(used), getattr(term, limit) if term is not None else None)
                 for limit, used in zip(terms.LIMITS, values, strict=True))


def standings() -> list[Standing]:
    """Of all offices by path name, each read as that office: no session sees two."""
    with database.current().claim() as session:
        ids = list(session.scalars(select(Tenant.tenant_id).order_by(Tenant.slug)))
    found = []
    for tenant_id in ids:
        with database.current().read(tenant_id) as session:
            found.append(standing(session, tenant_id))
    return found


@dataclass(frozen=True)
class Month:
    """What came in one month of the office's calendar."""

    first: date
    cases: int
    residents: int
    mb: int


def by_month(session: Session, tenant_id: UUID) -> list[Month]:
    """The last twelve months, the newest first."""
    zone = zones.zone_of(session, tenant_id)
    months = _months(clock.now().astimezone(zone).date())
    edges = [_begins(day, zone) for day in months]
    cases = _counted(session, Case.submitted_at, edges, 1)
    residents = _counted(session, User.created_at, edges, 1, User.kind == "resident")
    sizes = _counted(session, Attachment.created_at, edges, Attachment.size)
    return [Month(months[i], cases[i], residents[i], -(-sizes[i] // MB)) for i in range(len(months) - 2, -1, -1)]


def _months(today: date) -> list[date]:
    """First days of the last twelve months and of the next one, the oldest first."""
    number = today.year * 12 + today.month - 1
    return [date(one // 12, one % 12 + 1, 1) for one in range(number - MONTHS + 1, number + 2)]


def _counted(session: Session, column: Any, edges: list[datetime], amount: Any, *conditions: Any) -> list[int]:
    sums = [func.coalesce(func.sum(case(((column >= start) & (column < end), amount), else_=0)), 0)
            for start, end in pairwise(edges)]
    query = select(*sums).where(column >= edges[0], *conditions)
    return [int(value) for value in session.execute(query).one()]


def _begins(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
