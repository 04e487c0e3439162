"""What a step, and an idle worker's look, cost among 1,000, 100,000 and 1,000,000 stored instances, on both databases.

Steps in a small database and in the growing one take turns, so that a busy machine slows both.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.auth.model import User
from app.cases.commands import CompleteTask
from app.kernel.bus import dispatch
from app.kernel.commands import Actor
from app.workers import loop
from tests.bench import house
from tests.bench.bench_timers import processes
from tests.bench.crowd import Crowd, crowds
from tests.bench.house import Browser

SIZES = (100_000, 1_000_000)
FEW, STEPS, WARM, LOOKS = 1_000, 150, 10, 40
"""Steps timed in each database and size, those before them that are not, and looks of an idle worker."""
WAITING, ROUNDS = 100_000, 60
"""So many wait while a web process answers, with a worker beside it; rounds of two requests in each database."""


def figures() -> Iterator[dict[str, Any]]:
    """`growth.step_ratio_1e5`, `_1e6`, `growth.worker_look_ms`, `growth.waiting_100k_ratio`; GROWTH_SIZES narrows the
    sizes."""
    sizes = tuple(int(one) for one in os.environ.get("GROWTH_SIZES", "").split(",") if one) or SIZES
    for kind in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder, crowds(kind, Path(folder), 2) as (small, large):
            origins = []
            for one in (small, large):
                one.use()
                origins.append(one.opened())
                loop.until_idle()
                one.copy(origins[-1], FEW)
            for size in sizes:
                large.copy(origins[1], size)
                yield _steps(kind, small, large, size)
                yield _look(kind, large)
                if size == WAITING:
                    yield _web(kind, small, large, Path(folder))


def _steps(kind: str, small: Crowd, large: Crowd, size: int) -> dict[str, Any]:
    taken: dict[int, list[float]] = {0: [], 1: []}
    for number in range(STEPS + WARM):
        for place, one in enumerate((small, large)):
            milliseconds = _step(one)
            if number >= WARM:
                taken[place].append(milliseconds)
    few, many = statistics.median(taken[0]), statistics.median(taken[1])
    return {"figure": f"growth.step_ratio_1e{len(str(size)) - 1}", "database": kind, "value": round(many / few, 2),
            "ms_of_1000": round(few, 2), "ms": round(many, 2), "steps": STEPS, "raw": taken}


def _step(crowd: Crowd) -> float:
    """Milliseconds to complete the first task of a new case, with its form and the events of it."""
    crowd.use()
    command = CompleteTask(tenant_id=crowd.tenant_id, actor=_head(crowd), task_id=crowd.task(crowd.opened()),
                           data={"co_result": "done"})
    began = time.perf_counter()
    dispatch(command)
    return (time.perf_counter() - began) * 1_000


def _head(crowd: Crowd) -> Actor:
    return next(actor for actor in crowd.demo.actors.values() if "head@LRS" in actor.groups)


def _look(kind: str, crowd: Crowd) -> dict[str, Any]:
    """An idle tick of all kinds of work: what waiting instances cost a worker, and every worker the database."""
    crowd.use()
    loop.until_idle()
    taken = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        assert loop.tick() == 0
        taken.append((time.perf_counter() - began) * 1_000)
    return {"figure": "growth.worker_look_ms", "database": kind, "value": round(statistics.median(taken), 2),
            "waiting": crowd.copied, "worst": round(max(taken), 2), "raw": taken}


def _web(kind: str, small: Crowd, large: Crowd, folder: Path) -> dict[str, Any]:
    """Answers of real web processes, each with a worker on its database: a task is completed, and the inbox opened by
    the one person in whose unit all the tasks lie. Both together are the figure, each is told beside it.
    """
    for one in (small, large):
        one.use()
        loop.until_idle()                               # the workers have nothing to catch up with
    with _served(small, folder / "few") as few, _served(large, folder / "many") as many:
        taken: dict[str, list[float]] = {f"{name}{part}": [] for name in ("few", "many")
                                         for part in ("", "_completed", "_inbox")}
        for number in range(ROUNDS + WARM):
            for name, one, staff in (("few", small, few), ("many", large, many)):
                completed, inbox = _round(one, staff)
                if number >= WARM:
                    taken[name].append(completed + inbox)
                    taken[f"{name}_completed"].append(completed)
                    taken[f"{name}_inbox"].append(inbox)
    middle = {name: round(statistics.median(found), 2) for name, found in taken.items()}
    return {"figure": "growth.waiting_100k_ratio", "database": kind, "value": round(middle["many"] / middle["few"], 2),
            "ms_of_1000": middle["few"], "ms": middle["many"], "waiting": large.copied, "rounds": ROUNDS,
            "beside": {f"{part}_of_{of}_ms": middle[f"{name}_{part}"] for part in ("completed", "inbox")
                       for of, name in (("1000", "few"), ("all", "many"))}, "raw": taken}


@contextmanager
def _served(crowd: Crowd, folder: Path) -> Iterator[tuple[Browser, str]]:
    """A web and a worker process, and the head of the unit signed in, with the session's token."""
    folder.mkdir(exist_ok=True)
    url = crowd.database.engine.url.render_as_string(hide_password=False)
    with house.running(url, folder, 1, 0) as running, processes(crowd, 1, folder):
        with crowd.database.read(crowd.tenant_id) as session:
            login = session.scalars(select(User.login).where(User.id == _head(crowd).user_id)).one()
        staff = Browser(running.ports[0]).sign_in(str(login))
        yield staff, str(json.loads(staff.get("/api/v1/session")[1])["csrf_token"])
        staff.close()


def _round(crowd: Crowd, signed_in: tuple[Browser, str]) -> tuple[float, float]:
    """Milliseconds of a completion, and of the inbox."""
    crowd.use()
    task_id, (staff, token) = crowd.task(crowd.opened()), signed_in
    began = time.perf_counter()
    status, text = staff.program(token, f"/api/v1/tasks/{task_id}/complete", {"data": {"co_result": "done"}})
    completed = time.perf_counter()
    inbox, _page = staff.get("/staff/")
    ended = time.perf_counter()
    assert (inbox, status) == (200, 200), text[:300]
    return (completed - began) * 1_000, (ended - completed) * 1_000
