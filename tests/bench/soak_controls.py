"""Two wrong hosts that the harness must catch: a step in two transactions, and one without lock and version check."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

from sqlalchemy import create_engine

from tests.databases import Copies, compiled_once
from tests.factories import demo_of
from tests.integration.play import playing
from tests.reliability import controls, crash_points, races
from tests.reliability.children import close_database, open_database, patient_steps
from tests.reliability.cluster import own_cluster
from tests.reliability.lives import LIVES
from tests.reliability.offices import KINDS, demo_template

TRIES = 10
"""Races without locks may end well by luck; so often is it tried."""


def figures(kinds: tuple[str, ...] = KINDS) -> Iterator[dict[str, Any]]:
    """A line of each database: how many of the controls were caught."""
    for kind in kinds:
        begun = time.perf_counter()
        with patient_steps(), own_cluster() if kind == "postgres" else nullcontext(), \
                demo_template(kind) as (copies, template, _folder):
            caught = {"two_transactions": _halves(copies, template), "no_lock_no_version": _unlocked(copies, template)}
        yield {"figure": "controls.caught", "value": sum(map(bool, caught.values())), "goal": len(caught),
               "database": kind, **caught, "seconds": round(time.perf_counter() - begun)}


def _halves(copies: Copies, template: str) -> int:
    """Rows lost or doubled by deaths within `complete`."""
    steps, engines = LIVES["normal"][:7], [create_engine(copies.copy(template)) for _ in range(2)]
    for engine in engines:
        compiled_once(engine)
    expected = crash_points.live(engines[0], steps)
    with controls.two_transactions():
        walked = crash_points.harmed(engines[1], steps, expected, lambda name: name == "complete")
    for engine in engines:
        engine.dispose()
    return walked.lost + walked.doubled


def _unlocked(copies: Copies, template: str) -> int:
    """Winners beyond the first, in the first race that has any."""
    installed = open_database(copies.copy(template))
    extra = 0
    with playing(demo_of(installed)) as office, controls.neither_lock_nor_version(installed.engine):
        for _ in range(TRIES):
            extra = extra or races.run(office, races.RACES[0]).extra
    close_database()
    return extra
