"""Fifty clients at once, round after round, on both databases: no second winner and no error."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

from tests.factories import demo_of
from tests.integration.play import playing
from tests.reliability import races
from tests.reliability.children import close_database, open_database, patient_steps
from tests.reliability.cluster import own_cluster
from tests.reliability.offices import KINDS, demo_template

ROUNDS = int(os.environ.get("SOAK_RACES", "20"))


def figures(rounds: int = ROUNDS, kinds: tuple[str, ...] = KINDS) -> Iterator[dict[str, Any]]:
    """A line of each database; `errors`: answers that are neither a victory nor a conflict."""
    for kind in kinds:
        begun, extra, errors, none, again, winners = time.perf_counter(), 0, list[str](), 0, 0, Counter[str]()
        with patient_steps(), own_cluster() if kind == "postgres" else nullcontext(), \
                demo_template(kind) as (copies, template, _folder):
            installed = open_database(copies.copy(template))
            with playing(demo_of(installed)) as office:
                for _ in range(rounds):
                    for race in races.RACES:
                        outcome = races.run(office, race)
                        extra, none = extra + outcome.extra, none + (not outcome.winners)
                        errors += outcome.errors
                        again += outcome.again
                        winners[race.name] += sum(outcome.winners.values())
            close_database()
        print("\n".join(errors[:10]), flush=True)
        yield {"figure": "races.extra_winners", "value": extra, "goal": 0, "database": kind, "rounds": rounds,
               "clients": races.CLIENTS, "kinds": len(races.RACES), "errors": len(errors),
               "without_winner": none, "asked_again": again,
               "winners": dict(winners), "seconds": round(time.perf_counter() - begun)}
