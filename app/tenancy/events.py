"""What happened to an office's own data."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.events import event


@event("tenant.created")
@dataclass(frozen=True)
class TenantCreated:
    """A new office."""

    slug: str


@event("tenant.settings_changed")
@dataclass(frozen=True)
class TenantSettingsChanged:
    """One or more settings have new values."""

    names: str


@event("unit.saved")
@dataclass(frozen=True)
class UnitSaved:
    """A unit was made or changed."""

    unit_id: UUID
    code: str


@event("units.imported")
@dataclass(frozen=True)
class UnitsImported:
    """Units came from a table."""

    made: int
    changed: int


@event("place.saved")
@dataclass(frozen=True)
class PlaceSaved:
    """A place was made or changed."""

    place_id: UUID
    code: str


@event("place.removed")
@dataclass(frozen=True)
class PlaceRemoved:
    """A place that nothing referred to is gone."""

    code: str


@event("places.imported")
@dataclass(frozen=True)
class PlacesImported:
    """Places came from a table."""

    made: int
    changed: int
