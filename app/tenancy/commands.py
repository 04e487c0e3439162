"""What can be done to an office's own data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class CreateTenant(Command):
    """Make an office; `tenant_id` is the new office's. Answer: {"tenant_id"}."""

    slug: str
    name_zh: str
    name_en: str
    host: str | None = None
    time_zone: str = "Asia/Shanghai"
    locale: str = "zh"
    is_demo: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SetTenantSettings(Command):
    """Set values; None removes one."""

    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class SaveUnit(Command):
    """Make the unit of this code, or change it."""

    code: str
    name_zh: str
    name_en: str
    kind: str = "internal"
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class ImportUnits(Command):
    """CSV with columns code, zh, en and optionally kind. Answer: {"made", "changed"}; all or nothing."""

    csv_text: str


@dataclass(frozen=True, kw_only=True)
class ImportPlaces(Command):
    """CSV with columns kind, code, name, parent_code, lat, lng. Answer: {"made", "changed"}; all or nothing."""

    csv_text: str
