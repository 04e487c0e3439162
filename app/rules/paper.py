"""A rule on paper: what it would notice in a stream of events, in memory, with the meaning of the owner and its engine.

Nothing is read or written here; `tests/rules/test_rehearsing.py` holds it against the real engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.rules.conditions import Seen
from app.rules.language import GRACE, Rule
from app.rules.rulesets import Task


@dataclass(frozen=True)
class Noticed:
    """The rule fired at `at` because of these events, the last of them last."""

    at: datetime
    events: tuple[Seen, ...]


class Judge(Protocol):
    """One rule under way."""

    def take(self, task: Task) -> Noticed | None:
        """The next event that concerns the rule, by number."""

    def rest(self, now: datetime) -> Iterable[Noticed]:
        """What comes of what is open when the stream ends at `now`."""


def judge(rule: Rule) -> Judge:
    """A fresh one for a rule."""
    return JUDGES[rule.shape](rule)


@dataclass
class _Match:
    rule: Rule

    def take(self, task: Task) -> Noticed | None:
        return Noticed(task.seen.at, (task.seen,))

    def rest(self, now: datetime) -> Iterable[Noticed]:
        return ()


@dataclass
class _Count:
    """Events of one key that no firing has used and that are at most a window older than the newest."""

    rule: Rule
    kept: dict[tuple[str, ...], list[Seen]] = field(default_factory=dict)

    def take(self, task: Task) -> Noticed | None:
        since = task.seen.at - self.rule.within
        kept = [one for one in self.kept.get(task.key, ()) if one.at >= since - GRACE] + [task.seen]
        inside = [one for one in kept if one.at >= since]
        fires = self._reached(inside) >= self.rule.n
        self.kept[task.key] = [one for one in kept if one.at < since] if fires else kept
        return Noticed(task.seen.at, tuple(inside)) if fires else None

    def _reached(self, inside: list[Seen]) -> int:
        of = self.rule.of
        return len(inside) if of is None else len({str(one.value(of)) for one in inside})

    def rest(self, now: datetime) -> Iterable[Noticed]:
        return ()


@dataclass
class _Sequence:
    """The newest chain in time; an event serves one firing."""

    rule: Rule
    live: dict[tuple[str, ...], list[Task]] = field(default_factory=dict)

    def take(self, task: Task) -> Noticed | None:
        oldest = task.seen.at - self.rule.memory
        mine = [one for one in self.live.get(task.key, ()) if one.seen.at >= oldest] + [task]
        chain = self._newest(mine, (), _second(task.seen)) if len(self.rule.patterns) in task.steps else None
        self.live[task.key] = [one for one in mine if one not in chain] if chain else mine
        return Noticed(task.seen.at, tuple(one.seen for one in chain)) if chain else None

    def _newest(self, mine: list[Task], chain: tuple[Task, ...], ends: int) -> tuple[Task, ...] | None:
        step = len(chain) + 1
        if step > len(self.rule.patterns):
            return chain
        last = step == len(self.rule.patterns)
        within = int(self.rule.within.total_seconds())
        for one in reversed(mine[-1:] if last else mine):
            if step not in one.steps or (chain and one.seen.number <= chain[-1].seen.number):
                continue
            if chain and _second(one.seen) > _second(chain[0].seen) + within:
                continue
            if not chain and ends > _second(one.seen) + within:
                continue
            found = self._newest(mine, (*chain, one), ends)
            if found:
                return found
        return None

    def rest(self, now: datetime) -> Iterable[Noticed]:
        return ()


@dataclass
class _Absence:
    """A wait ends by what was awaited, if that is not later than its time."""

    rule: Rule
    waits: dict[tuple[str, ...], list[Seen]] = field(default_factory=dict)

    def take(self, task: Task) -> Noticed | None:
        waits = self.waits.setdefault(task.key, [])
        if 2 in task.steps:
            waits[:] = [one for one in waits if one.at + self.rule.within < task.seen.at]
        if 1 in task.steps:
            waits.append(task.seen)
        return None

    def rest(self, now: datetime) -> Iterable[Noticed]:
        over = [(one.at + self.rule.within, one) for waits in self.waits.values() for one in waits]
        return [Noticed(at, (one,)) for at, one in sorted(over, key=lambda pair: (pair[0], pair[1].number))
                if at + GRACE <= now]


def _second(seen: Seen) -> int:
    """The engine knows whole seconds."""
    return int(seen.at.timestamp())


JUDGES: dict[str, type[_Match] | type[_Count] | type[_Sequence] | type[_Absence]] = {
    "match": _Match, "count": _Count, "count_distinct": _Count, "sequence": _Sequence, "absence": _Absence}
