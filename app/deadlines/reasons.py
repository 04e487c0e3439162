"""Why a date is what it is: one sentence per act and calendar day, as message ids with parameters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.deadlines.acts import Act, ClockState
from app.deadlines.budgets import WORKING_UNITS
from app.deadlines.working_time import WorkCalendar
from app.kernel.errors import msg

BUDGETS = {
    "wd": msg("Limit of %(amount)s working days, counted from %(at)s."),
    "wh": msg("Limit of %(amount)s working hours, counted from %(at)s."),
    "h": msg("Limit of %(amount)s hours round the clock, counted from %(at)s."),
    "d": msg("Limit of %(amount)s calendar days, counted from %(at)s."),
    "min": msg("Limit of %(amount)s minutes, counted from %(at)s."),
}
EXTENSIONS = {
    "wd": msg("Extended by %(amount)s working days on %(at)s."),
    "wh": msg("Extended by %(amount)s working hours on %(at)s."),
    "h": msg("Extended by %(amount)s hours on %(at)s."),
    "d": msg("Extended by %(amount)s calendar days on %(at)s."),
    "min": msg("Extended by %(amount)s minutes on %(at)s."),
}
OTHERS = {
    "pause": msg("Stopped counting on %(at)s: waiting for an answer from outside."),
    "interrupt": msg("Began again in full on %(at)s."),
    "stop": msg("Fulfilled on %(at)s."),
    "drop": msg("The request ended on %(at)s, and this limit with it."),
    "calendar": msg("The calendar changed on %(at)s: the date moved from %(before)s to %(after)s."),
    "reopen": msg("Opened again on %(at)s with a limit of its own; the first promise was %(first)s."),
}
RESUMED_WORKING = msg("Counting again since %(at)s; the date moved by %(minutes)s minutes of working time waited.")
RESUMED_CLOCK = msg("Counting again since %(at)s; the date moved by the %(minutes)s minutes waited.")
OUTSIDE = msg("It arrived outside working time, so it counts from %(at)s.")
HOLIDAY = msg("%(on)s (%(day)s) does not count: holiday.")
UNNAMED = msg("%(on)s does not count: holiday.")
MADE_UP = msg("%(on)s counts: make-up working day.")
UNOFFICIAL = msg("The official calendar of %(year)s is not known yet; the date may still change.")
DUE = msg("Due on %(at)s.")


@dataclass(frozen=True)
class Reason:
    """One sentence: a message id with parameters (dates are the office's local wall time).

    `day`: what a day is called; in both languages perhaps, as `zh / en`, of which a page shows the reader's.
    """

    message: str
    params: dict[str, Any]
    at: datetime | None = None

    def text(self) -> str:
        """English."""
        return self.message % self.params


def explain(calendar: WorkCalendar, clock: ClockState, acts: Iterable[Act]) -> list[Reason]:
    """The acts in order, then the days that changed the count, then the date."""
    def wall(at: datetime) -> str:
        return f"{at.astimezone(calendar.zone):%Y-%m-%d %H:%M}"

    reasons = [reason for act in acts for reason in _act(calendar, clock, act, wall)]
    if clock.budget.unit in WORKING_UNITS:
        for entry in calendar.exceptions(clock.started_at, clock.due_at):
            message = MADE_UP if entry.kind == "work" else HOLIDAY if entry.name else UNNAMED
            reasons.append(Reason(message, {"on": entry.on.isoformat(), "day": entry.name}))
        years = range(clock.started_at.astimezone(calendar.zone).year, clock.due_at.astimezone(calendar.zone).year + 1)
        reasons += [Reason(UNOFFICIAL, {"year": year}) for year in years if not calendar.is_official(year)]
    if clock.state in ("running", "paused"):
        reasons.append(Reason(DUE, {"at": wall(clock.due_at)}, clock.due_at))
    return reasons


def _act(calendar: WorkCalendar, clock: ClockState, act: Act, wall: Any) -> list[Reason]:
    params: dict[str, Any] = {"at": wall(act.at)}
    if act.kind == "start":
        found = [Reason(BUDGETS[act.params["unit"]], params | {"amount": str(act.params["amount"])}, act.at)]
        opening = calendar.opening(act.at)
        if act.params["unit"] in WORKING_UNITS and opening > act.at:
            found.append(Reason(OUTSIDE, {"at": wall(opening)}, act.at))
        return found
    if act.kind == "extend":
        return [Reason(EXTENSIONS[act.params["unit"]], params | {"amount": str(act.params["amount"])}, act.at)]
    if act.kind == "resume":
        message = RESUMED_WORKING if act.params.get("unit") in WORKING_UNITS else RESUMED_CLOCK
        return [Reason(message, params | {"minutes": act.params.get("minutes", 0)}, act.at)]
    if act.kind == "calendar":
        params |= {"before": wall(datetime.fromisoformat(act.params["before"])), "after": wall(act.due_at)}
    return [Reason(OTHERS[act.kind], params | {"first": wall(clock.first_due_at)}, act.at)]
