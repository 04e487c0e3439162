"""Addresses of pages in messages: made by workers, who have no request to take a host from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.orm import Session

from app.tenancy.model import Tenant

_public: list[str] = []


def configure(config: Mapping[str, Any]) -> None:
    """PUBLIC_URL: where the installation is found from outside. Without it messages carry no links."""
    address = str(config.get("PUBLIC_URL") or "").rstrip("/")
    _public[:] = [address] if urlsplit(address).scheme in ("http", "https") else []


def page(session: Session, tenant_id: UUID, path: str) -> str | None:
    """The address of an office's page; None when nobody said where the installation is found."""
    office = session.get(Tenant, tenant_id)
    if not _public or office is None:
        return None
    if office.host:
        return f"{urlsplit(_public[0]).scheme}://{office.host}{path}"
    return f"{_public[0]}/t/{office.slug}{path}"
