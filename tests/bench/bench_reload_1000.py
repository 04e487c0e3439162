"""Threads and memory that 1,000 reloads add to a web process and to a worker with its rule engine.

Each reload is a save by page: a table, a form and the settings in turn, each tenth a supervision rule. It counts from the 100th
on, when every cache of the first pages and the first versions has been filled.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from app import catalog
from app.kernel import database
from tests.bench.bench_reload import EACH, Load, Saver, in_force, prepared, rule_latency
from tests.bench.house import Browser, House, running
from tests.databases import Copies, require_postgres

WARM, RELOADS = 100, 1_000
TURN = (*("table", "form", "settings") * 3, "rule")
SETTLE = 5.0


def state(pid: int) -> dict[str, int]:
    """{threads, rss_kb} of a process."""
    told = Path(f"/proc/{pid}/status").read_text()
    return {"threads": int(re.search(r"Threads:\s+(\d+)", told)[1]),  # type: ignore[index]
            "rss_kb": int(re.search(r"VmRSS:\s+(\d+)", told)[1])}  # type: ignore[index]


def children(pid: int) -> list[int]:
    """Processes that it has begun."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()] + [
        int(one) for task in Path(f"/proc/{pid}/task").iterdir() if int(task.name) != pid
        for one in (task / "children").read_text().split()]


def measured(house: House) -> dict[str, dict[str, int]]:
    """By process."""
    worker = house.workers[0].pid
    engines = [state(one) for one in children(worker)]
    return {"web": state(house.webs[0].pid), "worker": state(worker),
            "engine": {"threads": sum(one["threads"] for one in engines), "rss_kb": sum(one["rss_kb"] for one in engines),
                       "processes": len(engines)}}


def _reload(saver: Saver, tenant_id: UUID, number: int) -> None:
    kind = TURN[number % len(TURN)]
    if kind == "rule":
        rule_latency(tenant_id, saver, "bench_each", EACH.format(mark=number))
        return
    page, path, form, files, _shown, told = getattr(saver, f"_{kind}")(number)
    status, answer = saver.person.post(path, form, saver.person.get(page)[1], files)
    saver.load.note(f"save {kind}", status, (303,), answer)
    if kind in ("table", "form"):
        saver.person.get({"table": "/admin/services/CS01/edit", "form": "/submit?module=CS"}[kind])
        saver.house.watch(kind)
        saver.house.workers_saw(kind, told, 20)


def figures() -> Iterator[dict[str, Any]]:
    """On PostgreSQL."""
    require_postgres()
    with tempfile.TemporaryDirectory() as name:
        copies = Copies("postgres", Path(name))
        url, tenant_id = prepared("postgresql", copies)
        try:
            yield from _figures(url, tenant_id, Path(name))
        finally:
            database.current().engine.dispose()
            copies.drop_all()


def _figures(url: str, tenant_id: UUID, folder: Path) -> Iterator[dict[str, Any]]:
    with running(url, folder, 1, 1) as house:
        person = Browser(house.ports[0]).sign_in("administrator")
        saver = Saver(house, person, Load(house, person), in_force(tenant_id))
        curve = []
        for number in range(WARM + RELOADS + 1):
            if number == WARM or (number > WARM and (number - WARM) % 200 == 0):
                time.sleep(SETTLE if number in (WARM, WARM + RELOADS) else 0.5)
                curve.append(measured(house))
            if number < WARM + RELOADS:
                _reload(saver, tenant_id, number)
        assert not saver.load.failed, saver.load.failed[:3]
        with database.current().read(tenant_id) as session:
            assert catalog.live(session, tenant_id, "supervision", "bench_each") is not None
    first, last = curve[0], curve[-1]
    added = {one: {key: last[one][key] - first[one][key] for key in last[one]} for one in last}
    yield {"figure": "reload_1000.threads_added", "database": "postgresql", "goal": 0, "reloads": RELOADS,
           "value": sum(max(0, one["threads"]) for one in added.values()), "now": {
               one: last[one]["threads"] for one in last}, "raw": curve}
    yield {"figure": "reload_1000.rss_added_mb", "database": "postgresql", "unit": "MB", "reloads": RELOADS,
           "value": round(max(one["rss_kb"] for one in added.values()) / 1024, 1),
           **{one: round(added[one]["rss_kb"] / 1024, 1) for one in added},
           "now_mb": {one: round(last[one]["rss_kb"] / 1024, 1) for one in last}, "raw": curve}
