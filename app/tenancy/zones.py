"""The office's time zone: what `now()` and `today()` mean in its forms, tables and diagrams."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.kernel.unit_of_work import UnitOfWork
from app.tenancy.model import Tenant

DEFAULT = "Asia/Shanghai"


def zone_of(session: Session, tenant_id: UUID) -> ZoneInfo:
    """The zone of an office; the default one for rows that belong to no office."""
    tenant = session.get(Tenant, tenant_id)
    return ZoneInfo(tenant.time_zone if tenant is not None else DEFAULT)


def local_now(uow: UnitOfWork) -> datetime:
    """The transaction's moment, aware, in the office's zone."""
    return uow.now.astimezone(zone_of(uow.session, uow.tenant_id))
