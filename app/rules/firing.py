"""What a batch of events means for the database: windows counted, waits begun and ended, firings with their deeds.

Everything here runs inside the one transaction that moves the position.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, delete, func, insert, select, update

from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.rules import acting, faults, stream
from app.rules.conditions import Seen
from app.rules.engines import Chain
from app.rules.events import RuleFired
from app.rules.language import COUNTED, Rule
from app.rules.model import RuleDue, RuleFiring, RuleHit
from app.rules.noting import NotingUnit
from app.rules.rulesets import Task, ruleset_name
from app.rules.waits import DUE, Waits

HISTORY = timedelta(days=3)
"""Events that were older when they came to be known were brought in, not happening: nothing is done about them."""
HIT: Table = RuleHit.__table__  # type: ignore[assignment]
FIRING: Table = RuleFiring.__table__  # type: ignore[assignment]
_OPEN = (HIT.c.tenant_id == bindparam("tenant"), HIT.c.version == bindparam("version_is"),
         HIT.c.group_hash == bindparam("key"), HIT.c.at >= bindparam("since"),
         HIT.c.number <= bindparam("up_to"), HIT.c.firing_id.is_(None))
"""What a window holds that no firing has used. Statements are made once: making them takes longer than running them."""
_NUMBER = select(func.count()).select_from(HIT).where(*_OPEN)
_DIFFERENT = select(func.count(HIT.c.value.distinct())).where(*_OPEN)
_INSIDE = select(HIT.c.number, HIT.c.event_id, HIT.c.case_id).where(*_OPEN).order_by(HIT.c.number)
_USE = update(HIT).where(*_OPEN).values(firing_id=bindparam("used_by"))
_KNOWN = select(FIRING.c.id).where(FIRING.c.tenant_id == bindparam("tenant"), FIRING.c.dedupe == bindparam("digest"))
_NEW_HIT = insert(HIT)


@dataclass
class Batch:
    """Writes one batch. `began_at`: since when rules are looked at in this office; `suppressed`: a replay."""

    uow: UnitOfWork
    began_at: datetime
    suppressed: bool = False
    fired: list[UUID] = field(default_factory=list)
    counted: set[tuple[str, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.waits = Waits(self._execute, self.uow.tenant_id)

    def write(self, tasks: Sequence[Task], chains: Iterable[Chain]) -> None:
        """All tasks in order of event and rule."""
        done = {(chain.ruleset, chain.numbers[-1]): chain.numbers for chain in chains}
        self.note_hits([task for task in tasks if task.rule.shape in COUNTED])
        self.waits.read((task.rule.hash, task.group_hash) for task in tasks if task.rule.shape == "absence")
        for task in tasks:
            if task.rule.shape in COUNTED:
                self.count(task)
            elif task.rule.shape == "absence":
                self.wait(task)
            else:
                numbers = done.get((ruleset_name(task.rule), task.seen.number))
                if numbers is not None:
                    self.chain(task, numbers)
        self.waits.write()

    def note_hits(self, tasks: Sequence[Task]) -> None:
        """All of the batch at once: a count looks at what lies before its event. Those of an earlier reload stay."""
        known: set[tuple[str, int]] = set()
        if self.suppressed:
            query = select(HIT.c.version, HIT.c.number).where(
                HIT.c.tenant_id == self.uow.tenant_id, HIT.c.version.in_({task.rule.hash for task in tasks}))
            known = {(row[0], row[1]) for row in self._execute(query)}
        new = [task for task in tasks if (task.rule.hash, task.seen.number) not in known]
        self.counted = {(task.rule.hash, task.seen.number) for task in new}
        if new:
            self._execute(_NEW_HIT, [{
                "tenant_id": self.uow.tenant_id, "id": new_id(), "version": task.rule.hash,
                "group_hash": task.group_hash, "number": task.seen.number, "event_id": task.seen.id,
                "case_id": task.seen.case_id, "at": task.seen.at, "firing_id": None,
                "value": None if task.rule.of is None else str(task.seen.value(task.rule.of))[:200]} for task in new])

    def count(self, task: Task) -> None:
        """One more in the window; when there are enough, all that are there are used."""
        rule, seen, execute, tenant = task.rule, task.seen, self._execute, self.uow.tenant_id
        if (rule.hash, seen.number) not in self.counted:
            return
        inside = {"tenant": tenant, "version_is": rule.hash, "key": task.group_hash, "since": seen.at - rule.within,
                  "up_to": seen.number}
        if (execute(_NUMBER if rule.of is None else _DIFFERENT, inside).scalar() or 0) < rule.n:
            return
        firing_id = self.fire(rule, seen, [(row[0], row[1], row[2]) for row in execute(_INSIDE, inside)])
        if firing_id is not None:
            execute(_USE, {**inside, "used_by": firing_id})

    def wait(self, task: Task) -> None:
        """What was awaited ends the waits of its key that are not over; what begins one begins another."""
        rule, seen, key = task.rule, task.seen, (task.rule.hash, task.group_hash)
        if 2 in task.steps:
            self.waits.end(key, seen.at)
        if 1 in task.steps:
            due_at = seen.at + rule.within
            past = (self.suppressed and due_at <= self.uow.now) or self._is_history(due_at, seen.known_at)
            self.waits.add(key, {
                "tenant_id": self.uow.tenant_id, "id": new_id(), "rule": rule.key, "version": rule.hash,
                "group_hash": task.group_hash, "number": seen.number, "event_id": seen.id, "case_id": seen.case_id,
                "due_at": due_at, "past": past})

    def _execute(self, statement: Any, values: Any = None) -> Any:
        return self.uow.session.connection().execute(statement, values)

    def chain(self, task: Task, numbers: tuple[int, ...]) -> None:
        """The engine completed a chain with this event."""
        known = {task.seen.number: (task.seen.id, task.seen.case_id)}
        if len(numbers) > 1:
            known |= stream.ids_of(self.uow.session, numbers)
        self.fire(task.rule, task.seen, [(number, *known[number]) for number in numbers])

    def fire(self, rule: Rule, seen: Seen, served: Sequence[tuple[int, UUID, UUID | None]]) -> UUID | None:
        """Write the firing down and act; None when the same events have fired this version before."""
        mode = ("suppressed" if self.suppressed or self._is_history(seen.at, seen.known_at) else rule.mode)
        return self._store(rule, seen.number, seen.id, seen.case_id, served, mode, seen.hidden_from)

    def missed(self, rule: Rule, row: RuleDue, synthetic: object) -> UUID | None:
        """What was awaited did not come: the synthetic event is recorded with a live firing, so that others see it."""
        served = [(row.number, row.event_id, row.case_id)]
        return self._store(rule, row.number, row.event_id, row.case_id, served, "suppressed" if row.past else rule.mode,
                           frozenset(), None if row.past or rule.mode != "live" else synthetic)

    def _is_history(self, at: datetime, known_at: datetime) -> bool:
        return at < max(self.began_at, known_at) - HISTORY

    def _store(self, rule: Rule, number: int, event_id: UUID, case_id: UUID | None,
               served: Sequence[tuple[int, UUID, UUID | None]], mode: str, caused_by: frozenset[str],
               synthetic: object | None = None) -> UUID | None:
        session, ids = self.uow.session, [str(one[1]) for one in served]
        dedupe = dedupe_of(rule, ids)
        if self._execute(_KNOWN, {"tenant": self.uow.tenant_id, "digest": dedupe}).first() is not None:
            return None
        firing = RuleFiring(
            tenant_id=self.uow.tenant_id, id=new_id(), rule=rule.key, version=rule.hash, number=number,
            event_id=event_id, event_ids=ids, numbers=[one[0] for one in served], dedupe=dedupe, mode=mode,
            case_ids=sorted({str(one[2]) for one in served if one[2] is not None}), at=self.uow.now, answers=[],
            made=[], line=sorted({rule.key} | caused_by))
        session.add(firing)
        unit = NotingUnit(session, self.uow.tenant_id, self.uow.actor, event_id)
        unit.made = []
        if synthetic is not None:
            unit.record(synthetic)
        if mode == "live":
            session.flush()
            unit.record(RuleFired(case_id=case_id, rule=rule.key, version=rule.hash, firing_id=firing.id))
            firing.answers = acting.perform(unit, rule, firing.id, case_id)
            faults.note_actions(unit, firing, case_id)
        firing.made = unit.made
        self.fired.append(firing.id)
        return firing.id


def dedupe_of(rule: Rule, event_ids: Iterable[str]) -> str:
    """The same events fire a version of a rule once."""
    return hashlib.sha256(f"{rule.key}:{rule.hash}:{','.join(sorted(event_ids))}".encode()).hexdigest()


def forget(uow: UnitOfWork, versions: Iterable[str]) -> None:
    """Counts and waits of versions that are no longer in force."""
    gone = list(versions)
    for table in (HIT, DUE):
        uow.session.connection().execute(delete(table).where(table.c.tenant_id == uow.tenant_id,
                                                             table.c.version.in_(gone)))


def tidy(uow: UnitOfWork, rules: Iterable[Rule], newest: datetime) -> None:
    """Counted events that no window reaches any more."""
    horizons: Mapping[str, datetime] = {rule.hash: newest - rule.memory for rule in rules if rule.shape in COUNTED}
    for version, before in horizons.items():
        uow.session.connection().execute(delete(HIT).where(HIT.c.tenant_id == uow.tenant_id, HIT.c.version == version,
                                                           HIT.c.at < before))
