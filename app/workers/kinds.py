"""The kinds of background work. By default a worker does them all; they may run on machines of their own."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from app import notifications
from app.kernel import clock, database, leases, outbox, sequencer
from app.kernel.claims import Taker
from app.workers import demand, offices, retention, reviews, scans, supervision, work

SEQUENCER = "sequencer"
THOROUGH = timedelta(minutes=5)
"""Between two looks at all events for one that has no number; other ticks look at the newest."""
Step = Callable[[datetime, str, Taker], int]
KINDS: dict[str, dict[str, Step]] = {
    "events": {"sequencer": lambda _at, owner, _taker: sequence(owner),
               "outbox": lambda _at, _owner, taker: outbox.tick(taker=taker)},
    "rules": {"rules": lambda at, owner, _taker: supervision.tick(at, owner)},
    "timers": {"timers": lambda at, _owner, taker: work.timers(at, taker)},
    "jobs": {"jobs": lambda at, _owner, taker: work.jobs(at, taker)},
    "messages": {"messages": lambda at, _owner, _taker: work.messages(at)},
    "notifications": {"notices": lambda _at, _owner, _taker: notifications.push(),
                      "notifications": lambda _at, _owner, taker: notifications.tick(taker=taker)},
    "upkeep": {"retention": lambda at, owner, _taker: retention.tick(at, owner),
               "reviews": lambda at, owner, _taker: reviews.tick(at, owner),
               "demand": lambda at, owner, _taker: demand.tick(at, owner),
               "scans": lambda at, owner, _taker: scans.tick(at, owner),
               "terms": lambda at, _owner, _taker: offices.terms(at),
               "exports": lambda at, owner, _taker: offices.exports(at, owner)},
}
"""Kind -> its steps by name, in the order in which they are taken."""
ORDER = ("sequencer", "rules", "outbox", "timers", "jobs", "messages", "notices", "notifications", "retention",
         "reviews", "demand", "scans", "terms", "exports")
_thorough: list[tuple[Any, datetime]] = []


def steps(kinds: Collection[str] = ()) -> list[tuple[str, str, Step]]:
    """(kind, name, step) of these kinds, or of all. KeyError for an unknown kind."""
    found = {name: (kind, name, step) for kind in kinds or KINDS for name, step in KINDS[kind].items()}
    return [found[name] for name in ORDER if name in found]


def sequence(owner: str) -> int:
    """Number new events of all offices, if this worker holds the lease; the number of events."""
    if not leases.keep(SEQUENCER, owner):
        return 0
    where, at = database.current().engine, clock.now()
    thorough = not (_thorough and _thorough[0][0] is where and timedelta() <= at - _thorough[0][1] < THOROUGH)
    done = sum(sequencer.number(one, thorough=thorough) for one in sequencer.waiting_tenants(thorough=thorough))
    if thorough and not done:  # once nothing is left; until then every look is at all of them
        _thorough[:] = [(where, at)]
    return done
