"""A replay's report as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from app.cli.demo.replay.report import Report

MOST = 40
"""Lines of one kind before the rest is only counted."""


def lines(made: Report) -> Iterator[str]:
    """Everything, the verdict last."""
    yield (f"{made.rows} rows, {made.cases} cases, {made.virtual_days:g} days played in {made.seconds:g} s; "
           f"{made.engine_steps} steps, {made.states_checked} states checked")
    yield from _some("row not played", [f"line {fault['line']}: {fault['what']}" for fault in made.faults])
    yield "ends:    " + ", ".join(f"{name} {count}" for name, count in made.ends.items())
    yield "on the way: " + ", ".join(f"{name} {count}" for name, count in made.counts.items())
    yield f"reached: {made.elements[0]} of {made.elements[1]} elements, {made.flows[0]} of {made.flows[1]} flows"
    yield ""
    yield f"{'element':58} {'in':>6} {'done':>6} {'off':>5} {'working h':>16} {'clock h':>18}"
    for step in made.steps:
        times = (f"{step.working_median:7.2f} {step.working_p90:8.2f} {step.wall_median:8.2f} {step.wall_p90:9.2f}"
                 if step.wall_p90 else "")
        yield (f"{step.process + ' ' + step.element:58.58} {step.entered:6} {step.completed:6} {step.cancelled:5} "
               f"{times}").rstrip()
    yield "(hours: median and 90th percentile)"
    yield from _some("the office refused", [f"{count} x {what}" for what, count in made.refused.items()])
    yield from _some("FAILURE", made.failures)
    yield "came through" if not made.failures else f"{len(made.failures)} failures"


def _some(head: str, found: list[str]) -> Iterator[str]:
    for line in found[:MOST]:
        yield f"{head}: {line}"
    if len(found) > MOST:
        yield f"{head}: and {len(found) - MOST} more"
