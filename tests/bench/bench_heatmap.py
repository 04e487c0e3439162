"""Milliseconds to make the figures of a diagram from 100,000 finished cases of a year, on both databases; what a day costs
the worker, and what the page would cost if it counted the steps itself."""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, text

from app import catalog, engine
from app.cases.model import Case, CaseStep
from app.deadlines import calendar_of
from app.engine.model import ProcessInstance
from app.insight import passages
from app.insight.commands import CountPassages, ForgetPassages
from app.insight.heat import heat
from app.insight.periods import Period
from app.kernel import clock
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.ids import new_id
from tests.bench.crowd import Crowd, crowds

SIZE, DAYS, ELEMENTS, PART, ROUNDS = 100_000, 365, 12, 2_000, 11
KEY, ZONE = "service_request", ZoneInfo("Asia/Shanghai")


def figures() -> Iterator[dict[str, Any]]:
    """`heatmap_100k.ms` of a year and, beside it, of 90 days; HEATMAP_SIZE makes it smaller for a look."""
    size = int(os.environ.get("HEATMAP_SIZE", SIZE))
    for kind in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder, crowds(kind, Path(folder), 1) as (crowd,):
            crowd.use()
            _fill(crowd, size)
            began, days = time.perf_counter(), _count(crowd)
            per_day = (time.perf_counter() - began) * 1_000 / days
            year, quarter = _read(crowd, DAYS), _read(crowd, 90)
            value = round(statistics.median(year), 1)
            yield {"figure": "heatmap_100k.ms", "database": kind, "value": value, "worst": round(max(year), 1),
                   "cases": size, "days": DAYS, "ms_of_90_days": round(statistics.median(quarter), 1),
                   "ms_to_count_a_day": round(per_day, 1), "ms_of_30_days_from_steps": _directly(crowd), "raw": year}


def _fill(crowd: Crowd, size: int) -> None:
    """Each case goes through the same elements, over some days of its own, a tenth of them twice through one."""
    source = random.Random(100)  # noqa: S311
    now = clock.now()
    with crowd.database.read(crowd.tenant_id) as session:
        published = catalog.live(session, crowd.tenant_id, "process", KEY)
        assert published is not None
        names = [name for name, one in engine.diagram_parts(published.data).items()
                 if one.type.endswith(("Task", "Event", "Gateway", "Activity"))][:ELEMENTS]
    pins = {KEY: published.hash}
    for start in range(0, size, PART):
        with crowd.database.engine.begin() as connection:
            if crowd.database.dialect == "postgresql":
                connection.execute(text("SELECT set_config('app.tenant_id', :t, true)"), {"t": str(crowd.tenant_id)})
            _part(connection, crowd, names, pins, [(number, now - timedelta(
                days=1 + number * (DAYS - 20) // size, minutes=source.randrange(600))) for number in range(
                    start, min(size, start + PART))], source)
    with crowd.database.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()


def _part(connection: Any, crowd: Crowd, names: list[str], pins: dict[str, str],
          cases: list[tuple[int, datetime]], source: random.Random) -> None:
    held: dict[str, list[dict[str, Any]]] = {"instance": [], "case": [], "step": []}
    for number, end in cases:
        case_id, instance_id = new_id(), new_id()
        began = end - timedelta(days=source.randrange(15), minutes=source.randrange(1, 600))
        common = {"tenant_id": crowd.tenant_id}
        held["instance"].append({**common, "id": instance_id, "process_id": KEY, "definition_hash": pins[KEY], "pins": pins,
                                 "status": "completed", "state": b"", "version": 1, "business_key": str(case_id),
                                 "started_at": began, "ended_at": end})
        held["case"].append({**common, "id": case_id, "number": f"H{number}", "token_hash": f"{number:064}", "phase": "end",
                             "status": "closed", "channel": "web", "text": "", "instance_id": instance_id,
                             "submitted_at": began, "phase_at": end, "closed_at": end})
        path = [*names, names[3]] if number % 10 == 0 else names
        moments = sorted([began, end, *(began + (end - began) * source.random() for _ in range(len(path) - 1))])
        for place, name in enumerate(path):
            for how, at in (("entered", moments[place]), ("completed", moments[place + 1])):
                held["step"].append({**common, "id": new_id(), "case_id": case_id, "task_id": f"{number}-{place}",
                                     "process_id": KEY, "element_id": name, "how": how, "at": at})
    for model, rows in ((ProcessInstance, held["instance"]), (Case, held["case"]), (CaseStep, held["step"])):
        columns = set(model.__table__.c.keys())
        connection.execute(insert(model), [{name: value for name, value in row.items() if name in columns} for row in rows])


def _count(crowd: Crowd) -> int:
    dispatch(ForgetPassages(tenant_id=crowd.tenant_id, actor=SYSTEM))
    days, more = 0, True
    while more:
        answer = dispatch(CountPassages(tenant_id=crowd.tenant_id, actor=SYSTEM))
        days, more = days + answer["days"], answer["more"]
    return days


def _read(crowd: Crowd, days: int) -> list[float]:
    """As the page reads it: a session of its own each time."""
    taken = []
    actor = next(one for one in crowd.demo.actors.values() if "supervisor" in one.roles)
    today = clock.now().astimezone(ZONE).date()
    period = Period(today - timedelta(days=days - 1), today, "day", ZONE)
    for _ in range(ROUNDS):
        began = time.perf_counter()
        with crowd.database.read(crowd.tenant_id) as session:
            found = heat(session, crowd.tenant_id, actor, KEY, period)
        taken.append((time.perf_counter() - began) * 1_000)
        assert found.counted and any(one.median for one in found.elements.values())
    return taken


def _directly(crowd: Crowd) -> float:
    """Once, from the steps: why days are counted ahead."""
    now, began = clock.now(), time.perf_counter()
    with crowd.database.read(crowd.tenant_id) as session:
        passages.between(session, crowd.tenant_id, calendar_of(session, crowd.tenant_id), now - timedelta(days=30), now, KEY)
    return round((time.perf_counter() - began) * 1_000)
