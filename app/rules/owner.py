"""The one owner of the rules' position in an installation: reads events, posts them, commits what follows from them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import catalog
from app.cases.model import Case
from app.kernel import database, pauses
from app.kernel.commands import SYSTEM
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork, transact
from app.rules import faults, reloading, rulesets, stream
from app.rules.engines import Chain, ChildEngine, EngineDied, RuleEngine
from app.rules.events import ExpectationMissed, RuleQuarantined
from app.rules.firing import Batch, tidy
from app.rules.language import GRACE, Rule
from app.rules.model import RuleDue, RulePosition, RuleQuarantine
from app.rules.posting import Office, Poster
from app.rules.rulesets import Task
from app.tenancy import zones

log = logging.getLogger(__name__)
LEASE = "rules"
"""Whoever holds it is the owner."""
BATCH, KEEP_EVERY, MOST_DUE = 400, 2_000, 100
"""Events of interest in one transaction; numbers without interest after which the position is written; waits."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=10)


@dataclass(frozen=True)
class Stopped:
    """An office that failed: not before `until`, unless its `attention` changes."""

    until: datetime
    attention: int
    times: int


class Moved(Exception):
    """Another owner has moved the position, or the office was suspended meanwhile."""


class Owner:
    """Whoever holds the lease works with one of these; what it remembers can be thrown away at any time."""

    def __init__(self, make: Callable[[], RuleEngine] = ChildEngine, batch: int = BATCH) -> None:
        self.make, self._size = make, batch
        self.offices: dict[UUID, Office] = {}
        self.stopped: dict[UUID, Stopped] = {}
        self.settled: set[UUID] = set()
        self.poster = Poster(make, reloading.replayed, _put_aside)

    def close(self) -> None:
        """End the engine and forget everything."""
        self.poster.drop()
        self.offices.clear()

    def tick(self, now: datetime) -> int:
        """Every office with new events or waits that are over; the number of events passed and waits ended."""
        due, done = stream.offices_with_due(now), 0
        for tenant_id, number, newest, attention in stream.offices():
            known = self.offices.get(tenant_id)
            seen = max(number, known.scanned if known is not None and known.position == number else -1)
            asked = known is not None and known.attention != attention
            if newest <= seen and number >= 0 and tenant_id not in due and not asked:
                continue
            if self._waits(tenant_id, attention, now):
                continue
            try:
                done += self.work(tenant_id, now, awaited=tenant_id in due)
            except Moved:
                self.close()
            except Exception as error:
                log.exception("supervision rules of an office failed; the others go on")
                self._stop(tenant_id, attention, now, error)
            else:
                self._goes_on(tenant_id)
        return done

    def _waits(self, tenant_id: UUID, attention: int, now: datetime) -> bool:
        """Whether an office that failed is not tried yet; a person's request comes before the time."""
        known = self.stopped.get(tenant_id)
        return known is not None and known.attention == attention and known.until > now

    def _stop(self, tenant_id: UUID, attention: int, now: datetime, error: Exception) -> None:
        """Forget the office, tell people, and wait longer each time."""
        self.poster.drop()
        self.offices.pop(tenant_id, None)
        times = self.stopped[tenant_id].times + 1 if tenant_id in self.stopped else 1
        wait = min(FIRST_WAIT * 2 ** (times - 1), LONGEST_WAIT)
        self.stopped[tenant_id] = Stopped(now + wait, attention, times)
        try:
            transact(tenant_id, SYSTEM, lambda uow: faults.note_office(uow, error))
        except Exception:  # the database itself may be what fails: the next try tells
            log.exception("that the rules of an office stand still could not be noted")

    def _goes_on(self, tenant_id: UUID) -> None:
        """An owner that is new does not know what its forerunner noted, so the first pass looks."""
        if tenant_id in self.stopped or tenant_id not in self.settled:
            transact(tenant_id, SYSTEM, faults.settle_office)
            self.stopped.pop(tenant_id, None)
            self.settled.add(tenant_id)

    def work(self, tenant_id: UUID, now: datetime, *, awaited: bool = False) -> int:
        """One office to its newest event, and what was awaited in vain. Raises Moved."""
        office = self._office(tenant_id)
        done = 0
        while (passed := self._batch(office)) is not None:
            done += passed
        return done + (self._missed(office, now) if awaited else 0)

    def _office(self, tenant_id: UUID) -> Office:
        """The office as it stands now; new rules take over first, if they can."""
        with database.current().read(tenant_id) as session:
            row = _position(session, tenant_id)
            generation = catalog.generation(session, tenant_id)
            office = self.offices.get(tenant_id)
            if row is not None and office is not None and office.position != row.number:
                raise Moved
            asked = row is not None and office is not None and office.attention != row.attention
            if office is not None and office.generation == generation and not asked:
                return office
            wanted, zone = rulesets.in_force(session, tenant_id), zones.zone_of(session, tenant_id)
            if office is None and row is not None:
                office = Office(tenant_id, rulesets.of_versions(session, tenant_id, row.versions), zone, row.number)
            if office is not None and row is not None:
                office.attention = row.attention
                _read_quarantine(session, office)
        if asked:
            self.poster.forgive(tenant_id)
            self.poster.drop()
        if office is None:
            position = transact(tenant_id, SYSTEM, lambda uow: reloading.first_position(uow, wanted))
            office = Office(tenant_id, wanted, zone, position)
        elif wanted.digest != office.rules.digest:
            reloading.take_over(office, wanted, self.poster, self.make)
        elif row is not None and row.refused:
            transact(tenant_id, SYSTEM, reloading.stand_by)
        office.generation = generation
        office.scanned = max(office.scanned, office.position)
        self.offices[tenant_id] = office
        return office

    def _batch(self, office: Office) -> int | None:
        """Numbers passed; None when there is nothing more."""
        types = office.rules.by_event
        with database.current().read(office.tenant_id) as session:
            newest = stream.head(session)
            if newest <= office.scanned:
                return None
            careful = office.scanned < office.careful_until
            limit = 1 if careful else self._size
            seen = (stream.forward(session, office.scanned, newest, types, limit, residents=office.rules.asks_residents)
                    if types else [])
        high = seen[-1].number if len(seen) == limit else newest
        tasks = [task for one in seen for task in office.rules.tasks(one, office.zone)]
        try:
            chains = (self.poster.post_singly if careful else self.poster.post)(office, tasks)
        except EngineDied:
            if careful:
                raise
            office.careful_until = high
            return 0
        passed = high - office.scanned
        if tasks or high - office.position >= KEEP_EVERY:
            self._commit(office, high, tasks, chains)
        office.scanned = high
        self.poster.after()
        return passed

    def _commit(self, office: Office, high: int, tasks: list[Task], chains: list[Chain]) -> None:
        def write(uow: UnitOfWork) -> None:
            row = _locked(uow, office)
            Batch(uow, row.began_at).write(tasks, chains)
            row.number = high
            row.worked_at, row.memory_mb = uow.now, self.poster.memory_mb()
            if self.poster.warning:
                row.error = self.poster.warning[:500]
            if tasks and high // KEEP_EVERY != office.position // KEEP_EVERY:
                tidy(uow, office.rules.rules, tasks[-1].seen.at)

        try:
            transact(office.tenant_id, SYSTEM, write)
        except BaseException:
            self.poster.drop()  # it has used events for firings that are not written
            raise
        office.position = high

    def _missed(self, office: Office, now: datetime) -> int:
        """Waits that are over, when everything that happened before was read."""
        by_version = {rule.hash: rule for rule in office.rules.rules}

        def write(uow: UnitOfWork) -> int:
            batch = Batch(uow, _locked(uow, office).began_at)
            query = (select(RuleDue).where(RuleDue.due_at <= now - GRACE).order_by(RuleDue.due_at, RuleDue.number)
                     .limit(MOST_DUE))
            rows = list(uow.session.scalars(query))
            done = 0
            for row in rows:
                rule = by_version.get(row.version)
                if rule is not None:
                    awaited = rule.patterns[1].event
                    if stream.waits_for_number(uow.session, awaited, row.due_at - rule.within, row.due_at):
                        continue
                    batch.missed(rule, row, _synthetic(uow, row))
                uow.session.delete(row)
                done += 1
            return done

        return transact(office.tenant_id, SYSTEM, write)


def _synthetic(uow: UnitOfWork, row: RuleDue) -> ExpectationMissed:
    case = uow.session.scalars(select(Case.unit).where(Case.id == row.case_id)).first() if row.case_id else None
    return ExpectationMissed(case_id=row.case_id, rule=row.rule, unit=case, after_event_id=row.event_id,
                             due_at=row.due_at)


def _position(session: Session, tenant_id: UUID) -> RulePosition | None:
    return session.scalars(select(RulePosition).where(RulePosition.id == tenant_id)).one_or_none()


def _locked(uow: UnitOfWork, office: Office) -> RulePosition:
    """The row that only one transaction moves, from where this owner has read. Raises Moved."""
    query = select(RulePosition).where(RulePosition.id == office.tenant_id).with_for_update()
    row = uow.session.scalars(query).one_or_none()
    if row is None or row.number != office.position or pauses.since(uow.session, office.tenant_id) is not None:
        raise Moved
    return row


def _read_quarantine(session: Session, office: Office) -> None:
    rows = list(session.scalars(select(RuleQuarantine)))
    office.standing = frozenset(row.version for row in rows if row.number is None)
    office.unseen = {(row.version, row.number) for row in rows if row.number is not None}


def _put_aside(office: Office, rule: Rule, task: Task | None, error: str) -> None:
    """A row and an event, in a transaction of their own: the death must not be forgotten with a batch."""
    def write(uow: UnitOfWork) -> None:
        event_id = task.seen.id if task is not None else None
        uow.session.add(RuleQuarantine(
            tenant_id=uow.tenant_id, id=new_id(), rule=rule.key, version=rule.hash, event_id=event_id,
            number=task.seen.number if task is not None else None, error=error[:300], at=uow.now))
        uow.record(RuleQuarantined(rule=rule.key, version=rule.hash, event_id=event_id))

    transact(office.tenant_id, SYSTEM, write)
    if task is None:
        office.standing |= {rule.hash}
    else:
        office.unseen.add((rule.hash, task.seen.number))


