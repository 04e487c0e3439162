"""Scenario files of processes: told steps and what they must lead to. Playing them is `rehearsal`'s work."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.kernel.errors import DefinitionError, Problem, msg

TOP_KEYS = frozenset({"process", "auto", "variables", "answers", "paths", "scenarios"})
SCENARIO_KEYS = frozenset({"name", "auto", "variables", "answers", "steps", "expect", "start", "with"})
DEEDS: dict[str, frozenset[str]] = {
    "do": frozenset({"with", "of", "by"}), "job": frozenset({"with", "error", "fails", "silent"}), "fire": frozenset(),
    "send": frozenset({"with"}), "expect": frozenset(), "use": frozenset(),
}
"""What a step may be, and which keys go with it."""
EXPECTATIONS = frozenset({
    "open", "waiting", "completed", "outcome", "variables", "phases", "phase", "told", "entries", "clocks",
    "groups", "jobs", "ended", "columns", "decisions", "due",
    "barred", "failed", "silent",
})
MAX_NESTING = 8
PERSON = re.compile(r"\w{1,20}")


@dataclass(frozen=True)
class Deed:
    """One step. `kind`: do (a user task), job, fire (a timer), send (a message), expect. `by`: who does it, a letter;
    `outcome` of a job: empty, `fails` (as often as it may, for good) or `silent` (nobody ever answers)."""

    kind: str
    target: Any
    values: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    of: Mapping[str, Any] = field(default_factory=dict)
    line: int = 1
    by: str | None = None
    outcome: str = ""


@dataclass(frozen=True)
class Scenario:
    """A told run. `auto`: job types that are completed at once, with nothing. `answers`: decision id -> value
    that stands in for the table. `start`: the start event, None for the plain one; `brought` with its trigger."""

    name: str
    process_id: str
    variables: Mapping[str, Any]
    deeds: tuple[Deed, ...]
    auto: frozenset[str]
    answers: Mapping[str, Any]
    file: str
    line: int = 1
    start: str | None = None
    brought: Mapping[str, Any] = field(default_factory=dict)


def scenarios(document: Any, file: str) -> list[Scenario]:
    """The scenarios of a parsed file. Raises DefinitionError for anything it does not know."""
    return _Reading(file).top(document)


class _Reading:
    def __init__(self, file: str) -> None:
        self.file = file
        self.paths: Mapping[str, Any] = {}

    def fail(self, place: Any, message: str, **params: Any) -> DefinitionError:
        return DefinitionError([Problem("scenario", message, params, file=self.file, line=line_of(place))])

    def mapping(self, value: Any, place: Any, known: frozenset[str] | None = None) -> Mapping[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise self.fail(place, msg("An object was expected here."))
        for key in value.keys() - (known if known is not None else value.keys()):
            raise self.fail(value, msg("A scenario has no key %(key)s here."), key=str(key))
        return value

    def top(self, document: Any) -> list[Scenario]:
        top = self.mapping(document, document, TOP_KEYS)
        if not isinstance(top.get("process"), str) or not isinstance(top.get("scenarios"), list):
            raise self.fail(document, msg("A scenario file names its process and lists scenarios."))
        self.paths = self.mapping(top.get("paths"), document)
        return [self.scenario(item, top) for item in top["scenarios"]]

    def scenario(self, item: Any, top: Mapping[str, Any]) -> Scenario:
        item = self.mapping(item, item, SCENARIO_KEYS)
        if not isinstance(item.get("name"), str):
            raise self.fail(item, msg("A scenario needs a name."))
        deeds = list(self.deeds(item.get("steps") or [], item, 0))
        if item.get("expect"):
            deeds.append(self.expectation(item["expect"], item))
        if not any(deed.kind == "expect" for deed in deeds):
            raise self.fail(item, msg("The scenario %(name)s expects nothing."), name=item["name"])
        given = [self.mapping(part, item) for part in (top.get("variables"), item.get("variables"))]
        answers = [self.mapping(part, item) for part in (top.get("answers"), item.get("answers"))]
        return Scenario(
            item["name"], top["process"], {**given[0], **given[1]}, tuple(deeds),
            self.auto(item if "auto" in item else top), {**answers[0], **answers[1]}, self.file, line_of(item),
            self.start(item), self.mapping(item.get("with"), item))

    def auto(self, place: Mapping[str, Any]) -> frozenset[str]:
        found = place.get("auto") or ()
        if not isinstance(found, list | tuple) or not all(isinstance(one, str) for one in found):
            raise self.fail(place, msg("What is done by itself is a list of job types."))
        return frozenset(found)

    def start(self, item: Mapping[str, Any]) -> str | None:
        start = item.get("start")
        if start is not None and not isinstance(start, str):
            raise self.fail(item, msg("The start of a scenario is the id of a start event."))
        if item.get("with") and start is None:
            raise self.fail(item, msg("Only a start event with a trigger brings values: name it as the start."))
        return start

    def deeds(self, steps: Any, place: Any, depth: int) -> Iterator[Deed]:
        if not isinstance(steps, list) or depth > MAX_NESTING:
            raise self.fail(place, msg("Steps are a list, and paths may not use each other without end."))
        for step in steps:
            step = self.mapping(step, place)
            kind = next((name for name in DEEDS if name in step), None)
            if kind is None:
                raise self.fail(step, msg("A step is one of %(known)s."), known=", ".join(DEEDS))
            self.mapping(step, step, DEEDS[kind] | {kind})
            if kind == "use":
                if step["use"] not in self.paths:
                    raise self.fail(step, msg("There is no path %(name)s."), name=str(step["use"]))
                yield from self.deeds(self.paths[step["use"]], step, depth + 1)
            elif kind == "expect":
                yield self.expectation(step["expect"], step)
            else:
                yield Deed(kind, str(step[kind]), self.mapping(step.get("with"), step), step.get("error"),
                           self.mapping(step.get("of"), step), line_of(step), self.person(step), self.outcome(step))

    def person(self, step: Mapping[str, Any]) -> str | None:
        by = step.get("by")
        if by is not None and not (isinstance(by, str) and PERSON.fullmatch(by)):
            raise self.fail(step, msg("Who does a step is a letter or a short word."))
        return by

    def outcome(self, step: Mapping[str, Any]) -> str:
        said = [name for name in ("fails", "silent", "error") if step.get(name)]
        if len(said) > 1 or any(type(step.get(name, True)) is not bool for name in ("fails", "silent")):
            raise self.fail(step, msg("A job answers, reports an error, fails (fails: true) or never answers "
                                      "(silent: true)."))
        return said[0] if said and said[0] != "error" else ""

    def expectation(self, value: Any, place: Any) -> Deed:
        return Deed("expect", self.mapping(value, place, EXPECTATIONS), line=line_of(value, line_of(place)))


def line_of(place: Any, default: int = 1) -> int:
    """The line of a parsed object, if its reader kept it."""
    line = getattr(place, "line", default)
    return line if isinstance(line, int) else default
