"""How much waits for workers, and how late the oldest is: asked when somebody looks at the metrics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from app.engine.model import JobRow, TimerRow
from app.kernel import clock, database, pauses
from app.kernel.events import Delivery


def waiting(now: datetime) -> dict[str, tuple[int, float]]:
    """Queue -> (pieces that are due, seconds since the oldest was due), of offices that are not suspended."""
    queues: dict[str, tuple[Any, Any, tuple[Any, ...]]] = {
        "events": (Delivery.id, Delivery.run_at, (Delivery.state == "pending", pauses.working(Delivery.tenant_id))),
        "jobs": (JobRow.id, JobRow.run_at, (JobRow.state == "pending", pauses.working(JobRow.tenant_id))),
        "timers": (TimerRow.id, TimerRow.due_at, (TimerRow.held.is_(False), pauses.working(TimerRow.tenant_id)))}
    found = {}
    with database.current().claim() as session:
        for name, (row_id, due, conditions) in queues.items():
            number, oldest = session.execute(
                select(func.count(row_id), func.min(due)).where(due <= now, *conditions)).one()
            found[name] = int(number), max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0
    return found


def stopped() -> dict[str, int]:
    """What no worker takes up again by itself: dead deliveries, failed jobs, timers that are held."""
    counts = {"events": (Delivery, Delivery.state == "dead"), "jobs": (JobRow, JobRow.state == "failed"),
              "timers": (TimerRow, TimerRow.held.is_(True))}
    with database.current().claim() as session:
        return {name: int(session.scalar(select(func.count()).select_from(table).where(condition)) or 0)
                for name, (table, condition) in counts.items()}


class Depth(Collector):
    """The two as gauges."""

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
        yield from (depth, late, held)

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing is asked when the collector is registered."""
        return iter(())


def install() -> None:
    """Show them with the metrics of this process."""
    REGISTRY.register(Depth())
