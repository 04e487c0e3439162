"""Demand is compared once a day. What fails is noted where people see it."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.demand.commands import ComputeDemand, NoteDemandFailure
from app.demand.model import DemandRun
from app.kernel import bus, database
from app.kernel.commands import SYSTEM
from app.kernel.errors import YikouError
from app.workers.daily import Daily, Done

log = logging.getLogger(__name__)


def _due(day: str | None, here: datetime) -> bool:
    return day != here.date().isoformat()


def _compute(tenant_id: UUID) -> Done:
    """The number of topics raised or joined."""
    try:
        answer = bus.dispatch(ComputeDemand(tenant_id=tenant_id, actor=SYSTEM))
    except Exception as error:
        if database.cannot_be_asked(error):
            raise  # no failure of what was tried
        log.exception("the demand of an office was not compared; the others go on")
        said = str(error) if isinstance(error, YikouError) else type(error).__name__  # a database names its values
        bus.dispatch(NoteDemandFailure(tenant_id=tenant_id, actor=SYSTEM, error=said))
        return Done(0)
    return Done(int(answer["raised"] + answer["joined"]))


DAILY = Daily("demand", select(DemandRun.tenant_id, DemandRun.day), _due, _compute)
tick = DAILY.tick
