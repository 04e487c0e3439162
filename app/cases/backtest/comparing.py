"""Two answers to the same question side by side, and a tally of many such pairs. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Mapping
from decimal import Decimal
from typing import Any

from app.cases.backtest.views import Group, Rows, Sample, Trouble
from app.kernel.errors import YikouError

SAMPLES = 20
"""Of each group."""
HIDDEN = "***"
_MOMENT = re.compile(r"-?P[0-9YMDTHS.]+|\d{4}-\d\d-\d\d(T[0-9:.]+(Z|[+-]\d\d:\d\d|@[A-Za-z_/]+)?)?", re.ASCII)


def key(value: Any) -> Hashable:
    """Equal for values that mean the same: 5 and 5.0, contexts in any order; true and 1 are two things."""
    if isinstance(value, Mapping):
        return "context", frozenset((name, key(inner)) for name, inner in value.items() if inner is not None)
    if isinstance(value, list | tuple):
        return "list", tuple(map(key, value))
    if isinstance(value, bool):
        return "flag", value
    return ("number", Decimal(str(value))) if isinstance(value, int | float | Decimal) else value


def outputs(before: Any, after: Any) -> list[tuple[str, Any, Any]]:
    """(output, before, after) of each output that differs; contexts by their entries, all else as one output ""."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        pairs = [(name, before.get(name), after.get(name)) for name in {**before, **after}]
    else:
        pairs = [("", before, after)]
    return [pair for pair in pairs if key(pair[1]) != key(pair[2])]


def rows(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Rows, ...]:
    """By the traces: the tables in which another rule matched, or the same one gave something else."""
    old, new = _matched(before), _matched(after)
    found = []
    for place in {**new, **old}:
        was, would = old.get(place, ()), new.get(place, ())
        if [one[1:] for one in was] != [one[1:] for one in would]:
            found.append(Rows(place[0], tuple(one[0] for one in was), tuple(one[0] for one in would)))
    return tuple(found)


def _matched(trace: Mapping[str, Any]) -> dict[tuple[str, int], tuple[tuple[int, Any, Hashable], ...]]:
    """(decision, how many times it was asked before) -> (row, rule, what it gave) of each match."""
    found: dict[tuple[str, int], tuple[tuple[int, Any, Hashable], ...]] = {}
    for table in trace.get("tables", ()):
        name = str(table["decision"])
        times = sum(1 for known in found if known[0] == name)
        found[name, times] = tuple((one["row"], one["rule"] or one["row"], key(one["outputs"]))
                                   for one in table["matched"])
    return found


def shown(value: Any, texts: Collection[str]) -> Any:
    """A value for people who may not read the cases: texts only where a table says them itself, or they are times."""
    if isinstance(value, Mapping):
        return {name: shown(inner, texts) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [shown(inner, texts) for inner in value]
    if isinstance(value, str) and value and value not in texts and not _MOMENT.fullmatch(value):
        return HIDDEN
    return value


class Tally:
    """Counts pairs. A sample is given as what makes it, and made only while there is room; None: not to be shown."""

    def __init__(self) -> None:
        self.same = self.different = 0
        self._groups: dict[Hashable, Group] = {}
        self._failures: dict[Hashable, Trouble] = {}
        self._not_judged: dict[Hashable, Trouble] = {}

    def differ(self, found: list[tuple[str, Any, Any]], already: bool, sample: Callable[[], Sample] | None) -> None:
        """One decision that would be answered otherwise, in each of these outputs; it counts once as different."""
        self.different += 1
        made = None
        for output, before, after in found:
            place = output, key(before), key(after)
            group = self._groups.setdefault(place, Group(output, before, after))
            group.count += 1
            group.already += already
            if sample is not None and len(group.samples) < SAMPLES:
                made = made or sample()
                group.samples.append(made)

    def fail(self, error: YikouError, sample: Callable[[], Sample] | None) -> None:
        """One that the changed table cannot answer: rows that contradict each other, or too much work."""
        _note(self._failures, error.message, error.params, sample)

    def leave(self, message: str, params: Mapping[str, Any], sample: Callable[[], Sample] | None) -> None:
        """One that cannot be judged."""
        _note(self._not_judged, message, params, sample)

    def groups(self) -> list[Group]:
        """The outputs with most differences first, in each the largest group first."""
        totals: dict[str, int] = {}
        for one in self._groups.values():
            totals[one.output] = totals.get(one.output, 0) + one.count
        return sorted(self._groups.values(), key=lambda one: (-totals[one.output], one.output, -one.count))

    def failures(self) -> list[Trouble]:
        """The most frequent first."""
        return _by_count(self._failures)

    def not_judged(self) -> list[Trouble]:
        """The most frequent first."""
        return _by_count(self._not_judged)


def _note(found: dict[Hashable, Trouble], message: str, params: Mapping[str, Any],
          sample: Callable[[], Sample] | None) -> None:
    one = found.setdefault((message, key(params)), Trouble(message, params))
    one.count += 1
    if sample is not None and len(one.samples) < SAMPLES:
        one.samples.append(sample())


def _by_count(found: Mapping[Hashable, Trouble]) -> list[Trouble]:
    return sorted(found.values(), key=lambda one: -one.count)
