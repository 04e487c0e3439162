"""The same case over HTTP: start with variables and fourteen rules, two tasks, the end; three requests.

One server process on core 0; client and PostgreSQL on core 1. Closed loop with 8 clients, the floor beside it in
interleaved pairs; open loop at 25 cases a second. The same on SQLite, as the product runs by default.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, text

from app import create_app
from app.cli.demo.office import PASSWORD
from app.kernel import database
from app.kernel.connections import LeanConnection
from app.kernel.database import Database
from tests.bench import same_case
from tests.bench.house import Browser
from tests.bench.same_case_client import Case, Line, closed, opened
from tests.databases import SERVER, Copies, migrate, require_postgres
from tests.factories import demo_of, seed_demo
from tests.journeys.server import ROOT, free_port, wait_for

CLIENTS, PAIRS, SECONDS, RATE, OPEN_SECONDS = 8, 5, 8.0, 25.0, 20.0
HOME = "/t/demo"
GOALS = {"cases_per_s": 100, "cpu_ms_per_case": 8, "complete_p50_ms": 5, "complete_p95_ms": 15, "floor_ratio": 0.5,
         "sql_per_request": 8, "bytes_per_case": 8_192}


def figures() -> Iterator[dict[str, Any]]:
    """A line for each figure and database."""
    require_postgres()
    for kind, name in (("postgres", "same_case_http"), ("sqlite", "same_case_sqlite")):
        with tempfile.TemporaryDirectory() as folder, _pinned(kind):
            copies = Copies(kind, Path(folder))
            try:
                url = _made(copies)
                for figure, found in _measured(kind, url, Path(folder)):
                    yield {"name": f"{name}.{figure}", "goal": GOALS[figure], **found}
            finally:
                copies.drop_all()


def _made(copies: Copies) -> str:
    url = copies.empty()
    migrate(url)
    seed_demo(url)
    if copies.kind == "postgres":  # test databases are made with synchronous commit off
        engine = create_engine(_driver(url), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'ALTER DATABASE "{url.rsplit("/", 1)[1]}" SET synchronous_commit = on'))
        engine.dispose()
    return url


def _driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")


def _measured(kind: str, url: str, folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    engine = create_engine(_driver(url))
    database.install(Database(engine))
    demo = demo_of(database.current())
    same_case.publish(demo.tenant_id, demo.actors["administrator"])
    yield "sql_per_request", {"value": max(counts := _statements(url, folder)), "raw": counts}
    with _serving([sys.executable, "-m", "app.cli.serve"], url, folder) as (port, process):
        make = _maker(port)
        closed(lambda: make().run, CLIENTS, 2.0)
        before, began = _size(engine), _cases(engine)
        rates, floors, cpu = [], [], []
        with _floor(kind, url, folder) as floor:
            for _ in range(PAIRS):
                used, count = _cpu(process.pid), _cases(engine)
                rates.append(closed(lambda: make().run, CLIENTS, SECONDS))
                cpu.append(1e3 * (_cpu(process.pid) - used) / (_cases(engine) - count))
                if floor is not None:
                    floors.append(closed(lambda: _steps(floor), CLIENTS, SECONDS))
        yield "cases_per_s", {"value": round(statistics.median(rates), 1), "unit": "1/s", "clients": CLIENTS, "raw": rates}
        yield "cpu_ms_per_case", {"value": round(statistics.median(cpu), 2), "unit": "ms", "raw": cpu}
        if floors:
            pairs = [one / other for one, other in zip(rates, floors, strict=True)]
            yield "floor_ratio", {"value": round(statistics.median(pairs), 2), "unit": "1",
                                  "beside": {"floor_cases_per_s": round(statistics.median(floors), 1)}, "raw": pairs}
        yield "bytes_per_case", _bytes(engine, before, _cases(engine) - began)
        yield from _open(make)
    engine.dispose()


def _open(make: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    cases: list[Case] = []

    def one() -> Any:
        cases.append(make())
        return cases[-1].run

    opened(one, RATE, OPEN_SECONDS)
    taken = sorted(1e3 * each for case in cases for each in case.taken)
    for figure, part in (("complete_p50_ms", 0.5), ("complete_p95_ms", 0.95)):
        yield figure, {"value": round(taken[int(part * len(taken))], 2), "unit": "ms", "cases_per_s": RATE,
                       "count": len(taken)}


def _maker(port: int) -> Any:
    staff = Browser(port).sign_in("supervisor")
    status, page = staff.get("/api/v1/session")
    assert status == 200, page
    token = json.loads(page)["csrf_token"]
    cookies = "; ".join(f"{name}={value}" for name, value in staff.cookies.items())
    headers = f"Cookie: {cookies}\r\nX-CSRFToken: {token}\r\n"
    return lambda: Case(Line(port, headers), HOME)


def _steps(port: int) -> Any:
    line = Line(port)

    def run(number: int) -> None:
        for part in range(3):
            line.post(f"/step/{number * 3 + part}", b"{}")

    return run


@contextmanager
def _floor(kind: str, url: str, folder: Path) -> Iterator[int | None]:
    if kind != "postgres":
        yield None
        return
    with _serving([sys.executable, "-m", "tests.bench.same_case_floor"], url, folder) as (port, _process):
        yield port


@contextmanager
def _serving(words: list[str], url: str, folder: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A server process on core 0."""
    port = free_port()
    environment = {**os.environ, "DATABASE_URL": url, "INSTANCE_PATH": str(folder), "SECRET_KEY": "bench",
                   "PORT": str(port), "OMP_NUM_THREADS": "1"}
    with (folder / f"{words[-1]}.log").open("wb") as log:
        process = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=log, stderr=log,
                                   preexec_fn=lambda: os.sched_setaffinity(0, {0}))
        try:
            wait_for(f"http://127.0.0.1:{port}/health", [process], folder / f"{words[-1]}.log")
            yield port, process
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def _pinned(kind: str) -> Iterator[None]:
    """This process, and the database server where it is on this machine, on core 1."""
    mine = os.sched_getaffinity(0)
    masters = _postmasters() if kind == "postgres" else []
    before: dict[int, set[int]] = {}
    os.sched_setaffinity(0, {1})
    for pid in masters:
        with suppress(ProcessLookupError):  # a connection that is closed by now
            before[pid] = os.sched_getaffinity(pid)
            os.sched_setaffinity(pid, {1})
    try:
        yield
    finally:
        os.sched_setaffinity(0, mine)
        for pid, cores in before.items():
            with suppress(ProcessLookupError):  # a connection that is closed by now
                os.sched_setaffinity(pid, cores)


def _postmasters() -> list[int]:
    """The server's processes; new backends inherit from the first. None where this user may not pin them."""
    if "127.0.0.1" not in SERVER or os.geteuid() != 0:
        return []
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit() and _name(path) == "postgres"]


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return ""  # it has ended meanwhile


def _cpu(pid: int) -> float:
    """Seconds of processor time of a process, user and system."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def _cases(engine: Any) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM process_instance WHERE process_id = 'same_case'")).scalar())


def _size(engine: Any) -> dict[str, int]:
    """Bytes of all tables: `rows` their contents, `all` with indexes and what the server keeps beside them."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            pages = connection.execute(text("PRAGMA page_count")).scalar() * connection.execute(text("PRAGMA page_size")).scalar()
            return {"rows": pages, "all": pages}
        names = [row[0] for row in connection.execute(text(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
            "AND relname NOT LIKE 'floor_%'"))]
        rows = sum(int(connection.execute(text(f'SELECT coalesce(sum(pg_column_size(t.*)), 0) FROM "{one}" t')).scalar() or 0)
                   for one in names)
        whole = sum(int(connection.execute(text("SELECT pg_total_relation_size(:name)"), {"name": f'"{one}"'}).scalar() or 0)
                    for one in names)
        return {"rows": rows, "all": whole}


def _bytes(engine: Any, before: dict[str, int], cases: int) -> dict[str, Any]:
    after = _size(engine)
    return {"value": round((after["rows"] - before["rows"]) / cases), "unit": "B",
            "beside": {"with_indexes_and_dead_rows": round((after["all"] - before["all"]) / cases)}}


def _statements(url: str, folder: Path) -> list[int]:
    """Statements of each of the three requests, as the driver is given them, and the two that take role and tenant.

    BEGIN and COMMIT are not counted.
    """
    app = create_app({"DATABASE_URL": _driver(url), "SECRET_KEY": "bench", "INSTANCE_PATH": str(folder)})
    counts, seen = [], []
    engine = database.current().engine
    event.listen(engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    taking = LeanConnection.begin_with  # on PostgreSQL, where the role goes along with the first statement

    def take(self: LeanConnection, *given: Any, **more: Any) -> None:
        seen.append("role")
        taking(self, *given, **more)

    LeanConnection.begin_with = take  # type: ignore[method-assign]
    client = app.test_client()
    page = client.get(f"{HOME}/staff/sign-in").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    client.post(f"{HOME}/staff/sign-in", data={"login": "supervisor", "password": PASSWORD, "csrf_token": token[1]})
    csrf = client.get(f"{HOME}/api/v1/session").get_json()["csrf_token"]

    def ask(path: str, sent: dict[str, Any], key: str) -> Any:
        seen.clear()
        answer = client.post(f"{HOME}/api/v1{path}", json=sent, headers={"X-CSRFToken": csrf, "Idempotency-Key": key})
        counts.append(len(seen))
        assert answer.status_code < 300, answer.get_data(as_text=True)
        return answer.get_json()

    for turn in range(3):  # what a process reads once is read in the first
        counts.clear()
        task = ask("/matters", {"process_id": "same_case", "title": "x", "variables": {"kind": "k1", "amount": 5}},
                   f"s{turn}")["next_task_id"]
        for letter in "ab":
            task = ask(f"/tasks/{task}/complete", {"data": {"note": "well", "ok": True}}, f"{letter}{turn}")["next_task_id"]
        time.sleep(0.02)
    return counts
