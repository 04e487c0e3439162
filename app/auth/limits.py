"""Rate limits in a table, so that they hold over all web processes."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select

from app.auth.model import RateCount
from app.kernel.errors import TooMany, msg
from app.kernel.unit_of_work import UnitOfWork
from app.kernel.upsert import insert_missing


def hit(uow: UnitOfWork, bucket: str, per_minutes: int, limit: int) -> int:
    """Count one use of `bucket` in the window of `per_minutes`; TooMany beyond `limit`. The count so far."""
    seconds = per_minutes * 60
    window = int(uow.now.timestamp()) // seconds
    text = f"{uow.tenant_id}|{bucket}|{per_minutes}|{window}"
    row_id = UUID(hex=hashlib.sha256(text.encode()).hexdigest()[:32])
    ends_at = datetime.fromtimestamp((window + 1) * seconds, UTC)
    insert_missing(uow.session, RateCount, tenant_id=uow.tenant_id, id=row_id, count=0, ends_at=ends_at)
    row = uow.session.scalars(select(RateCount).where(RateCount.id == row_id).with_for_update()).one()
    if row.count == 0:
        uow.session.execute(delete(RateCount).where(RateCount.ends_at < uow.now - timedelta(days=1)))
    if row.count >= limit:
        minutes = max(1, round((row.ends_at - uow.now).total_seconds() / 60))
        raise TooMany(msg("Too many attempts. Please try again in %(minutes)s minutes."), minutes=minutes)
    row.count += 1
    return row.count
