"""New rules take over between two batches: compiled, proved and filled by replay. Any failure keeps the old ones."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel import clock, database
from app.kernel.commands import SYSTEM
from app.kernel.unit_of_work import UnitOfWork, transact
from app.rules import stream
from app.rules.engines import Chain, EngineDied, EngineRefused, RuleEngine
from app.rules.events import ReloadRefused
from app.rules.firing import HISTORY, Batch, forget
from app.rules.language import IN_ENGINE
from app.rules.model import RulePosition
from app.rules.posting import Office, Poster, fill, load
from app.rules.rulesets import RuleSet, Task

log = logging.getLogger(__name__)
TRIES = 2


def first_position(uow: UnitOfWork, rules: RuleSet) -> int:
    """The first position of an office: what is older than its rules look back on is never read."""
    longest = max((rule.memory for rule in rules.rules), default=timedelta())
    number = stream.first_number_since(uow.session, uow.now - longest - HISTORY)
    uow.session.add(RulePosition(tenant_id=uow.tenant_id, id=uow.tenant_id, number=number, began_at=uow.now,
                                 changed_at=uow.now, versions=list(rules.versions), error=_faults(rules)))
    return number


def replayed(office: Office) -> list[Task]:
    """The tasks of the windows of the office's sequences up to its position, less what their firings have used."""
    with database.current().read(office.tenant_id) as session:
        return _looking_back(session, office, office.rules, frozenset(
            rule.hash for rule in office.rules.in_engine if rule.shape == "sequence"))


def take_over(office: Office, wanted: RuleSet, poster: Poster, make: Callable[[], RuleEngine]) -> None:
    """Put the wanted rules in force, or note why not. A set that was refused is not tried again."""
    with database.current().read(office.tenant_id) as session:
        refused = session.scalars(select(RulePosition.refused)).one_or_none()
        new = frozenset(wanted.versions) - frozenset(office.rules.versions)
        tasks = _looking_back(session, office, wanted, new) if refused != wanted.digest else []
    if refused == wanted.digest:
        return
    engine: RuleEngine | None = None
    chains: list[Chain] = []
    if any(rule.hash in new and rule.shape in IN_ENGINE for rule in wanted.rules):
        try:
            engine, chains = _proved(office, wanted, tasks, make)
        except (EngineDied, EngineRefused) as error:
            why = str(error)
            log.error("new supervision rules were refused: %s", why)
            transact(office.tenant_id, SYSTEM, lambda uow: _refuse(uow, wanted, why))
            return
    try:
        transact(office.tenant_id, SYSTEM, lambda uow: _swap(uow, office, wanted, tasks, chains))
    except BaseException:
        if engine is not None:
            engine.close()
        raise
    office.rules, office.scanned = wanted, office.position
    if engine is not None:
        poster.adopt(engine, office, wanted)


def _proved(office: Office, wanted: RuleSet, tasks: list[Task],
            make: Callable[[], RuleEngine]) -> tuple[RuleEngine, list[Chain]]:
    """A fresh engine with the wanted rules and the windows of all its sequences; tried twice."""
    with database.current().read(office.tenant_id) as session:
        known = frozenset(office.rules.versions) & frozenset(wanted.versions)
        kept = _looking_back(session, office, wanted, frozenset(
            rule.hash for rule in wanted.in_engine if rule.shape == "sequence" and rule.hash in known))
    for attempt in range(1, TRIES + 1):
        engine = make()
        try:
            for rule in wanted.in_engine:
                load(engine, rule)
            fill(engine, office.posted(kept))
            chains = fill(engine, office.posted([task for task in tasks if task.rule.shape in IN_ENGINE]))
            engine.settled()
        except (EngineDied, EngineRefused) as error:
            engine.close()
            if attempt == TRIES or isinstance(error, EngineRefused):
                raise
        else:
            return engine, chains
    raise EngineDied("not reached")


def _swap(uow: UnitOfWork, office: Office, wanted: RuleSet, tasks: list[Task], chains: list[Chain]) -> None:
    """Atomically: old counts and waits go, those of the new rules are made from the past, which fires nothing."""
    row = uow.session.scalars(select(RulePosition).with_for_update()).one()
    if row.number != office.position:
        raise EngineDied("the position moved during the reload")
    forget(uow, frozenset(office.rules.versions) - frozenset(wanted.versions))
    Batch(uow, row.began_at, suppressed=True).write(tasks, chains)
    row.versions, row.generation, row.changed_at = list(wanted.versions), row.generation + 1, uow.now
    row.refused, row.error = "", _faults(wanted)


def stand_by(uow: UnitOfWork) -> None:
    """The rules in force are wanted again: what was refused is no news any more."""
    row = uow.session.scalars(select(RulePosition).with_for_update()).one()
    row.refused = row.error = ""


def _refuse(uow: UnitOfWork, wanted: RuleSet, why: str) -> None:
    row = uow.session.scalars(select(RulePosition).with_for_update()).one()
    row.refused, row.error = wanted.digest, why[:500]
    uow.record(ReloadRefused(rules=len(wanted.rules)))


def _looking_back(session: Session, office: Office, rules: RuleSet, versions: frozenset[str]) -> list[Task]:
    """What the given versions make of their windows up to the office's position, in order of events."""
    newest = stream.latest(session, office.position)
    newest = min(newest, clock.now()) if newest is not None else None  # a clock may have run ahead once
    chosen = [rule for rule in rules.rules if rule.hash in versions]
    back = stream.since(newest, max((rule.memory for rule in chosen), default=timedelta()))
    if back is None or newest is None:
        return []
    events = stream.window(session, office.position, {name for rule in chosen for name in rule.events}, back,
                           residents=rules.asks_residents)
    if not events:
        return []
    used = {rule.hash: stream.used(session, rule.hash, events[0].number) for rule in chosen}
    found = [task for seen in events for task in rules.tasks(seen, office.zone, versions)]
    return [task for task in found if task.rule.memory and task.seen.at >= newest - task.rule.memory
            and task.seen.number not in used[task.rule.hash]]


def _faults(rules: RuleSet) -> str:
    return f"unreadable: {', '.join(rules.faults)}"[:500] if rules.faults else ""
