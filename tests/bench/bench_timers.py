"""10,000 timers that are due within one second, with real workers: all fire once, none early; how late they are."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, update

from app.cases.model import Case, every
from app.engine.model import OpenTaskRow, ProcessInstance, TimerRow
from app.engine.state_format import dump_document
from app.engine.state_history import packed, unpack
from app.kernel import clock
from app.kernel.events import StoredEvent
from app.kernel.ids import new_id
from app.workers import loop
from tests.bench.crowd import Crowd, crowds
from tests.databases import ROOT

NUMBER, CHUNK, SOON, LONGEST = 10_000, 500, 20.0, 1_500.0
"""Timers; copies in one transaction; seconds until the second in which they are due, and until patience ends."""
DUE, PAST = re.compile(rb'"due":\["[^"]+"'), b'"due":["2020-01-01T00:00:00+08:00"'
"""The engine asks its own date once more; here the rows alone say when."""
SEED = re.compile(rb'"seed":"[0-9a-f]+"')
"""What the ids of an instance follow from, with the millisecond: copies that shared it would make the same ids."""
WORKERS = {"sqlite": (1,), "postgresql": (4,)}


def figures() -> Iterator[dict[str, Any]]:
    """A run with one worker on SQLite, four on PostgreSQL. TIMERS and TIMER_WORKERS (as 1,4) ask for others."""
    number = int(os.environ.get("TIMERS", NUMBER))
    wanted = tuple(int(one) for one in os.environ.get("TIMER_WORKERS", "").split(",") if one)
    for kind, counts in WORKERS.items():
        for workers in (wanted or counts) if kind == "postgresql" else counts:
            with tempfile.TemporaryDirectory() as folder, crowds(kind, Path(folder)) as (crowd,):
                yield from _run(kind, crowd, workers, number, Path(folder))


def _run(kind: str, crowd: Crowd, workers: int, number: int, folder: Path) -> Iterator[dict[str, Any]]:
    crowd.use()
    origin = crowd.opened()
    loop.until_idle()
    copies = fill(crowd, origin, number)
    with processes(crowd, workers, folder):
        second = clock.now() + timedelta(seconds=SOON)
        dues = _set(crowd, copies, second)
        fired = wait(crowd, number, second)
    lateness = sorted((at - dues[instance]).total_seconds() for instance, at in fired)
    once = len({instance for instance, _at in fired})
    seconds = max(lateness) if lateness else 0.0
    about = {"database": kind, "workers": workers, "timers": number, "fired": once}
    yield {"figure": "timers_10k.early", "value": sum(late < 0 for late in lateness), **about}
    yield {"figure": "timers_10k.doubled", "value": len(fired) - once, **about}
    yield {"figure": "timers_10k.lateness_p99_s", "value": round(lateness[int(len(lateness) * 0.99)], 2),
           "median": round(lateness[len(lateness) // 2], 2), "per_s": round(once / max(seconds, 0.01), 1), **about}


def fill(crowd: Crowd, origin: UUID, number: int) -> list[UUID]:
    """Copies of a case that can go on: the ids of its tokens are new in the stored state, too. Their instances."""
    with crowd.database.read(crowd.tenant_id) as session:
        case = session.scalars(every(select(Case).where(Case.id == origin))).one()
        rows: list[tuple[Any, dict[str, Any]]] = []
        for model, column, value in ((ProcessInstance, "id", case.instance_id), (Case, "id", origin),
                                     (OpenTaskRow, "instance_id", case.instance_id),
                                     (TimerRow, "instance_id", case.instance_id)):
            table = model.__table__
            rows += [(table, dict(row._mapping)) for row in session.connection().execute(
                select(table).where(table.c.tenant_id == crowd.tenant_id, table.c[column] == value))]
    assert len(rows) == 4, "an instance, its case, its task, its timer"
    made: list[UUID] = []
    for start in range(0, number, CHUNK):
        batch: dict[Any, list[dict[str, Any]]] = {}
        for place in range(start, min(start + CHUNK, number)):
            ids = {row["id"]: new_id() for _table, row in rows}
            for table, row in rows:
                batch.setdefault(table, []).append({name: _moved(name, value, ids, place) for name, value in row.items()})
            made.append(ids[case.instance_id])
        with crowd.database.write(crowd.tenant_id) as session:
            for table, found in batch.items():
                session.connection().execute(insert(table), found)
            session.commit()
    return made


def _moved(name: str, value: Any, ids: dict[UUID, UUID], place: int) -> Any:
    if isinstance(value, UUID):
        return ids.get(value, value)
    if name in ("number", "token_hash"):
        return f"T{place}"
    if isinstance(value, bytes):
        value = dump_document(unpack(value))
        for old, new in ids.items():
            value = value.replace(old.hex.encode(), new.hex.encode()).replace(str(old).encode(), str(new).encode())
        found, seeds = SEED.subn(b'"seed":"%s"' % secrets.token_hex(16).encode(), value)
        assert seeds == 1
        return packed(DUE.sub(PAST, found))
    if isinstance(value, str):
        return next((str(new) for old, new in ids.items() if str(old) == value), value)
    return value


def _set(crowd: Crowd, instances: list[UUID], second: datetime) -> dict[UUID, datetime]:
    """Spread them over one second."""
    dues = {one: second + timedelta(seconds=place / len(instances)) for place, one in enumerate(instances)}
    table = TimerRow.__table__
    setting = update(table).where(table.c.tenant_id == crowd.tenant_id,
                                  table.c.instance_id == bindparam("one")).values(due_at=bindparam("at"))
    with crowd.database.write(crowd.tenant_id) as session:
        session.connection().execute(setting, [{"one": one, "at": at} for one, at in dues.items()])
        session.commit()
    assert clock.now() < second - timedelta(seconds=1), "setting them took too long"
    return dues


class processes:  # noqa: N801  a context manager in small letters, as the standard library's
    """Worker processes as `flask worker` runs them, asked to stop at the end."""

    def __init__(self, crowd: Crowd, number: int, folder: Path) -> None:
        url = crowd.database.engine.url.render_as_string(hide_password=False)
        words = {**os.environ, "DATABASE_URL": url, "INSTANCE_PATH": str(folder), "SECRET_KEY": "bench",
                 "YIKOU_LOG_LEVEL": "ERROR"}
        self.children = [subprocess.Popen([sys.executable, "-m", "flask", "--app", "app", "worker"], cwd=ROOT, env=words,
                                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(number)]

    def __enter__(self) -> None:
        """They start while the timers are set."""

    def __exit__(self, *_: object) -> None:
        for child in self.children:
            child.terminate()
        for child in self.children:
            child.wait(60)


def wait(crowd: Crowd, number: int, second: datetime) -> list[tuple[UUID, datetime]]:
    """(instance, when its late task opened) of all that fired, once nothing is left; a task is one firing."""
    query = select(func.count()).select_from(OpenTaskRow).where(OpenTaskRow.element_id == "task_late")
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        with crowd.database.read(crowd.tenant_id) as session:
            if (session.scalar(query) or 0) >= number:
                break
        time.sleep(1)
    time.sleep(2)  # what would come doubled
    with crowd.database.read(crowd.tenant_id) as session:
        found = session.execute(select(OpenTaskRow.instance_id, OpenTaskRow.opened_at)
                                .where(OpenTaskRow.element_id == "task_late"))
        assert session.scalar(select(func.count()).select_from(StoredEvent)), second
        return [(row[0], row[1]) for row in found]
