"""Milliseconds to compare the demand of an office with 10,000 requests in reach, topics included, on both databases."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from app import create_app
from app.cases.model import Case
from app.demand.commands import ComputeDemand
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM, Actor
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork, transact
from app.tenancy.model import Place, Tenant
from app.tenancy.queries import tenant_by_slug
from tests.databases import Copies, migrate, require_postgres
from tests.factories import seed_demo

SIZE, DAYS, ROUNDS, PART = 10_000, 500, 5, 1_000
SERVICES = [f"{module}{number:02}" for module in ("LI", "LS", "PS", "CS") for number in range(1, 11)]


def _fill(tenant_id: UUID, source: random.Random) -> None:
    """Forty services in five committees of four compounds with five buildings each; the last week has a wave."""
    places: list[UUID] = []

    def build(uow: UnitOfWork) -> None:
        for number in range(100):
            levels = [("committee", f"Z{number // 20}"), ("compound", f"Z{number // 5}x"), ("building", f"Z{number}b")]
            parent = None
            for kind, code in levels:
                if kind == "building" or not number % {"committee": 20, "compound": 5}[kind]:
                    place_id = new_id()
                    uow.session.add(Place(tenant_id=tenant_id, id=place_id, kind=kind, code=code, name=code, parent_code=parent))
                    places.append(place_id)
                parent = code

    def write(uow: UnitOfWork, start: int) -> None:
        for number in range(start, start + PART):
            wave = number % 200 == 0
            age, service = source.randrange(1, 7) if wave else source.randrange(1, DAYS), source.choice(SERVICES)
            at = uow.now - timedelta(days=age, minutes=source.randrange(600))
            uow.session.add(Case(
                tenant_id=tenant_id, id=new_id(), number=f"B-{number:06}", channel="web", text="路灯坏了。", kind="complaint",
                service="CS01" if wave else service, module="CS" if wave else service[:2], token_hash=f"{number:064}",
                place_id=source.choice(places), submitted_at=at, phase_at=at, status="closed", closed_at=at,
                rating=source.choice((None, 1, 3, 5)), solved=source.choice((None, "yes", "no")), rounds=1))

    transact(tenant_id, SYSTEM, build)
    for start in range(0, SIZE, PART):
        transact(tenant_id, SYSTEM, lambda uow, start=start: write(uow, start))


def _measure(kind: str, url: str) -> dict[str, Any]:
    migrate(url)
    seed_demo(url)
    create_app({"DATABASE_URL": url})
    source, office = random.Random(1), tenant_by_slug("demo")  # noqa: S311  a bench must repeat
    assert isinstance(office, Tenant)
    tenant_id = office.tenant_id
    _fill(tenant_id, source)
    taken, cells = [], 0
    actor = Actor(name="bench", kind="user", roles=frozenset({"supervisor"}))  # a person may ask again
    for _round in range(ROUNDS):
        began = time.perf_counter()
        found = dispatch(ComputeDemand(tenant_id=tenant_id, actor=actor))
        taken.append((time.perf_counter() - began) * 1000)
        assert found["cases"] >= SIZE * 0.9 and found["raised"] + found["joined"] > 0
        cells = found["cells"]
    return {"figure": "demand_10k.ms", "database": kind, "value": round(sorted(taken)[ROUNDS // 2]), "unit": "ms", "goal": 2000,
            "cells": cells, "seed": 1, "raw": taken}


def figures() -> Iterator[dict[str, Any]]:
    """The median of five computations."""
    kinds: list[tuple[str, Callable[[], None]]] = [("sqlite", lambda: None), ("postgresql", require_postgres)]
    for kind, need in kinds:
        need()
        with tempfile.TemporaryDirectory() as name:
            copies = Copies("postgres" if kind == "postgresql" else kind, Path(name))
            yield _measure(kind, copies.empty())
            copies.drop_all()
