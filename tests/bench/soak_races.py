"""Fifty clients at once, round after round, on both databases: no second winner and no error.

Once by commands in one process, once through web processes: three on PostgreSQL, one on SQLite.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.kernel import clock
from tests.factories import demo_of
from tests.integration.play import playing
from tests.reliability import races, web_races
from tests.reliability.children import close_database, open_database, patient_steps
from tests.reliability.cluster import own_cluster
from tests.reliability.offices import KINDS, demo_template

ROUNDS = int(os.environ.get("SOAK_RACES", "20"))
WEBS = {"sqlite": 1, "postgres": 3}


@dataclass
class Sum:
    """What all races of one kind of client gave."""

    begun: float = field(default_factory=time.perf_counter)
    extra: int = 0
    none: int = 0
    again: int = 0
    errors: list[str] = field(default_factory=list)
    winners: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, outcome: races.Outcome) -> None:
        """One race."""
        self.extra, self.none = self.extra + outcome.extra, self.none + (not outcome.winners)
        self.errors += outcome.errors
        self.again += outcome.again
        self.winners[name] += sum(outcome.winners.values())

    def told(self, figure: str, kind: str, rounds: int, **more: int) -> dict[str, Any]:
        """`errors`: answers that are neither a victory nor a conflict."""
        print("\n".join(self.errors[:10]), flush=True)
        return {"figure": figure, "value": self.extra, "goal": 0, "database": kind, "rounds": rounds,
                "clients": races.CLIENTS, "kinds": len(self.winners), "errors": len(self.errors),
                "without_winner": self.none, "asked_again": self.again, "winners": dict(self.winners),
                "seconds": round(time.perf_counter() - self.begun), **more}


def figures(rounds: int = ROUNDS, kinds: tuple[str, ...] = KINDS) -> Iterator[dict[str, Any]]:
    """Two lines of each database."""
    for kind in kinds:
        with patient_steps(), own_cluster() if kind == "postgres" else nullcontext(), \
                demo_template(kind) as (copies, template, folder):
            yield _by_commands(copies.copy(template), rounds).told("races.extra_winners", kind, rounds)
            found = _through_webs(copies.copy(template), folder, WEBS[kind], rounds)
            yield found.told("races_http.extra_winners", kind, rounds, webs=WEBS[kind])


def _by_commands(url: str, rounds: int) -> Sum:
    found = Sum()
    with playing(demo_of(open_database(url))) as office:
        for _ in range(rounds):
            for race in races.RACES:
                found.add(race.name, races.run(office, race))
    close_database()
    return found


def _through_webs(url: str, folder: Path, webs: int, rounds: int) -> Sum:
    found = Sum()
    with playing(demo_of(open_database(url)), clock.now()) as office, \
            web_races.square(office, url, folder, webs) as square:
        for _ in range(rounds):
            for number, (name, _prepare, _once) in enumerate(web_races.RACES):
                found.add(name, web_races.run(square, number))
    close_database()
    return found
