"""A changed decision table asked again about the real cases of an office: what would have been different."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app import catalog, dmn, feel
from app.auth import policy
from app.cases import outside
from app.cases.backtest import comparing, records
from app.cases.backtest.dates import Dates, Pair
from app.cases.backtest.records import Forms, Past
from app.cases.backtest.variables import Asked, Found, recovered
from app.cases.backtest.views import Backtest, Sample
from app.kernel import clock
from app.kernel.commands import Actor
from app.kernel.errors import Invalid, NotFound, YikouError, msg
from app.tenancy import settings, zones

KIND = "decision"
LONGEST = 3660
UNKEPT = msg("The changed table asks for %(names)s, and the value of then was not kept.")
ERASED = msg("The traces were erased together with the data of the person.")


def compare(session: Session, tenant_id: UUID, decision_id: str, data: bytes, *, days: int, actor: Actor,
            file: str | None = None, most: int | None = None, seconds: float | None = None,
            progress: Callable[[int, int], None] | None = None) -> Backtest:
    """The decisions of the last `days` days, newest first, beside what the table in `data` answers to the same.

    It ends after `most` decisions or `seconds`, and says so. `progress` hears (asked, in all). Samples are made for
    whoever may read cases, of the cases that they may read. Only the session's office counts. Nothing is stored.
    Raises DefinitionError for a file that cannot be loaded, Invalid for one that does not make the decision.
    """
    if not 1 <= days <= LONGEST:
        raise Invalid(msg("Between 1 and %(most)s days, not %(days)s."), most=LONGEST, days=days)
    named = file or catalog.kind_named(KIND).path(decision_id)
    model = dmn.load(data, named)
    if decision_id not in model.decisions:
        raise Invalid(msg("The file %(file)s makes no decision %(id)s."), file=named, id=decision_id)
    since = clock.now() - timedelta(days=days)
    found = Backtest(decision_id, days, since, records.count(session, decision_id, since))
    run = _Run(session, tenant_id, model, found, actor, dmn.literals(data, named))
    until = None if seconds is None else time.monotonic() + seconds
    for part in records.parts(session, decision_id, since):
        run.part(part, most, until)
        if progress is not None:
            progress(found.asked, found.records)
        if found.cut:
            break
    run.finish()
    return found


class _Run:
    """One comparison under way."""

    def __init__(self, session: Session, tenant_id: UUID, model: dmn.Model, found: Backtest, actor: Actor,
                 texts: frozenset[str]) -> None:
        self.session, self.tenant_id, self.model, self.found = session, tenant_id, model, found
        self.zone: ZoneInfo = zones.zone_of(session, tenant_id)
        self.needed = dmn.needed(model, found.decision_id)
        self.tally, self.dates = comparing.Tally(), Dates(session, tenant_id, clock.now())
        self.texts, self._settings = set(texts), dict[str, Any]()
        self._valued: set[str] = set()
        self._versions: dict[str, tuple[Asked, dmn.Model | None]] = {}
        self._live = catalog.live(session, tenant_id, KIND, found.decision_id)
        found.samples_shown = policy.can(actor, "case.read")
        self._bound = outside.bound_to(actor, outside.provider_units(session))

    def part(self, part: list[Past], most: int | None, until: float | None) -> None:
        """Some decisions; it ends where the bounds are reached."""
        forms, pairs = Forms(self.session, part), list[Pair]()
        for past in part:
            if most is not None and self.found.asked >= most:
                self.found.cut = "most"
            elif until is not None and time.monotonic() > until:
                self.found.cut = "time"
            if self.found.cut:
                break
            self.found.asked += 1
            self.found.oldest = past.at
            self.found.versions[past.version] = self.found.versions.get(past.version, 0) + 1
            self._ask(past, forms, pairs)
        self.dates.add(pairs)

    def _ask(self, past: Past, forms: Forms, pairs: list[Pair]) -> None:
        if not past.trace:
            return self.tally.leave(ERASED, {}, self._sample(past))
        known = recovered(self.needed, past.trace, self._version(past.hash)[0], _Later(forms, past), past.columns)
        if known.missing:
            return self.tally.leave(UNKEPT, {"names": ", ".join(known.missing)}, self._sample(past))
        for name, source in known.presumed.items():
            self.found.presumed[name, source] = self.found.presumed.get((name, source), 0) + 1
        self._valued |= {name for name, value in known.values.items() if value is not None}
        try:
            result = dmn.settled(self._decide(self.model, known, past.at))
            after = feel.to_json(result.value)
        except YikouError as error:
            return self.tally.fail(error, self._sample(
                past, before=past.value, presumed=bool(known.presumed)))
        differing = comparing.outputs(past.value, after)
        pairs.append(Pair(past.case_id, past.at, past.value, after, past.number if self._shows(past) else None))
        if not differing:
            self.tally.same += 1
            return None
        self.tally.differ(differing, self._already(past, forms, after), self._sample(
            past, result=result, before=past.value, after=after, presumed=bool(known.presumed)))
        return None

    def _decide(self, model: dmn.Model, known: Found, at: datetime) -> dmn.DecisionResult:
        return dmn.decide(model, self.found.decision_id, known.values, now=at.astimezone(self.zone),
                          functions={"setting": self._setting})

    def _setting(self, name: Any) -> Any:
        """As it is now: what it was then is not kept."""
        if isinstance(name, str) and name not in self._settings:
            self._settings[name] = settings.value(self.session, name)
        return self._settings.get(name)

    def _already(self, past: Past, forms: Forms, after: Any) -> bool:
        """Whether the version in force, another than the one that decided, answers as the changed table does."""
        if self._live is None or self._live.hash == past.hash:
            return False
        model = self._version(self._live.hash)[1]
        if model is None or self.found.decision_id not in model.decisions:
            return False
        known = recovered(dmn.needed(model, self.found.decision_id), past.trace, self._version(past.hash)[0],
                          _Later(forms, past), past.columns)
        try:
            now = dmn.settled(self._decide(model, known, past.at)).value
            return not known.missing and comparing.key(feel.to_json(now)) == comparing.key(after)
        except YikouError:
            return False

    def _version(self, definition_hash: str) -> tuple[Asked, dmn.Model | None]:
        """How a version names its inputs, and its model; empty for one that is not there any more."""
        if definition_hash not in self._versions:
            try:
                published, model = catalog.compiled_by_hash(self.session, self.tenant_id, definition_hash)
            except NotFound:
                self._versions[definition_hash] = Asked(), None
            else:
                file = published.file or published.key
                self.texts |= dmn.literals(published.data, file)
                self._versions[definition_hash] = Asked.of(published.data, file, model), model
        return self._versions[definition_hash]

    def _sample(self, past: Past, **more: Any) -> Callable[[], Sample] | None:
        """None where the reader may not see the case."""
        return partial(_made, past, **more) if self._shows(past) else None

    def _shows(self, past: Past) -> bool:
        return self.found.samples_shown and (self._bound is None or past.unit in self._bound)

    def finish(self) -> None:
        """Order what was counted, and leave out texts that no table says."""
        found, hide = self.found, partial(comparing.shown, texts=self.texts)
        found.same, found.different = self.tally.same, self.tally.different
        found.groups, found.failures, found.not_judged = (
            self.tally.groups(), self.tally.failures(), self.tally.not_judged())
        found.settings, found.dates = tuple(sorted(self._settings)), self.dates.shifts()
        judged = found.asked > found.unjudged
        found.valueless = tuple(sorted(self.needed - self._valued)) if judged else ()
        for one in found.groups:
            one.before, one.after = hide(one.before), hide(one.after)
            one.samples = [_hidden(each, hide) for each in one.samples]
        for failure in found.failures:
            failure.samples = [_hidden(each, hide) for each in failure.samples]


class _Later:
    """Forms of a case, looked for only when they are gone through."""

    def __init__(self, forms: Forms, past: Past) -> None:
        self.forms, self.past = forms, past

    def __iter__(self) -> Any:
        return self.forms.before(self.past)


def _made(past: Past, result: dmn.DecisionResult | None = None, before: Any = None, after: Any = None,
          presumed: bool = False) -> Sample:
    if result is None:
        return Sample(past.case_id, past.number, past.at, past.version, before, presumed=presumed)
    differing = tuple(name for name, _was, _would in comparing.outputs(before, after))
    return Sample(past.case_id, past.number, past.at, past.version, before, after, differing,
                  comparing.rows(past.trace, result.trace),
                  tuple(result.trace["reasons"]) if after is None else (), presumed)


def _hidden(one: Sample, hide: Callable[[Any], Any]) -> Sample:
    return replace(one, before=hide(one.before), after=hide(one.after))
