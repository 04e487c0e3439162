"""`make run` after its set-up: an empty folder becomes an office; stopping and starting again loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from app.cli.demo.year.parts import FIRST
from tests.journeys.server import ROOT, free_port, wait_for


@contextmanager
def running(url: str, folder: Path, cases: int = 0) -> Iterator[tuple[str, Path]]:
    """`python -m app.cli.run`, as the Makefile calls it; ended as a terminal ends it."""
    port, log = free_port(), folder / "run.log"
    environment = {**os.environ, "DATABASE_URL": url, "INSTANCE_PATH": str(folder), "PORT": str(port),
                   "DEMO_CASES": str(cases)}
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "app.cli.run"], cwd=ROOT, env=environment,
                                   stdout=out, stderr=subprocess.STDOUT)
        try:
            wait_for(f"http://127.0.0.1:{port}/health", [process], log)
            yield f"http://127.0.0.1:{port}", log
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0


def count(url: str, table: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608
    engine.dispose()
    return found


def test_an_empty_folder_becomes_an_office_and_stays_one(database_kind: str, templates: Any, tmp_path: Path) -> None:
    copies, _template = templates(database_kind, "schema")
    url = copies.empty()
    with running(url, tmp_path) as (address, log):
        with urllib.request.urlopen(f"{address}/t/demo/", timeout=10) as page:
            assert page.status == 200 and "口" in page.read().decode()
        told = log.read_text(encoding="utf-8")
        assert "a demo office was made" in told and "intake_clerk" in told and address in told
    before = {table: count(url, table) for table in ("definition_version", "service_item", "place", "membership")}
    assert all(before.values())
    with running(url, tmp_path) as (address, log):
        told = log.read_text(encoding="utf-8")
        assert "definitions published" not in told and "a demo office was made" not in told
    assert {table: count(url, table) for table in before} == before
    copies.drop(url)


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run([sys.executable, "-m", "app.cli.run"], cwd=ROOT, capture_output=True, text=True, timeout=60,
                              env={**os.environ, "PORT": str(port), "INSTANCE_PATH": str(tmp_path)}, check=False)
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and f"PORT={port + 1}" in done.stderr


def test_a_year_begins_before_the_first_page_goes_on_behind_it_and_survives_a_stop(
        templates: Any, tmp_path: Path) -> None:
    copies, _template = templates("sqlite", "schema")
    url, cases = copies.empty(), FIRST + 1
    with running(url, tmp_path, cases=cases) as (_address, log):
        assert count(url, "service_case") >= FIRST, "the first part is there when the first page is"
        told = log.read_text(encoding="utf-8")
        assert f"{'.' * FIRST} {FIRST}" in told and "1 made-up requests" in told
    with running(url, tmp_path, cases=99):
        end = time.monotonic() + 120
        while count(url, "service_case") < cases and time.monotonic() < end:
            time.sleep(0.5)
    with running(url, tmp_path, cases=99) as (_address, log):
        assert "made-up requests" not in log.read_text(encoding="utf-8")
    assert count(url, "service_case") == cases and count(url, "demo_filling") == 1
    copies.drop(url)
