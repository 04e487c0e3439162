"""One step of a case: overdue timers first, then the stimulus, then what it means is written beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, tuple_

from app import catalog
from app.cases import applying, barring, clock_events, history, messaging, placing, signals
from app.cases.journal import record
from app.cases.locking import lock, locked_case
from app.cases.model import REQUEST, Case
from app.cases.ports import CasePorts
from app.deadlines import DeadlineBook
from app.engine import BudgetSpent, Changeable, DeliverMessage, FireTimer, Start, Stimulus, changeable, store
from app.engine.model import BufferedMessage, IncidentRow, OpenTaskRow, SubscriptionRow, TimerRow
from app.engine.store import Stepped
from app.kernel.unit_of_work import UnitOfWork

__all__ = ["advance", "fire", "fire_overdue", "forget_earlier", "lock", "locked_case", "message",
           "set_timers", "settle", "start", "step", "take_early_message", "tokens_of"]
EARLIER_CLOSED = "earlier_case_closed"
MAX_FOLLOW_UPS = 50
"""Overdue timers and early messages that one command may carry out before it gives up."""


def start(uow: UnitOfWork, case: Case, begin: Start) -> None:
    """Begin the process of a new case. A first step beyond its budget leaves a case with an incident, not an error:
    nobody's request is lost over a diagram."""
    ports = _ports(uow, case)
    try:
        stepped = store.start(uow, begin, ports, business_key=str(case.id))
    except BudgetSpent as spent:
        ports = _ports(uow, case)                       # what the step did to its clocks never was
        stepped = store.start(uow, begin, ports, business_key=str(case.id), spent=spent)
    case.instance_id = stepped.instance.id
    _write(uow, case, ports, stepped)
    _take_early_messages(uow, case)


def _ports(uow: UnitOfWork, case: Case) -> CasePorts:
    book = DeadlineBook.load(uow.session, uow.tenant_id, case.id, uow.now, acting=True)
    return CasePorts(uow, book, internal=case.nature != REQUEST)


def advance(uow: UnitOfWork, case: Case, stimulus: Stimulus) -> Stepped:
    """Fire what is overdue, then apply the stimulus, then deliver what came early. Raises Conflict."""
    if not isinstance(stimulus, FireTimer):
        fire_overdue(uow, case)
    stepped = step(uow, case, stimulus)
    _take_early_messages(uow, case)
    return stepped


def step(uow: UnitOfWork, case: Case, stimulus: Stimulus) -> Stepped:
    """Exactly one stimulus."""
    mine = lock(uow, case)
    ports = _ports(uow, case)
    stepped = store.apply(uow, mine.instance.id, stimulus, ports)
    _write(uow, case, ports, stepped)
    return stepped


def tokens_of(uow: UnitOfWork, case: Case) -> Changeable:
    """What can be changed in the process of a case now."""
    book = DeadlineBook.load(uow.session, uow.tenant_id, case.id, uow.now)
    return changeable(lock(uow, case).instance.state, uow.now, CasePorts(uow, book).process_by_hash)


def message(uow: UnitOfWork, case: Case, name: str, variables: Mapping[str, Any]) -> bool:
    """Deliver a message to this case; False when nothing waits for it."""
    fire_overdue(uow, case)
    key = str(case.id)
    waiting = next((row for row in _subscriptions(uow, case) if row.name == name and row.key == key), None)
    if waiting is None:
        return False
    if step(uow, case, DeliverMessage(waiting.id.hex, name, waiting.key, variables)).result is None:
        return False
    _take_early_messages(uow, case)
    return True


def _subscriptions(uow: UnitOfWork, case: Case) -> list[SubscriptionRow]:
    """What the case waits for, always in the same order."""
    return sorted(lock(uow, case).rows(SubscriptionRow).values(), key=lambda row: row.id)


def fire_overdue(uow: UnitOfWork, case: Case) -> None:
    """Timers come before people: what is late is recorded as late."""
    mine = lock(uow, case)
    for _ in range(MAX_FOLLOW_UPS):
        timer = mine.due_timer(uow.now)
        if timer is None:
            return
        fire(uow, case, timer)


def fire(uow: UnitOfWork, case: Case, timer: TimerRow) -> None:
    """Carry out one due timer."""
    if timer.clock is not None:
        book = DeadlineBook.load(uow.session, uow.tenant_id, case.id, uow.now)
        applying.tell_clock_fired(uow, case, book, timer.clock)
    timer_id = timer.id
    if step(uow, case, FireTimer(timer_id.hex)).result is None:
        timer.held = True


def settle(uow: UnitOfWork, case: Case, ports: CasePorts, stepped: Stepped) -> None:
    """What a move to another version meant, written as after a step."""
    _write(uow, case, ports, stepped)


def _write(uow: UnitOfWork, case: Case, ports: CasePorts, stepped: Stepped) -> None:
    """What the step meant. A step that was thrown away leaves only its incident."""
    result = stepped.result
    if result is not None:
        history.write(uow, case, result)
        faults = applying.apply(uow, case, ports.listener.effects, ports.book)
        if result.completed:
            ports.book.drop_open()
        applying.save_clocks(uow, case, ports.book)
        history.write_faults(uow, case, stepped.instance, faults)
        _pin_forms(uow, stepped.opened)
        barring.bar(uow, case, stepped.opened)
        history.tell_tasks(uow, case, stepped)
        set_timers(uow, case, ports.book)
        placing.place(uow, case, ports.book)
        if result.completed:
            outcome = next((str(p["outcome"]) for _, p in reversed(result.ended) if p.get("outcome")), "closed")
            applying.close(uow, case, outcome)
            if case.nature == REQUEST:
                _tell_followers(uow, case)
        for thrown in result.messages:
            messaging.publish(uow, thrown.name, thrown.key, thrown.variables, message_id=thrown.message_id,
                              ttl=thrown.ttl_seconds)
        for signal in result.signals:
            for key in signals.listeners(uow, stepped.instance.id, signal.name):
                messaging.publish(uow, signal.name, key, signal.variables)
    for incident in stepped.incidents:
        record(uow, case, clock_events.IncidentOpened, incident_id=incident.id, code=incident.code,
               element_id=incident.element_id)
    for incident in stepped.resolved:
        record(uow, case, clock_events.IncidentResolved, incident_id=incident.id)


def _pin_forms(uow: UnitOfWork, opened: list[OpenTaskRow]) -> None:
    """An open task keeps the version of its form that was live when it opened."""
    for row in opened:
        if row.form_id:
            published = catalog.live(uow.session, uow.tenant_id, "form", row.form_id)
            row.form_hash = published.hash if published else None


def set_timers(uow: UnitOfWork, case: Case, book: DeadlineBook) -> None:
    """Timers owned by a clock stand where the clock stands, in the transaction that moves it."""
    for timer in lock(uow, case).rows(TimerRow).values():
        if timer.clock is not None:
            timer.due_at = book.fires_at(timer.clock)


def _tell_followers(uow: UnitOfWork, case: Case) -> None:
    """Cases that follow this one must not wait for ever, however it ended.

    A follower may have joined a moment ago and not wait yet, so each is told; one that was told before keeps the
    message unread, and `forget_earlier` drops it when it joins another case.
    """
    query = select(Case.id).where(Case.parent_id == case.id, Case.status == "open").order_by(Case.id)
    for follower_id in uow.session.scalars(query):
        messaging.publish(uow, EARLIER_CLOSED, str(follower_id), {"outcome": case.outcome})


def forget_earlier(uow: UnitOfWork, case: Case) -> None:
    """What an earlier case told this one no longer counts: it follows another one now."""
    messaging.forget(uow, EARLIER_CLOSED, str(case.id))


def _take_early_messages(uow: UnitOfWork, case: Case) -> None:
    """A subscription that opened may find its message waiting; the oldest first."""
    for _ in range(MAX_FOLLOW_UPS):
        if case.status != "open" or not take_early_message(uow, case):
            return


def take_early_message(uow: UnitOfWork, case: Case) -> bool:
    """Deliver one buffered message of this case; False when there is none.

    One whose step goes beyond its budget stays, and waits until its incident is settled.
    """
    stopped = {row.task_id for row in lock(uow, case).rows(IncidentRow).values() if row.source == store.BUDGET}
    waited_for = {(row.name, row.key): row for row in reversed(_subscriptions(uow, case)) if row.id not in stopped}
    if not waited_for:
        return False
    query = (select(BufferedMessage)
             .where(tuple_(BufferedMessage.name, BufferedMessage.key).in_(list(waited_for)), messaging.WAITS,
                    BufferedMessage.expires_at > uow.now)
             .order_by(BufferedMessage.id).limit(1))
    early = uow.session.scalars(query).first()
    if early is None:
        return False
    waiting = waited_for[early.name, early.key]
    if step(uow, case, DeliverMessage(waiting.id.hex, waiting.name, waiting.key, dict(early.variables))).result is None:
        return take_early_message(uow, case)
    messaging.taken(uow, early)
    return True
