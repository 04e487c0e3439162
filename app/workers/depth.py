"""How much waits for workers, and how late the oldest is: asked when somebody looks at the metrics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Select, func, literal_column, select
from sqlalchemy.orm import aliased

from app import notifications
from app.engine.model import IncidentRow, JobRow, TimerRow
from app.kernel import clock, database, outbox, pauses
from app.kernel.claim_statements import NOW, Queue, tenants
from app.kernel.events import Delivery
from app.notifications.model import Notification
from app.workers import work

QUEUES = (outbox.QUEUE, work.TIMERS, work.JOBS, work.MESSAGES, notifications.OWN_QUEUE, notifications.BULK_QUEUE)


def waiting(now: datetime) -> dict[str, tuple[int, float]]:
    """Queue -> (pieces that are due, seconds since the oldest was due), of offices that are not suspended."""
    found: dict[str, tuple[int, float]] = {}
    with database.current().claim() as session:
        for queue in QUEUES:
            rows = session.execute(_due(queue), {"now": now}).all()
            oldest = min((row[1] for row in rows if row[1] is not None), default=None)
            late = max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0
            number, before = found.get(queue.name, (0, 0.0))
            found[queue.name] = number + sum(row[0] for row in rows), max(before, late)
    return found


@cache
def _due(queue: Queue) -> Select[int, datetime]:
    """(number, oldest) of each office: from the index of what waits."""
    row, offices = aliased(queue.model), tenants(queue)
    at = getattr(row, queue.at)
    mine = (row.tenant_id == offices.c.id, queue.open(row), at <= NOW, *queue.also(row))
    number, oldest = (select(what).where(*mine).scalar_subquery() for what in (func.count(), func.min(at)))
    return select(number, oldest).where(offices.c.id.is_not(None), pauses.working(offices.c.id))


def stopped() -> dict[str, int]:
    """What no worker takes up again by itself: dead deliveries, failed jobs and messages, timers that are held."""
    dead: tuple[Any, Any] = (literal_column("'dead'"), literal_column("'failed'"))
    counts: dict[str, tuple[Any, Any]] = {
        "events": (Delivery, Delivery.state == dead[0]), "jobs": (JobRow, JobRow.state == dead[1]),
        "timers": (TimerRow, TimerRow.held.is_(True)), "notifications": (Notification, Notification.state == dead[1])}
    with database.current().claim() as session:
        return {name: int(session.scalar(select(func.count()).select_from(table).where(condition)) or 0)
                for name, (table, condition) in counts.items()}


def incidents() -> dict[str, int]:
    """Open incidents of processes by source: engine, worker (jobs and timers), budget."""
    query = (select(IncidentRow.source, func.count(IncidentRow.id)).where(IncidentRow.resolved_at.is_(None))
             .group_by(IncidentRow.source))
    with database.current().claim() as session:
        return {source: int(number) for source, number in session.execute(query)}


class Depth(Collector):
    """All of it as gauges."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Raises what the database raises: a scrape that fails is a sign, too."""
        depth = GaugeMetricFamily("yikou_queue_depth", "Pieces that are due.", labels=["queue"])
        late = GaugeMetricFamily("yikou_queue_oldest_seconds", "How long the oldest is due.", labels=["queue"])
        for name, (number, seconds) in waiting(clock.now()).items():
            depth.add_metric([name], number)
            late.add_metric([name], seconds)
        held = GaugeMetricFamily("yikou_queue_stopped", "Pieces that wait for a person.", labels=["queue"])
        for name, number in stopped().items():
            held.add_metric([name], number)
        open_now = GaugeMetricFamily("yikou_open_incidents", "Incidents that nobody settled.", labels=["source"])
        for source, number in incidents().items():
            open_now.add_metric([source], number)
        yield from (depth, late, held, open_now)

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing is asked when the collector is registered."""
        return iter(())


def install() -> None:
    """Show them with the metrics of this process."""
    REGISTRY.register(Depth())
