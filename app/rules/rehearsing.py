"""A changed rule over the real events of the last days, on their own times: what it would have noticed and done.

Old and new go over the same events, so that what differs comes from the change. Nothing is stored, nobody is told.
Three things are taken for granted: what a rule's own deeds brought about stays in the stream as it was; an order is
answered when its time is over, so that a case can get another one; and events are known when they happen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import catalog
from app.cases.model import Case
from app.kernel.errors import Invalid, YikouError, msg
from app.rules import paper, stream
from app.rules.conditions import Seen
from app.rules.language import KIND, ActionCall, Rule
from app.rules.reading import load_rule
from app.rules.rulesets import RuleSet
from app.tenancy import settings, zones

LONGEST = 3660
CHUNK = 2_000
ORDER = "open_supervision"
MANY = "rule_firings_many"
"""The setting: a rule that would have fired more often warns."""
USUAL_MANY = 100
STAYS_OPEN = timedelta(days=3)
"""About the usual limit of an order; the table `time_limit` has the true one, which hangs on the calendar."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class PaperFiring:
    """A rule would have fired. `actions`: names of those that would have been done, in their order; an action that
    the state of the case would have skipped is left out."""

    rule: str
    at: datetime
    event_ids: tuple[UUID, ...]
    case_ids: tuple[UUID, ...]
    actions: tuple[str, ...]


@dataclass(frozen=True)
class RuleRehearsal:
    """Firings by time. `old`: of the version in force, empty where there is none. `events`: how many of the types of
    either were looked at, `many`: the number of firings from which a rule warns."""

    key: str
    days: int
    since: datetime
    old: list[PaperFiring] = field(default_factory=list)
    new: list[PaperFiring] = field(default_factory=list)
    events: int = 0
    seconds: float = 0.0
    many: int = USUAL_MANY

    @property
    def too_many(self) -> bool:
        """Whether the changed rule would have fired so often that somebody should look before it is published."""
        return len(self.new) > self.many

    @property
    def gone(self) -> list[PaperFiring]:
        """Firings of the old one that the new one would not have had."""
        kept = {one.event_ids for one in self.new}
        return [one for one in self.old if one.event_ids not in kept]

    @property
    def added(self) -> list[PaperFiring]:
        """Firings of the new one only."""
        known = {one.event_ids for one in self.old}
        return [one for one in self.new if one.event_ids not in known]

    def orders(self, firings: Iterable[PaperFiring]) -> int:
        """How many orders these would have opened."""
        return sum(one.actions.count(ORDER) for one in firings)


def rehearse(session: Session, tenant_id: UUID, source: bytes, days: int, now: datetime,
             progress: Progress | None = None) -> RuleRehearsal:
    """The rule in `source` beside the version in force of the same name, over the events of the last `days` days.

    Counts, sequences and waits begin empty one window before. `progress` hears (numbers passed, in all). Raises
    DefinitionError for a file that is no rule, Invalid for a number of days out of range.
    """
    if not 1 <= days <= LONGEST:
        raise Invalid(msg("Between 1 and %(most)s days, not %(days)s."), most=LONGEST, days=days)
    begun, since = time.monotonic(), now - timedelta(days=days)
    new = load_rule(source, catalog.kind_named(KIND).path("rule"))
    old = _in_force(session, tenant_id, new.key)
    runs = [_Run(session, rule, zones.zone_of(session, tenant_id)) for rule in (old, new) if rule is not None]
    back = since - max(run.rule.memory for run in runs)
    events = 0
    for part in _parts(session, [run.rules for run in runs], back, now, progress):
        for seen in part:
            events += seen.at >= since
            for run in runs:
                run.take(seen)
    firings = [run.firings(since, now) for run in runs]
    return RuleRehearsal(new.key, days, since, firings[0] if old is not None else [], firings[-1], events,
                         time.monotonic() - begun, int(settings.value(session, MANY, USUAL_MANY)))


def _in_force(session: Session, tenant_id: UUID, key: str) -> Rule | None:
    """The rule as published; None where there is none, or it cannot be read by this version of the application."""
    if catalog.live(session, tenant_id, KIND, key) is None:
        return None
    try:
        found: Rule = catalog.compiled(session, tenant_id, KIND, key)[1]
    except YikouError:
        return None
    return found


def _parts(session: Session, rules: list[RuleSet], back: datetime, now: datetime,
           progress: Progress | None) -> Iterator[list[Seen]]:
    """The events that concern a rule, by number, a part at a time."""
    types = {name for one in rules for name in one.by_event}
    residents = any(one.asks_residents for one in rules)
    first, newest = stream.first_number_since(session, back), stream.head(session)
    low = first
    while low < newest:
        part = stream.forward(session, low, newest, types, CHUNK, residents=residents)
        low = part[-1].number if len(part) == CHUNK else newest
        if progress is not None:
            progress(low - first, newest - first)
        yield [one for one in part if back <= one.at <= now]


class _Run:
    """One rule over the stream."""

    def __init__(self, session: Session, rule: Rule, zone: ZoneInfo) -> None:
        self.session, self.rule, self.zone = session, rule, zone
        self.rules, self.judge = RuleSet((rule,)), paper.judge(rule)
        self._noticed: list[paper.Noticed] = []

    def take(self, seen: Seen) -> None:
        """The next event."""
        for task in self.rules.tasks(seen, self.zone):
            found = self.judge.take(task)
            if found is not None:
                self._noticed.append(found)

    def firings(self, since: datetime, now: datetime) -> list[PaperFiring]:
        """Those from `since` on, with what would have been done."""
        noticed = sorted([*self._noticed, *self.judge.rest(now)], key=lambda one: (one.at, one.events[-1].number))
        noticed = [one for one in noticed if since <= one.at <= now]
        ends, ordered = self._ends(noticed), dict[str, datetime]()
        return [PaperFiring(
            self.rule.key, one.at, tuple(seen.id for seen in one.events),
            tuple(dict.fromkeys(seen.case_id for seen in one.events if seen.case_id is not None)),
            tuple(self._deeds(one, ends, ordered))) for one in noticed]

    def _ends(self, noticed: list[paper.Noticed]) -> dict[UUID, datetime]:
        """Case -> when it was closed; asked for absences only, which do nothing about a closed case."""
        if self.rule.shape != "absence":
            return {}
        cases = sorted({one.events[-1].case_id for one in noticed} - {None}, key=str)
        found: dict[UUID, datetime] = {}
        for at in range(0, len(cases), CHUNK):
            query = select(Case.id, Case.closed_at).where(Case.id.in_(cases[at:at + CHUNK]))
            found |= {row[0]: row[1] for row in self.session.execute(query) if row[1] is not None}
        return found

    def _deeds(self, one: paper.Noticed, ends: dict[UUID, datetime], ordered: dict[str, datetime]) -> Iterator[str]:
        last = one.events[-1]
        if last.case_id is None or one.at > ends.get(last.case_id, one.at):
            return
        for call in self.rule.actions:
            if call.action == ORDER and not _opens(call, one.at, last, ordered):
                continue
            yield call.action


def _opens(call: ActionCall, at: datetime, last: Seen, ordered: dict[str, datetime]) -> bool:
    """Whether an order would be opened: a unit has the case, and none of the rule is open."""
    unit = last.fields.get("unit")
    about = str(unit if call.params.get("about") == "unit" else last.case_id)
    if unit is None or ordered.get(about, at) > at:
        return False
    ordered[about] = at + STAYS_OPEN
    return True

