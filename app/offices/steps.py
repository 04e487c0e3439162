"""What a new office has still to do before it is a whole one: seen from what is there, never ticked by hand."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.auth import policy
from app.auth.model import Membership, User
from app.knowledge import notices
from app.knowledge.model import ServiceItem
from app.tenancy import settings
from app.tenancy.model import Place, Unit

STEPS = ("units", "people", "places", "services", "phone", "notices")


def first_steps(session: Session, tenant_id: UUID) -> list[tuple[str, bool]]:
    """(step, whether it is done) of the session's office, in the order in which they are best done."""
    window = policy.roles_that_may("case.take_in")
    found = session.execute(select(
        exists().where(Unit.tenant_id == tenant_id, Unit.active.is_(True)),
        exists().where(Membership.tenant_id == tenant_id, Membership.role.in_(window), User.tenant_id == tenant_id,
                       User.id == Membership.user_id, User.active.is_(True)),
        exists().where(Place.tenant_id == tenant_id),
        exists().where(ServiceItem.tenant_id == tenant_id, ServiceItem.active.is_(True)),
        exists().where(notices.Notice.tenant_id == tenant_id, notices.Notice.state == "published"))).one()
    done = dict(zip(("units", "people", "places", "services", "notices"), map(bool, found), strict=True))
    done["phone"] = bool(settings.value(session, "contact_phone"))
    return [(step, done[step]) for step in STEPS]
