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
class SaveOffice(Command):
    """The office's names, its language and the settings that are known, as texts; an empty one is the default.

    `begun_from`: the version somebody changed; Conflict when there is a newer one.
    """

    name_zh: str
    name_en: str
    locale: str
    values: Mapping[str, str]
    begun_from: int | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class SaveUnit(Command):
    """Make the unit of this code, or change it.

    `begun_from`: the version somebody changed; Conflict when there is a newer one.
    """

    code: str
    name_zh: str
    name_en: str
    kind: str = "internal"
    active: bool = True
    phone: str = ""
    hours_zh: str = ""
    hours_en: str = ""
    about_zh: str = ""
    about_en: str = ""
    begun_from: int | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ImportUnits(Command):
    """CSV with columns code, zh, en and optionally kind. Answer: {"made", "changed"}; all or nothing."""

    csv_text: str


@dataclass(frozen=True, kw_only=True)
class ImportPlaces(Command):
    """CSV with columns kind, code, name, parent_code, lat, lng. Answer: {"made", "changed"}; all or nothing."""

    csv_text: str


@dataclass(frozen=True, kw_only=True)
class SavePlace(Command):
    """Make the place of this code, or change it. `lat` and `lng` are degrees as written; both or none."""

    code: str
    kind: str
    name: str
    parent_code: str = ""
    lat: str = ""
    lng: str = ""
    begun_from: int | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class RemovePlace(Command):
    """Take a place away that nothing refers to."""

    code: str
