"""Scenarios of a rule file: events that come in, and at which of them the rule is to fire. They stand in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from app.catalog import YamlBlock, read_yaml
from app.kernel import events
from app.kernel.errors import Problem, msg
from app.rules import paper, schemas
from app.rules.conditions import ALIASES, Seen, fields_of
from app.rules.language import GRACE, Rule
from app.rules.reading import load_rule
from app.rules.rulesets import RuleSet

BEGIN = datetime(2026, 1, 5, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
"""When every scenario begins: a Monday morning."""
OFFICE = UUID(int=(0x7 << 76) | (0b10 << 62) | 1)
MOST, MOST_EVENTS, MOST_NAME = 30, 50, 200
"""So many that the slowest sequence over them takes a few seconds at most: a page checks them while somebody types."""
KEYS, EVENT_KEYS = ("name", "events", "fires"), ("event", "at")


@dataclass(frozen=True)
class Scenario:
    """`events`: what comes in, numbered from 1; `fires`: numbers of the last event of each firing, in order.

    An absence fires at the number of the event after which something was awaited.
    """

    name: str
    events: tuple[Seen, ...]
    fires: tuple[int, ...]
    place: tuple[int, int] = (1, 1)


def read(data: bytes, file: str) -> tuple[list[Scenario], list[Problem]]:
    """The scenarios of a sound rule file, and what is wrong with them."""
    reader = _Reader(file)
    top = read_yaml(data, file)
    return (reader.all(top) if isinstance(top, YamlBlock) and "scenarios" in top else []), reader.problems


def fired(rule: Rule, scenario: Scenario) -> tuple[int, ...]:
    """Where the rule fires, the clock running on until nothing is awaited any more."""
    judge, rules, zone = paper.judge(rule), RuleSet((rule,)), ZoneInfo("Asia/Shanghai")
    found = [judge.take(task) for seen in scenario.events for task in rules.tasks(seen, zone)]
    last = max((seen.at for seen in scenario.events), default=BEGIN)
    rest = judge.rest(last + rule.within + 2 * GRACE)
    return tuple(sorted(one.events[-1].number for one in [*found, *rest] if one is not None))


def told_otherwise(data: bytes, file: str) -> list[Problem]:
    """Faults of the scenarios, and each that the rule answers otherwise than it tells."""
    scenarios, problems = read(data, file)
    if problems:
        return problems
    rule = load_rule(data, file)
    for one in scenarios:
        got = fired(rule, one)
        if got != one.fires:
            problems.append(Problem(
                "scenario", msg("Scenario %(name)s: fires at %(got)s, and %(told)s was told."),
                {"name": one.name, "got": _said(got), "told": _said(one.fires)}, file=file, line=one.place[0],
                column=one.place[1]))
    return problems


def _said(numbers: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, numbers))}]"


class _Reader:
    """Reads the block once; what has a fault is told and left out."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def add(self, place: tuple[int, int], message: str, **params: Any) -> None:
        """Note a problem at (line, column)."""
        self.problems.append(Problem("scenario", message, params, file=self.file, line=place[0], column=place[1]))

    def all(self, top: YamlBlock) -> list[Scenario]:
        """Every scenario."""
        given = top["scenarios"]
        if not isinstance(given, list) or not 1 <= len(given) <= MOST:
            self.add(top.value_place("scenarios"), msg("scenarios is a list of 1 to %(most)s scenarios."), most=MOST)
            return []
        return [found for one in given if (found := self.one(one, top)) is not None]

    def one(self, block: Any, top: YamlBlock) -> Scenario | None:
        """One scenario with its name, its events and where the rule fires."""
        if not isinstance(block, YamlBlock):
            self.add(top.value_place("scenarios"), msg("A scenario has a name, events and fires."))
            return None
        self.keys(block, KEYS, ())
        name, given, fires = block.get("name"), block.get("events"), block.get("fires")
        if not isinstance(name, str) or not 0 < len(name) <= MOST_NAME:
            self.add(block.value_place("name"), msg("A text of at most %(limit)s characters was expected."),
                     limit=MOST_NAME)
        if not isinstance(given, list) or not 1 <= len(given) <= MOST_EVENTS:
            self.add(block.value_place("events"), msg("events is a list of 1 to %(most)s events."), most=MOST_EVENTS)
            return None
        found = [self.event(one, number, block) for number, one in enumerate(given, 1)]
        if not isinstance(fires, list) or any(isinstance(one, bool) or not isinstance(one, int)
                                              or not 1 <= one <= len(given) for one in fires):
            self.add(block.value_place("fires"),
                     msg("fires is a list of numbers from 1 to %(most)s: the events at which the rule fires."),
                     most=len(given))
            return None
        whole = tuple(one for one in found if one is not None)
        return Scenario(str(name), whole, tuple(sorted(fires)), (block.line, block.column))

    def event(self, block: Any, number: int, of: YamlBlock) -> Seen | None:
        """One event: its type, how long after the beginning, and fields by name; others have no value."""
        if not isinstance(block, YamlBlock):
            self.add(of.value_place("events"), msg("An event was expected here: {event: ..., at: PT0S, ...}"))
            return None
        name = block.get("event")
        if not isinstance(name, str) or name not in events.REGISTRY:
            near = get_close_matches(str(name), sorted(events.REGISTRY), 1)
            text = (msg("There is no event %(name)s. Is it %(near)s?") if near else msg("There is no event %(name)s."))
            self.add(block.value_place("event"), text, name=str(name)[:60], near=near[0] if near else "")
            return None
        kinds = fields_of(name)
        self.keys(block, (*EVENT_KEYS, *(one for one in kinds if one not in ("at", "type"))), kinds)
        after = timedelta() if block.get("at", "PT0S") == "PT0S" else schemas.span(block.get("at"))
        if after is None:
            text, params = schemas.not_a_span(block.get("at"))
            self.add(block.value_place("at"), text, **params)
            return None
        fields = {ALIASES.get(key, key): self.value(block, key, kinds[key]) for key in block
                  if key in kinds and key not in EVENT_KEYS}
        case_id = _id(fields.get("case_id"))
        return Seen(OFFICE, number, _id(f"event {number}") or OFFICE, name, BEGIN + after, BEGIN + after, case_id,
                    {key: str(one) if isinstance(one, UUID) else one for key, one in fields.items()})

    def value(self, block: YamlBlock, key: str, kind: str) -> Any:
        """A field's value; ids are written as any short text."""
        value = block[key]
        fits = {"id": str, "code": str, "integer": int, "boolean": bool, "number": int, "time": str}[kind]
        if value is not None and (not isinstance(value, fits) or (isinstance(value, bool) and fits is int)):
            self.add(block.value_place(key), WRONG[kind], name=key)
            return None
        return _id(value) if kind == "id" else value

    def keys(self, block: YamlBlock, allowed: tuple[str, ...], optional: Mapping[str, Any] | tuple[str, ...]) -> None:
        """These keys only, and those that are not optional."""
        for key in block:
            if key not in allowed:
                near = get_close_matches(key, allowed, 1)
                text = (msg("There is no key %(name)s here. Is it %(near)s?") if near
                        else msg("There is no key %(name)s here."))
                self.add(block.place_of(key), text, name=key[:60], near=near[0] if near else "")
        for key in allowed:
            if key not in block and key not in optional and key != "at":
                self.add((block.line, block.column), msg("The key %(key)s is missing."), key=key)


WRONG = {
    "id": msg("%(name)s is an id: any short text."), "code": msg("%(name)s is a code: a text."),
    "integer": msg("%(name)s is a whole number."), "boolean": msg("%(name)s is true or false."),
    "number": msg("%(name)s is a number."), "time": msg("%(name)s is a time: a text such as 2026-01-05T09:00:00Z."),
}


def _id(value: Any) -> UUID | None:
    """The same id for the same text."""
    return None if value is None else uuid5(NAMESPACE_URL, str(value))
