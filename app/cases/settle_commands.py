"""What stopped and needs a person: tried again, done by hand, or left out. A part of `commands`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.kernel.commands import Command

RETRY, RESOLVE, SKIP = "retry", "resolve", "skip"


@dataclass(frozen=True, kw_only=True)
class SettleIncident(Command):
    """End an incident without another try. Answer {"case_id", "resolved"}.

    `way`: `resolve` (somebody did by hand what was to be done) or `skip` (it is left out); `reason` stands in the
    journal. A job is completed with `variables`, or throws `error_code` for the diagram to catch; a timer that is left
    out never fires. Conflict where the process itself stands: that is tried again, or moved.
    """

    incident_id: UUID
    way: str
    reason: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    error_code: str = ""


@dataclass(frozen=True, kw_only=True)
class SettleDelivery(Command):
    """What to do about an event that a subscriber failed to take. Answer {"state"} of the delivery.

    `way`: `retry`, `resolve` (done by hand) or `skip`. The later events of its case follow.
    """

    delivery_id: UUID
    way: str
    reason: str
