"""The office's time zone: what `now()` and `today()` mean in its forms, tables and diagrams."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.kernel.unit_of_work import UnitOfWork
from app.tenancy.model import Tenant

DEFAULT = "Asia/Shanghai"
_KEPT = "kept_tenant"


def zone_of(session: Session, tenant_id: UUID) -> ZoneInfo:
    """The zone of an office; the default one for rows that belong to no office."""
    tenant = kept(session, tenant_id)
    return ZoneInfo(tenant.time_zone if tenant is not None else DEFAULT)


def kept(session: Session, tenant_id: UUID) -> Tenant | None:
    """The office's row; the session holds it, so that asking again asks no database."""
    known: Tenant | None = session.info.get(_KEPT)
    if known is None or known.tenant_id != tenant_id:
        known = session.get(Tenant, tenant_id)
        keep(session, known)
    return known


def keep(session: Session, tenant: Tenant | None) -> None:
    """Hold the office's row that was read with something else."""
    session.info[_KEPT] = tenant


def forget(session: Session, tenant_id: UUID) -> None:
    """Read the office's row anew when it is asked for next: it may have changed while a lock was waited for."""
    tenant = session.get(Tenant, tenant_id)
    if tenant is not None and tenant not in session.dirty:
        session.expire(tenant)


def local_now(uow: UnitOfWork) -> datetime:
    """The transaction's moment, aware, in the office's zone."""
    return uow.now.astimezone(zone_of(uow.session, uow.tenant_id))
