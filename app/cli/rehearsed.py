"""What a change tried on the past would have made different, in sentences for the shell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.cases import backtest
from app.cli.explaining import brief
from app.cli.saying import text
from app.kernel.errors import msg

SHOWN = 3
"""Samples of a group that are printed; --json has all."""
ASKED = msg("asked %(asked)s of %(records)s")
LOOKED = {
    "decision": msg("%(asked)s of %(records)s decisions of the last %(days)s days were asked again."),
    "calendar": msg("%(asked)s of %(records)s clocks that run, or ended in the last %(days)s days, were replayed."),
    "supervision": msg("%(records)s events of the last %(days)s days were looked at; old and new rule fire "
                       "%(asked)s times together."),
    "process": msg("%(asked)s of %(records)s cases of the last %(days)s days were played again."),
}
RUNNING = msg("Running clocks %(clock)s: %(earlier)s of %(cases)s would be due earlier, %(later)s later; "
              "overdue %(before)s now, %(after)s then; without a limit %(undated)s.")
ENDED = msg("Clocks that have ended %(clock)s: %(earlier)s of %(cases)s would have been due earlier, %(later)s later; "
            "overdue %(before)s as it was, %(after)s then; without a limit %(undated)s.")


def told(found: backtest.Backtest) -> Iterator[str]:
    """The comparison, line by line."""
    yield text(LOOKED[found.kind], asked=found.asked, records=found.records, days=found.days)
    yield text(msg("The same: %(same)s. Different: %(different)s. Could not be decided: %(failing)s. "
                   "Cannot be judged: %(unjudged)s."),
               same=found.same, different=found.different, failing=found.failing, unjudged=found.unjudged)
    for one in found.warnings:
        yield text(one.message, **one.params)
    for group in found.groups:
        yield f"{group.output or found.decision_id}: {brief(group.before)} -> {brief(group.after)}  ({group.count})"
        if group.already:
            yield "  " + text(msg("%(count)s of them the version in force answers so already."), count=group.already)
        yield from _samples(group.samples)
    for trouble in (*found.failures, *found.not_judged):
        yield f"{text(trouble.message, **trouble.params)}  ({trouble.count})"
        yield from _samples(trouble.samples)
    yield from _beside(found)


def _samples(samples: list[backtest.Sample]) -> Iterator[str]:
    for one in samples[:SHOWN]:
        rows = "; ".join(f"{each.decision}: {_numbers(each.before)} -> {_numbers(each.after)}" for each in one.rows)
        where = text(msg("rows")) + f" {rows}" if rows else ""
        yield f"  {one.number}  {one.at:%Y-%m-%d %H:%M}  {where}".rstrip()


def _numbers(rows: tuple[int, ...]) -> str:
    return ", ".join(map(str, rows)) or "-"


def _beside(found: backtest.Backtest) -> Iterator[str]:
    """What a reader must know to trust the figures."""
    sources = {"form": msg("%(name)s was not kept with %(count)s decisions; it was taken from a form sent before."),
               "case": msg("%(name)s was not kept with %(count)s decisions; it was taken from the case as it is now.")}
    for (name, source), count in found.presumed.items():
        yield text(sources[source], name=name, count=count)
    if found.valueless:
        yield text(msg("Without a value in all these decisions: %(names)s."), names=", ".join(found.valueless))
    if found.settings:
        yield text(msg("Settings were read as they are now: %(names)s."), names=", ".join(found.settings))
    for one in found.dates:
        yield text(ENDED if one.past else RUNNING, **_shift(one))
        for each in one.samples[:SHOWN]:
            after = f"{each.after:%Y-%m-%d %H:%M}" if each.after else "-"
            yield f"  {each.number}  {each.before:%Y-%m-%d %H:%M} -> {after}"


def _shift(one: backtest.Shift) -> dict[str, Any]:
    return {"clock": one.clock, "cases": one.cases, "earlier": one.earlier, "later": one.later,
            "before": one.overdue_before, "after": one.overdue_after, "undated": one.undated}
