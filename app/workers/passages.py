"""What went through diagrams is counted day by day; a long past by and by."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.insight.commands import REST, CountPassages
from app.insight.model import PassageRun
from app.kernel import bus
from app.kernel.commands import SYSTEM
from app.workers.daily import Daily, Done


def _due(through: date | None, here: datetime) -> bool:
    return through is None or through < (here - REST).date() - timedelta(days=1)


def _count(tenant_id: UUID) -> Done:
    answer = bus.dispatch(CountPassages(tenant_id=tenant_id, actor=SYSTEM))
    return Done(int(answer["days"]), bool(answer["more"]))


DAILY = Daily("passages", select(PassageRun.tenant_id, PassageRun.through), _due, _count)
tick = DAILY.tick
