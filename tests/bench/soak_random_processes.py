"""Random processes at length: a hundred diagrams, a hundred paths each, every path two times; then some of them through
the rows of each database. 0 differences."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from app import assemble
from app.kernel import database
from app.kernel.database import Database
from tests.databases import Copies, migrate, require_postgres
from tests.reliability.processes.finding import search
from tests.reliability.processes.rows import walk_rows

DIAGRAMS, PATHS = int(os.environ.get("SOAK_DIAGRAMS", "100")), 100
SAMPLE, SAMPLE_PATHS = range(20), 10


def figures() -> Iterator[dict[str, Any]]:
    """In memory, then a line for each database."""
    assemble()
    began = time.perf_counter()
    found = search(range(DIAGRAMS), PATHS, twice=1)
    yield from _lines("memory", found.paths, found.steps, found.differences, began)
    for kind in ("sqlite", "postgresql"):
        if kind == "postgresql":
            require_postgres()
        with tempfile.TemporaryDirectory() as name:
            copies = Copies("postgres" if kind == "postgresql" else kind, Path(name))
            url = copies.empty()
            migrate(url)
            engine = create_engine(url)
            database.install(Database(engine))
            began = time.perf_counter()
            yield from _lines(kind, *walk_rows(SAMPLE, SAMPLE_PATHS), began)
            engine.dispose()
            copies.drop_all()


def _lines(kind: str, paths: int, steps: int, differences: list[str], began: float) -> Iterator[dict[str, Any]]:
    seconds = round(time.perf_counter() - began)
    yield {"figure": "random_processes.paths", "database": kind, "value": paths, "steps": steps, "seconds": seconds}
    yield {"figure": "random_processes.differences", "database": kind, "value": len(differences), "goal": 0,
           "raw": differences[:50]}
