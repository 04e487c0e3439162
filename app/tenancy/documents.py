"""What a version of the office itself keeps."""

from __future__ import annotations

from typing import Any

from app.tenancy import settings
from app.tenancy.model import Tenant


def document(tenant: Tenant) -> dict[str, Any]:
    """What a version keeps: names, language, and each known setting as its form shows it."""
    values = {one.name: one.shown(tenant.settings or {}) for one in settings.REGISTRY}
    return {"name_zh": tenant.name_zh, "name_en": tenant.name_en, "locale": tenant.locale, **values}
