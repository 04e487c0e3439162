"""A rehearsed rule in the one shape in which every change tried on the past is told: see `app.cases.backtest.views`.

Records are events, asked are firings of the old rule or the new one. Outputs are `fires` and each action by its name,
with true and false.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import policy
from app.cases import backtest
from app.cases import queries as cases
from app.cases.model import Case
from app.kernel import clock
from app.kernel.commands import Actor
from app.kernel.errors import Invalid, msg
from app.rules.language import KIND
from app.rules.rehearsing import PaperFiring, Progress, RuleRehearsal, rehearse

FIRES = "fires"
MOST_SAMPLES = 20
MANY = msg("The rule would have fired %(count)s times in %(days)s days, which is more than %(most)s. "
           "Please look at the examples before it is published.")


class _Known(NamedTuple):
    number: str
    unit: str | None


def over_events(session: Session, tenant_id: UUID, source: bytes, *, days: int, actor: Actor,
                seconds: float | None = None, progress: Progress | None = None) -> backtest.Backtest:
    """The changed rule beside the one in force; samples of the cases that the reader may see. See `rehearse`.

    Raises Invalid when it takes more than `seconds`: of half of the events nothing would follow.
    """
    until = None if seconds is None else time.monotonic() + seconds

    def heard(done: int, total: int) -> None:
        if until is not None and time.monotonic() > until and done < total:
            raise Invalid(msg("So many events take longer than a page may. Please choose fewer days."))
        if progress is not None:
            progress(done, total)

    return told(session, rehearse(session, tenant_id, source, days, clock.now(), heard), actor)


def told(session: Session, found: RuleRehearsal, actor: Actor) -> backtest.Backtest:
    """A rehearsal as a comparison."""
    old, new = ({one.event_ids: one for one in firings} for firings in (found.old, found.new))
    result = backtest.Backtest(found.key, found.days, found.since, found.events, asked=len({*old, *new}), kind=KIND)
    result.samples_shown = policy.can(actor, "case.read")
    shown = _shown(session, actor, [*found.old, *found.new]) if result.samples_shown else {}
    groups: dict[tuple[str, bool, bool], backtest.Group] = {}
    for ids in sorted({*old, *new}, key=lambda ids: _at(old, new, ids), reverse=True):
        was, would = old.get(ids), new.get(ids)
        differing = _differing(was, would)
        result.different += bool(differing)
        result.same += not differing
        for output, before, after in differing:
            group = groups.setdefault((output, before, after), backtest.Group(output, before, after))
            group.count += 1
            _sample(group, would or was, shown)
    result.groups = sorted(groups.values(), key=lambda one: (one.output != FIRES, one.output, -one.count))
    if found.too_many:
        result.warnings.append(backtest.Trouble(MANY, {"count": len(found.new), "days": found.days, "most": found.many},
                                       len(found.new)))
    return result


def _at(old: Mapping[tuple[UUID, ...], PaperFiring], new: Mapping[tuple[UUID, ...], PaperFiring],
        ids: tuple[UUID, ...]) -> datetime:
    return (new[ids] if ids in new else old[ids]).at


def _differing(was: PaperFiring | None, would: PaperFiring | None) -> list[tuple[str, bool, bool]]:
    """(output, before, after) of what the one does and the other does not."""
    before, after = set(was.actions) if was else set(), set(would.actions) if would else set()
    fires = [(FIRES, was is not None, would is not None)] if (was is None) != (would is None) else []
    return fires + [(name, name in before, name in after) for name in sorted(before ^ after)]


def _shown(session: Session, actor: Actor, firings: Iterable[PaperFiring]) -> dict[UUID, _Known]:
    """The cases of which examples may be made."""
    ids = sorted({one for firing in firings for one in firing.case_ids}, key=str)
    bound = cases.bound_units(session, actor)
    found: dict[UUID, _Known] = {}
    for at in range(0, len(ids), 1_000):
        for row in session.execute(select(Case.id, Case.number, Case.unit).where(Case.id.in_(ids[at:at + 1_000]))):
            if bound is None or row[2] in bound:
                found[row[0]] = _Known(row[1], row[2])
    return found


def _sample(group: backtest.Group, one: PaperFiring | None, shown: Mapping[UUID, _Known]) -> None:
    """An example: the last case that the firing is about."""
    case_id = next((each for each in reversed(one.case_ids) if each in shown), None) if one else None
    if one is not None and case_id is not None and len(group.samples) < MOST_SAMPLES:
        group.samples.append(backtest.Sample(case_id, shown[case_id].number, one.at, 0, group.before, group.after))


