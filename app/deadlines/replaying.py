"""A clock once more from its acts, on another calendar: what the dates would be had that calendar always been in force.

Acts keep their times; only what they mean in working time is computed anew. The first promise is what was said then, so
it is not computed at all: whoever replays a stored clock keeps the stored one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app.deadlines import acts
from app.deadlines.acts import Act, ClockState
from app.deadlines.budgets import Budget
from app.deadlines.working_time import WorkCalendar

CALENDAR = "calendar"
"""The act that notes a date moved by a change of the calendar. A replay passes over it."""

Answer = tuple[ClockState, Act]
_AGAIN: dict[str, Callable[[WorkCalendar, ClockState, Act], Answer]] = {
    "pause": lambda _calendar, clock, act: acts.pause(clock, act.at),
    "resume": lambda calendar, clock, act: acts.resume(calendar, clock, act.at),
    "extend": lambda calendar, clock, act: acts.extend(calendar, clock, Budget.parse(act.params), act.at),
    "interrupt": lambda calendar, clock, act: acts.interrupt(calendar, clock, act.at),
    "stop": lambda _calendar, clock, act: acts.stop(clock, act.at),
    "drop": lambda _calendar, clock, act: acts.drop(clock, act.at),
    "reopen": lambda calendar, clock, act: acts.reopen(calendar, clock, Budget.parse(act.params), act.at),
}


def replay(calendar: WorkCalendar, name: str, known: Iterable[Act]) -> ClockState | None:
    """The clock after all acts, in their order; None when they do not begin with a start. Raises Invalid."""
    clock: ClockState | None = None
    for act in known:
        if act.kind == "start":
            clock = acts.start(calendar, name, Budget.parse(act.params), act.at)[0]
        elif clock is not None and act.kind != CALENDAR:
            clock = _AGAIN[act.kind](calendar, clock, act)[0]
    return clock
