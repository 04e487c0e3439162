"""The kinds of background work. By default a worker does them all; they may run on machines of their own."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import exists, or_, select

from app import notifications
from app.engine.model import BufferedMessage
from app.kernel import claim_statements, clock, database, leases, outbox, sequencer
from app.kernel.claim_statements import NOW
from app.kernel.claims import Taker
from app.notifications.model import NoticePush
from app.offices.model import OfficeExport
from app.tenancy.model import OfficeTerm
from app.workers import demand, moving, offices, passages, retention, reviews, scans, starts, supervision, work

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
    "messages": {"messages": lambda at, _owner, taker: work.messages(at, taker),
                 "starts": lambda at, _owner, _taker: starts.tick(at)},
    "notifications": {"notices": lambda _at, _owner, _taker: notifications.push(),
                      "notifications": lambda _at, _owner, taker: notifications.tick(taker=taker)},
    "upkeep": {"retention": lambda at, owner, _taker: retention.tick(at, owner),
               "reviews": lambda at, owner, _taker: reviews.tick(at, owner),
               "demand": lambda at, owner, _taker: demand.tick(at, owner),
               "passages": lambda at, owner, _taker: passages.tick(at, owner),
               "scans": lambda at, owner, _taker: scans.tick(at, owner),
               "moves": lambda _at, owner, _taker: moving.tick(owner),
               "terms": lambda at, _owner, _taker: offices.terms(at),
               "exports": lambda at, owner, _taker: offices.exports(at, owner)},
}
"""Kind -> its steps by name, in the order in which they are taken."""
ORDER = ("sequencer", "rules", "outbox", "timers", "jobs", "messages", "starts", "notices", "notifications",
         "retention", "reviews", "demand", "passages", "scans", "moves", "terms", "exports")
LOOKS: dict[str, tuple[Any, ...]] = {
    "outbox": (claim_statements.offices(outbox.QUEUE),), "timers": (claim_statements.offices(work.TIMERS),),
    "jobs": (claim_statements.offices(work.JOBS),),
    "notifications": (claim_statements.offices(notifications.OWN_QUEUE),
                      claim_statements.offices(notifications.BULK_QUEUE)),
    "messages": (select(BufferedMessage.id)
                 .where(BufferedMessage.expires_at > NOW, BufferedMessage.used_at.is_(None)),),
    "starts": starts.LOOKS,
    "notices": (select(NoticePush.id).where(NoticePush.state == "waiting", NoticePush.run_at <= NOW),),
    "terms": (select(OfficeTerm.id).where(OfficeTerm.due_at <= NOW),),
    "exports": (select(OfficeExport.id).where(OfficeExport.due_at <= NOW),)}
"""Step -> what it finds something of when it has anything to do: asked for all steps at once, so that a worker without
work costs the database one question at each tick."""
_thorough: list[tuple[Any, datetime]] = []


def steps(kinds: Collection[str] = ()) -> list[tuple[str, str, Step]]:
    """(kind, name, step) of these kinds, or of all. KeyError for an unknown kind."""
    found = {name: (kind, name, step) for kind in kinds or KINDS for name, step in KINDS[kind].items()}
    return [found[name] for name in ORDER if name in found]


@cache
def _look(names: tuple[str, ...]) -> Any:
    return select(*(or_(*(exists(one) for one in LOOKS[name])).label(name) for name in names))


def idle(names: Collection[str], now: datetime) -> frozenset[str]:
    """Those of the steps that have nothing to do at `now`."""
    asked = tuple(name for name in LOOKS if name in names)
    if not asked:
        return frozenset()
    with database.current().claim() as session:
        found = session.execute(_look(asked), {"now": now, "seen": clock.now()}).one()
    return frozenset(name for name, due in zip(asked, found, strict=True) if not due)


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
