"""The office's settings: values that tables, diagrams and pages read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.tenancy.model import Tenant


def value(session: Session, name: str, default: Any = None) -> Any:
    """The setting `name` of the session's office, or `default`."""
    tenant_id: UUID | None = session.info.get("tenant_id")
    tenant = session.get(Tenant, tenant_id) if tenant_id is not None else None
    return default if tenant is None else (tenant.settings or {}).get(name, default)
