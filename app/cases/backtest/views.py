"""What a change would have made different in past cases, as plain values; `document` is the JSON of the shell.

One shape for every kind: decision (records are decisions), calendar (clocks), supervision (firings), process (cases).

    {kind, id, days, since, records, asked, same, different, failing, unjudged, cut: null | "most" | "time",
     versions: {version: count}, settings: [name], valueless: [name],
     differences: [{output, before, after, count, already, samples: [SAMPLE]}],
     failures: [{message, count, samples: [SAMPLE]}], not_judged: [{message, count, samples: [SAMPLE]}],
     presumed: [{variable, source: "form" | "case", count}],
     dates: [{clock, past, cases, earlier, later, undated, overdue_before, overdue_after,
              samples: [{case, number, state, before, after, late_before, late_after}]}],
     warnings: [{message, count, samples: []}]}
    SAMPLE: {case, number, at, version, before, after, outputs: [output],
             rows: [{decision, before: [row], after: [row]}], reasons: [text]}

`records` were made in the time, `asked` were looked at; asked = same + different + failing + unjudged. `output` is
empty where the answer is no context. `already`: how many the version in force would answer as the changed table does,
so that they do not come from the change. Rows count from 1, each in its own version. `settings` were read as they are
now; `valueless` are inputs that had no value in any of the decisions. `past` dates are those of clocks that have ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

MOST_MOVED = 20
"""Examples of each clock."""
Words = Callable[..., str]
"""A message id and its parameters -> a text in the reader's language."""


@dataclass(frozen=True)
class Rows:
    """Which rows of a decision's table matched, before and after."""

    decision: str
    before: tuple[int, ...]
    after: tuple[int, ...]


@dataclass(frozen=True)
class Sample:
    """One past decision. `outputs`: those that differ; `presumed`: some variable was not kept with it; `reasons`: why
    the new answer is null.
    """

    case_id: UUID
    number: str
    at: datetime
    version: int
    before: Any = None
    after: Any = None
    outputs: tuple[str, ...] = ()
    rows: tuple[Rows, ...] = ()
    reasons: tuple[str, ...] = ()
    presumed: bool = False


@dataclass
class Group:
    """All decisions with the same difference in an output."""

    output: str
    before: Any
    after: Any
    count: int = 0
    already: int = 0
    samples: list[Sample] = field(default_factory=list)


@dataclass
class Trouble:
    """Decisions that could not be asked again, or that the changed table cannot answer; a message id says why."""

    message: str
    params: Mapping[str, Any]
    count: int = 0
    samples: list[Sample] = field(default_factory=list)


@dataclass(frozen=True)
class Moved:
    """One clock with another date. `after` None: without a limit. `late`: (before, after), at its end or by now."""

    case_id: UUID
    number: str
    state: str
    before: datetime
    after: datetime | None
    late: tuple[bool, bool]


@dataclass
class Shift:
    """What it means for the clocks of a name that run, or of those that ended (`past`). `undated`: no limit there."""

    clock: str
    past: bool = False
    cases: int = 0
    earlier: int = 0
    later: int = 0
    undated: int = 0
    overdue_before: int = 0
    overdue_after: int = 0
    samples: list[Moved] = field(default_factory=list)

    def note(self, before: datetime, after: datetime | None, until: datetime, sample: Moved | None) -> None:
        """Count one clock that runs or ran until `until`; examples that become late or no longer are come first."""
        if after is None:
            self.undated += 1
        else:
            self.cases += 1
            self.earlier += after < before
            self.later += after > before
            self.overdue_before += until > before
            self.overdue_after += until > after
        if sample is None or after == before:
            return
        turns = sample.late[0] != sample.late[1]
        if len(self.samples) < MOST_MOVED:
            self.samples.insert(0 if turns else len(self.samples), sample)
        elif turns and self.samples[-1].late[0] == self.samples[-1].late[1]:
            self.samples[:] = [sample, *self.samples[:-1]]


@dataclass
class Backtest:
    """The whole comparison: see the module."""

    decision_id: str
    days: int
    since: datetime
    records: int
    asked: int = 0
    same: int = 0
    different: int = 0
    cut: str | None = None
    oldest: datetime | None = None
    versions: dict[int, int] = field(default_factory=dict)
    settings: tuple[str, ...] = ()
    valueless: tuple[str, ...] = ()
    groups: list[Group] = field(default_factory=list)
    failures: list[Trouble] = field(default_factory=list)
    not_judged: list[Trouble] = field(default_factory=list)
    presumed: dict[tuple[str, str], int] = field(default_factory=dict)
    dates: list[Shift] = field(default_factory=list)
    samples_shown: bool = False
    kind: str = "decision"
    warnings: list[Trouble] = field(default_factory=list)

    @property
    def failing(self) -> int:
        """Decisions that the changed table cannot make."""
        return sum(one.count for one in self.failures)

    @property
    def unjudged(self) -> int:
        """Decisions of which too little was kept."""
        return sum(one.count for one in self.not_judged)


def document(found: Backtest, words: Words) -> dict[str, Any]:
    """The JSON of the module's description; messages by `words`."""
    return {
        "kind": found.kind, "id": found.decision_id, "days": found.days, "since": found.since,
        "records": found.records, "asked": found.asked, "same": found.same, "different": found.different,
        "failing": found.failing, "unjudged": found.unjudged, "cut": found.cut, "versions": found.versions,
        "settings": list(found.settings), "valueless": list(found.valueless),
        "differences": [{"output": one.output, "before": one.before, "after": one.after, "count": one.count,
                         "already": one.already, "samples": [_sample(each) for each in one.samples]}
                        for one in found.groups],
        "failures": [_trouble(one, words) for one in found.failures],
        "not_judged": [_trouble(one, words) for one in found.not_judged],
        "presumed": [{"variable": name, "source": source, "count": count}
                     for (name, source), count in found.presumed.items()],
        "dates": [_shift(one) for one in found.dates],
        "warnings": [_trouble(one, words) for one in found.warnings],
    }


def _shift(one: Shift) -> dict[str, Any]:
    samples = [{"case": each.case_id, "number": each.number, "state": each.state, "before": each.before,
                "after": each.after, "late_before": each.late[0], "late_after": each.late[1]} for each in one.samples]
    return {**vars(one), "samples": samples}


def _sample(one: Sample) -> dict[str, Any]:
    return {"case": one.case_id, "number": one.number, "at": one.at, "version": one.version, "before": one.before,
            "after": one.after, "outputs": list(one.outputs), "rows": [vars(each) for each in one.rows],
            "reasons": list(one.reasons)}


def _trouble(one: Trouble, words: Words) -> dict[str, Any]:
    return {"message": words(one.message, **one.params), "count": one.count,
            "samples": [_sample(each) for each in one.samples]}
