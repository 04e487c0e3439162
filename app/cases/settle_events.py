"""What a person did about something that had stopped."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.cases.events import CaseEvent
from app.kernel.events import event


@event("incident.settled")
@dataclass(frozen=True, kw_only=True)
class IncidentSettled(CaseEvent):
    """It was done by hand (`resolve`) or left out (`skip`); the reason is entry `entry_id`."""

    incident_id: UUID
    way: str
    code: str
    entry_id: UUID


@event("delivery.settled")
@dataclass(frozen=True, kw_only=True)
class DeliverySettled:
    """An event that a subscriber failed to take: `retry`, `resolve` or `skip`. The reason is entry `entry_id`."""

    case_id: UUID | None
    delivery_id: UUID
    subscriber: str
    way: str
    entry_id: UUID | None
