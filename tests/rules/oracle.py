"""What the five shapes mean, in plain Python and without a database: the owner and its engine must agree with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.rules.language import Rule
from app.rules.rulesets import RuleSet, Task

Fired = tuple[int, str, tuple[int, ...]]
"""(number of the last event, rule, numbers of all events)."""


def oracle(rules: RuleSet, seen: Sequence[Any], zone: Any) -> list[Fired]:
    """All firings by number and rule; those of absences as if every wait had run out in the end."""
    judges: dict[str, Any] = {}
    found: list[Fired] = []
    for event in seen:
        for task in rules.tasks(event, zone):
            judge = judges.setdefault(task.rule.key, SHAPES[task.rule.shape](task.rule))
            chain = judge.take(task)
            if chain:
                found.append((event.number, task.rule.key, tuple(chain)))
    for key, judge in judges.items():
        found += [(number, key, (number,)) for number in getattr(judge, "left", list)()]
    return sorted(found)


class Match:
    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    def take(self, task: Task) -> list[int]:
        return [task.seen.number]


class Count:
    """`count` and `count_distinct`: unused events of one key that are at most a window older than the newest."""

    def __init__(self, rule: Rule) -> None:
        self.rule, self.kept = rule, dict[tuple[str, ...], list[Any]]()

    def take(self, task: Task) -> list[int]:
        kept = self.kept.setdefault(task.key, [])
        kept.append(task.seen)
        inside = [one for one in kept if one.at >= task.seen.at - self.rule.within]
        reached = len(inside) if self.rule.of is None else len({str(one.value(self.rule.of)) for one in inside})
        if reached < self.rule.n:
            return []
        self.kept[task.key] = [one for one in kept if one not in inside]
        return [one.number for one in inside]


class Sequence_:
    """The newest chain in time; an event serves one firing."""

    def __init__(self, rule: Rule) -> None:
        self.rule, self.live = rule, dict[tuple[str, ...], list[Task]]()

    def take(self, task: Task) -> list[int]:
        mine = self.live.setdefault(task.key, [])
        within = int(self.rule.within.total_seconds())
        ts = [int(one.seen.at.timestamp()) for one in (*mine, task)]
        mine[:] = [one for one, at in zip(mine, ts, strict=False) if at >= ts[-1] - within - 600] + [task]
        if len(self.rule.patterns) not in task.steps:
            return []
        best = self._newest(mine, (), within)
        if best:
            mine[:] = [one for one in mine if one not in best]
        return [one.seen.number for one in best or ()]

    def _newest(self, mine: list[Task], chain: tuple[Task, ...], within: int) -> tuple[Task, ...] | None:
        step = len(chain) + 1
        if step > len(self.rule.patterns):
            return chain
        last = step == len(self.rule.patterns)
        for one in reversed(mine[-1:] if last else mine):
            fits = step in one.steps and (not chain or (
                one.seen.number > chain[-1].seen.number
                and int(one.seen.at.timestamp()) <= int(chain[0].seen.at.timestamp()) + within))
            found = self._newest(mine, (*chain, one), within) if fits else None
            if found:
                return found
        return None


class Absence:
    """A wait ends by what was awaited, if that is not later than its time."""

    def __init__(self, rule: Rule) -> None:
        self.rule, self.waits = rule, dict[tuple[str, ...], list[Any]]()

    def take(self, task: Task) -> list[int]:
        waits = self.waits.setdefault(task.key, [])
        if 2 in task.steps:
            waits[:] = [one for one in waits if one.at + self.rule.within < task.seen.at]
        if 1 in task.steps:
            waits.append(task.seen)
        return []

    def left(self) -> list[int]:
        return [one.number for waits in self.waits.values() for one in waits]


SHAPES: dict[str, Any] = {"match": Match, "count": Count, "count_distinct": Count, "sequence": Sequence_,
                          "absence": Absence}
