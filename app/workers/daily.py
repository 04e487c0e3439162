"""What is done once a day of each office, soon after its midnight. Looked for every ten minutes, leased."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select

from app.kernel import database, leases
from app.tenancy import queries as tenancy

log = logging.getLogger(__name__)
EVERY = timedelta(minutes=10)
LEASE_SECONDS = 600.0


@dataclass(frozen=True)
class Done:
    """What was done for an office: how many pieces, and whether more waits already."""

    pieces: int
    more: bool = False


@dataclass
class Daily:
    """`lease`: its name. `last`: selects (office, day that was done last). `due`: whether that day (None: never) is
    behind the office's local moment. `act`: does it for one office; what it raises keeps no other waiting."""

    lease: str
    last: Select[UUID, Any]
    due: Callable[[Any, datetime], bool]
    act: Callable[[UUID], Done]
    _next: datetime | None = field(default=None, init=False)

    def tick(self, now: datetime, owner: str) -> int:
        """Offices whose day is new, at most every ten minutes, also after a clock was set back; the pieces done."""
        if self._next is not None and timedelta() < self._next - now <= EVERY:
            return 0
        self._next = now + EVERY
        waiting = self._waiting(now)
        if not waiting or not leases.acquire(self.lease, owner, LEASE_SECONDS):
            return 0
        return sum(self._one(tenant_id) for tenant_id in waiting)

    def soon(self) -> None:
        """The next tick looks, whenever it comes."""
        self._next = None

    def _one(self, tenant_id: UUID) -> int:
        try:
            done = self.act(tenant_id)
        except Exception:
            log.exception("%s of an office failed; the others go on", self.lease)
            return 0
        if done.more:
            self.soon()
        return done.pieces

    def _waiting(self, now: datetime) -> list[UUID]:
        with database.current().claim() as session:
            last = {row[0]: row[1] for row in session.execute(self.last)}
        return [office.tenant_id for office in tenancy.working_tenants()
                if self.due(last.get(office.tenant_id), now.astimezone(ZoneInfo(office.time_zone)))]
