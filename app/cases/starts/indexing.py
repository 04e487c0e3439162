"""How the live processes of an office begin, as rows. What a new version no longer has goes, the rest is untouched."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app import catalog
from app.engine import StartTrigger, due_since
from app.engine.model import StartIndex, StartRow
from app.kernel.errors import YikouError
from app.kernel.unit_of_work import UnitOfWork
from app.kernel.upsert import insert_missing
from app.tenancy import zones

log = logging.getLogger(__name__)
PROCESS = "process"
_ONE = UUID(int=1)
"""The id of an office's only index row."""
Place = tuple[str, str]


def index(uow: UnitOfWork) -> bool:
    """Bring the rows up to date with what is in force; False when they were.

    The first time, times before now are past; later, those before the last look or before the version was published.
    """
    insert_missing(uow.session, StartIndex, tenant_id=uow.tenant_id, id=_ONE, own=-1, base=-1, at=uow.now)
    mine = uow.session.scalars(select(StartIndex).where(StartIndex.tenant_id == uow.tenant_id, StartIndex.id == _ONE)
                               .with_for_update().execution_options(populate_existing=True)).one()
    own, base = catalog.generation(uow.session, uow.tenant_id)
    if (mine.own, mine.base) == (own, base):
        return False
    known: dict[Place, StartRow] = {(row.process_id, row.element_id): row for row in uow.session.scalars(
        select(StartRow).where(StartRow.tenant_id == uow.tenant_id))}
    for published in catalog.all_live(uow.session, uow.tenant_id, PROCESS):
        for trigger in _triggers(uow, published.key):
            row = known.pop((published.key, trigger.element_id), None)
            _write(uow, published.key, trigger, row, max(mine.at, published.published_at))
    for row in known.values():
        uow.session.delete(row)
    mine.own, mine.base, mine.at = own, base, uow.now
    return True


def _triggers(uow: UnitOfWork, key: str) -> tuple[StartTrigger, ...]:
    """None of a diagram from before that cannot be read any more: it cannot be started either."""
    try:
        triggers: tuple[StartTrigger, ...] = catalog.compiled(uow.session, uow.tenant_id, PROCESS, key)[1].triggers
    except YikouError as error:
        log.warning("%s begins by nothing: %s", key, error)
        return ()
    return triggers


def _write(uow: UnitOfWork, key: str, trigger: StartTrigger, row: StartRow | None, since: datetime) -> None:
    if row is not None and (row.kind, row.name, row.text) == (trigger.kind, trigger.name, trigger.text):
        return                                          # its next time, and that it has fired, stay as they are
    if row is None:
        row = StartRow(tenant_id=uow.tenant_id, process_id=key, element_id=trigger.element_id, kind=trigger.kind)
        uow.session.add(row)
    for name, value in (_timed(uow, trigger, since) | {"kind": trigger.kind, "name": trigger.name,
                                                       "text": trigger.text, "failures": 0}).items():
        setattr(row, name, value)


def _timed(uow: UnitOfWork, trigger: StartTrigger, since: datetime) -> dict[str, Any]:
    """When a timer fires first; nothing for messages and signals."""
    due = None
    if trigger.kind == "timer":
        local = since.astimezone(zones.zone_of(uow.session, uow.tenant_id))
        due = due_since(trigger.timer or "", trigger.text or "", local)
    return {"due_at": due.at if due else None, "run_at": due.at if due else None, "every": due.every if due else None,
            "remaining": due.left if due else None}
