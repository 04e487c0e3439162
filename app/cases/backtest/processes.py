"""A changed diagram over past cases: what was done in each is done again on it, in memory.

Each case is first replayed on the diagrams it ran on. Only where that leads along its recorded path again is the
changed diagram asked, so that what differs comes from the change and not from what was not kept (results of jobs,
contents of messages). Decisions answer as they did then; one that was not asked then is asked of the table in force.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import String as Text
from sqlalchemy import and_, cast, select
from sqlalchemy.orm import Session

from app import catalog, engine
from app.auth import policy
from app.cases import outside
from app.cases.backtest.comparing import Tally
from app.cases.backtest.remembered import Then, read
from app.cases.backtest.views import Backtest, Sample
from app.cases.model import Case
from app.cases.queries.rehearsing import House
from app.engine.model import ProcessInstance
from app.kernel import clock
from app.kernel.commands import Actor
from app.kernel.errors import Invalid, NotFound, YikouError, msg

KIND, PATH = "process", "path"
LONGEST, CHUNK, MOST_NAMES = 3660, 50, 6
UNKEPT = msg("What was kept of the case does not lead along its own path again.")
GONE = msg("A version of a diagram that the case ran on is not there any more.")


class Ran(NamedTuple):
    """A case and the diagrams it ran on: process -> hash."""

    case_id: UUID
    number: str
    unit: str | None
    process_id: str
    pins: Mapping[str, str]
    at: datetime
    columns: Mapping[str, Any]


def over_cases(session: Session, tenant_id: UUID, key: str, data: bytes, *, days: int, actor: Actor,
               file: str | None = None, most: int | None = None, seconds: float | None = None,
               progress: Callable[[int, int], None] | None = None) -> Backtest:
    """The cases that began in the last `days` days and ran on the process `key`, the newest first; see `views`.

    It ends after `most` cases or `seconds`, and says so. `progress` hears (asked, in all). Raises DefinitionError for
    a file that cannot be loaded, Invalid for one of another process.
    """
    if not 1 <= days <= LONGEST:
        raise Invalid(msg("Between 1 and %(most)s days, not %(days)s."), most=LONGEST, days=days)
    changed = engine.load(data, file or catalog.kind_named(KIND).path(key))
    if changed.id != key:
        raise Invalid(msg("The file %(file)s is the process %(process)s, not %(id)s."), file=changed.file,
                      process=changed.id, id=key)
    since = clock.now() - timedelta(days=days)
    ids = _ids(session, key, since)
    found = Backtest(key, days, since, len(ids), kind=KIND)
    found.samples_shown = policy.can(actor, "case.read")
    run = _Run(session, tenant_id, changed, found, outside.bound_to(actor, outside.provider_units(session)))
    until = None if seconds is None else time.monotonic() + seconds
    for at in range(0, len(ids), CHUNK):
        for ran, then in _parts(session, ids[at:at + CHUNK]):
            if most is not None and found.asked >= most:
                found.cut = "most"
            elif until is not None and time.monotonic() > until:
                found.cut = "time"
            if found.cut:
                break
            found.asked += 1
            run.take(ran, then)
        if progress is not None:
            progress(found.asked, found.records)
        if found.cut:
            break
    run.finish()
    return found


class _Run:
    """One comparison under way."""

    def __init__(self, session: Session, tenant_id: UUID, changed: engine.ProcessDefinition, found: Backtest,
                 bound: frozenset[str] | None) -> None:
        self.session, self.tenant_id, self.changed, self.found, self.bound = session, tenant_id, changed, found, bound
        self.house, self.tally = House(session, tenant_id, clock.now()), Tally()
        self.live = {one.id: one for one in self.house.processes()}

    def take(self, ran: Ran, then: Then) -> None:
        """One case on both."""
        sample = self._sample(ran)
        try:
            pinned = {name: self._version(digest) for name, digest in ran.pins.items()}
        except NotFound:
            return self.tally.leave(GONE, {}, sample())
        old = self._play(ran, then, {**self.live, **pinned})
        if old.stopped is not None or Counter(old.path) != Counter(then.path):
            return self.tally.leave(UNKEPT, {}, sample())
        new = self._play(ran, then, {**self.live, **pinned, self.changed.id: self.changed})
        if new.stopped is not None:
            message, params = new.stopped
            return self.tally.fail(YikouError(message, **params), sample())
        left, added = Counter(old.path) - Counter(new.path), Counter(new.path) - Counter(old.path)
        if not left and not added:
            self.tally.same += 1
            return None
        pair = _names(old.path, left), _names(new.path, added)
        self.tally.differ([(PATH, *pair)], False, sample(*pair))
        return None

    def _play(self, ran: Ran, then: Then, definitions: Mapping[str, engine.ProcessDefinition]) -> engine.Replayed:
        return engine.replay(ran.process_id, then.variables(ran.columns), then.done, definitions.values(),
                             then.answers(self.house.decide))

    def _version(self, digest: str) -> engine.ProcessDefinition:
        found: engine.ProcessDefinition = catalog.compiled_by_hash(self.session, self.tenant_id, digest)[1]
        return found

    def _sample(self, ran: Ran) -> Callable[..., Callable[[], Sample] | None]:
        def made(before: Any = None, after: Any = None) -> Callable[[], Sample] | None:
            if not self.found.samples_shown or (self.bound is not None and ran.unit not in self.bound):
                return None
            return lambda: Sample(ran.case_id, ran.number, ran.at, 0, before, after)
        return made

    def finish(self) -> None:
        """Order what was counted."""
        self.found.same, self.found.different = self.tally.same, self.tally.different
        self.found.groups, self.found.failures, self.found.not_judged = (
            self.tally.groups(), self.tally.failures(), self.tally.not_judged())


def _names(path: Sequence[tuple[str, str]], chosen: Mapping[tuple[str, str], int]) -> str:
    """Elements in the order of the path, at most so many."""
    names = list(dict.fromkeys(element for process, element in path if (process, element) in chosen))
    return ", ".join(names[:MOST_NAMES]) + (" ..." if len(names) > MOST_NAMES else "")


def _ids(session: Session, key: str, since: datetime) -> list[tuple[UUID, UUID]]:
    """(case, instance) of those that ran on the process, the newest first."""
    query = (select(Case.id, ProcessInstance.id)
             .join(Case, and_(Case.tenant_id == ProcessInstance.tenant_id, Case.instance_id == ProcessInstance.id))
             .where(ProcessInstance.started_at >= since, cast(ProcessInstance.pins, Text).contains(f'"{key}"'))
             .order_by(ProcessInstance.id.desc()))
    return [(row[0], row[1]) for row in session.execute(query)]


def _parts(session: Session, ids: Sequence[tuple[UUID, UUID]]) -> Iterator[tuple[Ran, Then]]:
    query = (select(Case, ProcessInstance.process_id, ProcessInstance.pins, ProcessInstance.started_at)
             .join(ProcessInstance, and_(Case.tenant_id == ProcessInstance.tenant_id,
                                         Case.instance_id == ProcessInstance.id))
             .where(ProcessInstance.id.in_([instance for _case, instance in ids])))
    rows = {row[0].id: row for row in session.execute(query)}
    known = read(session, [case for case, _instance in ids])
    for case_id, _instance in ids:
        case, process_id, pins, at = rows[case_id]
        columns = {"case_id": str(case.id), "number": case.number, "channel": case.channel, "module": case.module,
                   "service": case.service, "urgency_claimed": case.urgency, "anonymous": case.anonymous,
                   "reachable": case.person_id is not None, "wished_slots": [],
                   "has_place": bool(case.place_id or case.place_text or case.lat is not None)}
        yield Ran(case.id, case.number, case.unit, process_id, pins, at, columns), known[case_id]
