"""Milliseconds from a draft's bytes to its verdict, for the largest shipped diagram, as the lint endpoint of the Studio
asks: in a transaction of its own, parsed, checked with everything in force for the office, compiled."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from app.catalog import queries
from app.config import ROOT
from app.kernel import database
from app.tenancy.queries import tenant_by_slug
from tests.databases import Copies, migrate
from tests.factories import seed_demo

ROUNDS, FEW = 40, 5


def flagship() -> tuple[str, bytes]:
    """Key and bytes of the largest diagram that ships."""
    path = max((ROOT / "processes/base").glob("*/*.bpmn"), key=lambda one: one.stat().st_size)
    return path.stem, path.read_bytes()


def verdicts(tenant_id: Any, key: str, data: bytes, rounds: int) -> list[float]:
    """Each round is another draft, as every change in the editor makes one: nothing of the file itself is known."""
    taken = []
    for number in range(rounds):
        draft = data.replace(b"</bpmn:definitions>", f"<!-- {number} --></bpmn:definitions>".encode())
        began = time.perf_counter()
        with database.current().read(tenant_id) as session:
            problems = queries.verdict(session, tenant_id, "process", key, draft)
        taken.append(1e3 * (time.perf_counter() - began))
        assert not [one for one in problems if one.severity == "error"]
    return taken


def figures() -> Iterator[dict[str, Any]]:
    """The median of warm rounds; `first` is the one that reads the neighbours."""
    with tempfile.TemporaryDirectory() as name:
        copies = Copies("sqlite", Path(name))
        url = copies.empty()
        migrate(url)
        seed_demo(url)
        database.install(database.Database(create_engine(url)))
        office: Any = tenant_by_slug("demo")
        key, data = flagship()
        first = verdicts(office.tenant_id, key, data + b"<!-- -->", 1)
        warm = verdicts(office.tenant_id, key, data, ROUNDS)
        database.current().engine.dispose()
    yield {"figure": "lint_flagship.ms", "value": round(statistics.median(warm), 1), "goal": 150,
           "p95": round(sorted(warm)[int(len(warm) * 0.95)], 1), "first": round(first[0], 1), "diagram": key,
           "bytes": len(data), "raw": warm}
