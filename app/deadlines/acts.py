"""What can happen to a clock: start, pause, resume, extend, interrupt, stop, drop, reopen. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.deadlines.budgets import Budget, add, moved, waited
from app.deadlines.working_time import WorkCalendar


@dataclass(frozen=True)
class ClockState:
    """One legal clock. `due_at` stays readable while paused or stopped; only a running clock can be late.

    `first_due_at` is the first promise, kept through extensions, reopening and changes of the calendar. `state`:
    running|paused|stopped|dropped. Stopped: the duty was met. Dropped: the duty ended with what it was owed for.
    `stopped_at` is the end of both.
    """

    name: str
    budget: Budget
    state: str
    started_at: datetime
    due_at: datetime
    warn_at: datetime | None
    first_due_at: datetime
    paused_at: datetime | None = None
    stopped_at: datetime | None = None
    extensions: int = 0
    round: int = 1

    def is_late(self, now: datetime) -> bool:
        """Whether the limit passed: now if running, at the time of the stop, pause or end otherwise."""
        until = {"running": now, "paused": self.paused_at, "stopped": self.stopped_at,
                 "dropped": self.paused_at or self.stopped_at}[self.state]
        return until is not None and until > self.due_at


@dataclass(frozen=True)
class Act:
    """One thing that happened to a clock; `due_at` is the date after it."""

    kind: str
    at: datetime
    due_at: datetime
    params: dict[str, Any]


def start(calendar: WorkCalendar, name: str, budget: Budget, now: datetime) -> tuple[ClockState, Act]:
    """A new clock."""
    due = budget.due(calendar, now)
    warn = budget.warn_at(calendar, now, due)
    state = ClockState(name, budget, "running", now, due, warn, first_due_at=due)
    return state, Act("start", now, due, budget.document())


def pause(clock: ClockState, now: datetime) -> tuple[ClockState, Act]:
    """Stop counting while somebody outside is waited for."""
    return replace(clock, state="paused", paused_at=now), Act("pause", now, clock.due_at, {})


def resume(calendar: WorkCalendar, clock: ClockState, now: datetime) -> tuple[ClockState, Act]:
    """Count again; the dates move by the time actually waited. A date that had passed before stays passed."""
    since = clock.paused_at or now
    due, warn, span = _after_wait(calendar, clock, since, now)
    state = replace(clock, state="running", paused_at=None, due_at=due, warn_at=warn)
    return state, Act("resume", now, due, {"minutes": span, "unit": clock.budget.unit})


def _after_wait(calendar: WorkCalendar, clock: ClockState, since: datetime,
                now: datetime) -> tuple[datetime, datetime | None, int]:
    unit = clock.budget.unit
    if since >= clock.due_at:
        return clock.due_at, clock.warn_at, 0
    span = waited(calendar, unit, since, now)
    warn = clock.warn_at
    if warn is not None and warn > since:
        warn = moved(calendar, unit, warn, span)
    return moved(calendar, unit, clock.due_at, span), warn, int(span.total_seconds() // 60)


def extend(calendar: WorkCalendar, clock: ClockState, by: Budget, now: datetime) -> tuple[ClockState, Act]:
    """More time, counted from the date so far. A reminder that has not come yet moves along."""
    due = add(calendar, clock.due_at, by.amount, by.unit)
    warn = clock.warn_at
    if warn is not None and warn > now:
        warn = min(add(calendar, warn, by.amount, by.unit), due)
    state = replace(clock, due_at=due, warn_at=warn, extensions=clock.extensions + 1)
    return state, Act("extend", now, due, by.document())


def interrupt(calendar: WorkCalendar, clock: ClockState, now: datetime) -> tuple[ClockState, Act]:
    """Begin the whole budget again, as the law has it after certain events."""
    due = clock.budget.due(calendar, now)
    warn = clock.budget.warn_at(calendar, now, due)
    state = replace(clock, state="running", started_at=now, paused_at=None, due_at=due, warn_at=warn)
    return state, Act("interrupt", now, due, clock.budget.document())


def stop(clock: ClockState, now: datetime) -> tuple[ClockState, Act]:
    """The duty is met; a paused clock counts as stopped at its pause."""
    at = clock.paused_at or now
    late = at > clock.due_at
    state = replace(clock, state="stopped", stopped_at=at, paused_at=None)
    return state, Act("stop", now, clock.due_at, {"late": late})


def drop(clock: ClockState, now: datetime) -> tuple[ClockState, Act]:
    """What the duty was owed for has ended: it is neither met nor missed. A pause stays on record."""
    return replace(clock, state="dropped", stopped_at=now), Act("drop", now, clock.due_at, {})


def reopen(calendar: WorkCalendar, clock: ClockState, budget: Budget, now: datetime) -> tuple[ClockState, Act]:
    """A stopped clock begins a further round with a fresh budget, so that it is not late at once.

    The first promise stays on record.
    """
    due = budget.due(calendar, now)
    warn = budget.warn_at(calendar, now, due)
    state = replace(clock, budget=budget, state="running", started_at=now, paused_at=None, stopped_at=None,
                    due_at=due, warn_at=warn, round=clock.round + 1)
    return state, Act("reopen", now, due, budget.document() | {"round": Decimal(clock.round + 1)})
