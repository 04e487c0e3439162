"""Events a second through 50 supervision rules, every twentieth event concerning some of them, on SQLite and PostgreSQL."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from app import assemble
from app.kernel import clock, database
from app.kernel.database import Database
from app.kernel.ids import new_id
from app.rules import Owner
from tests.databases import Copies, migrate, require_postgres
from tests.rules import world

EVENTS, CONCERN, SEED = 40_000, 0.05, 1
SHAPES = {"match": 20, "count": 10, "count_distinct": 5, "sequence": 5, "absence": 10}


def _rules(source: random.Random) -> dict[str, str]:
    found: dict[str, str] = {}
    for shape, count in SHAPES.items():
        for key, text in world.random_rules(source, count, [shape]).items():
            name = f"{shape}_{key}"
            found[name] = text.replace(f"rule: {key}\n", f"rule: {name}\n")
    return found


def _measure(kind: str, url: str) -> Iterator[dict[str, Any]]:
    migrate(url)
    engine = create_engine(url)
    database.install(Database(engine))
    source, tenant_id, owner = random.Random(SEED), new_id(), Owner()
    with clock.use(clock.VirtualClock(world.START + timedelta(days=1))):
        world.publish(tenant_id, _rules(source))
        owner.work(tenant_id, clock.now())
        world.put(tenant_id, world.events(source, tenant_id, EVENTS, idle=1 - CONCERN))
        began = time.perf_counter()
        owner.work(tenant_id, clock.now())
        seconds = time.perf_counter() - began
        fired = len(world.firings(tenant_id))
        owner.close()
    engine.dispose()
    yield {"figure": "rules_50.events_per_s", "database": kind, "value": round(EVENTS / seconds), "goal": 5_000,
           "events": EVENTS, "rules": sum(SHAPES.values()), "fired": fired, "seed": SEED,
           "raw": {"seconds": seconds, "shapes": SHAPES, "concern": CONCERN, "mode": "shadow"}}


def figures() -> Iterator[dict[str, Any]]:
    """One run on each database, the start of the child and all commits included."""
    assemble()
    kinds: list[tuple[str, Callable[[], None]]] = [("sqlite", lambda: None), ("postgresql", require_postgres)]
    for kind, need in kinds:
        need()
        with tempfile.TemporaryDirectory() as name:
            copies = Copies("postgres" if kind == "postgresql" else kind, Path(name))
            yield from _measure(kind, copies.empty())
            copies.drop_all()
