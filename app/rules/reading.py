"""From a rule file to a rule, and to every problem of it with line, column and what was probably meant."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from difflib import get_close_matches
from typing import Any

from app.catalog import Lookup, YamlBlock, read_yaml
from app.feel import Expression, FeelError, FeelSyntaxError, compile_expression
from app.kernel import events
from app.kernel.errors import DefinitionError, Problem, msg
from app.rules import conditions, schemas
from app.rules.language import COUNTED, MODES, SHAPES, ActionCall, Pattern, Rule

ALWAYS = ("rule", "title", "shape", "mode", "then", "scenarios")
ALLOWED: dict[str, tuple[str, ...]] = {
    "match": ("event", "where"), "count": ("event", "where", "by", "n", "window"),
    "count_distinct": ("event", "where", "by", "n", "window", "of"), "sequence": ("by", "within", "steps"),
    "absence": ("after", "expect", "by", "within")}
OPTIONAL = frozenset({"where", "mode", "title", "scenarios"})
MOST_N, MOST_TITLE, MOST_BY, MOST_ACTIONS = 1_000, 120, 4, 10
LONGEST_SEQUENCE = timedelta(days=31)
"""Facts of a sequence stay in memory: a longer window does not fit the child's budget."""


def load_rule(data: bytes, file: str) -> Rule:
    """The compiled rule. Raises DefinitionError with every problem."""
    reader = _Reader(data, file)
    rule = reader.read()
    errors = [one for one in reader.problems if one.severity == "error"]
    if errors or rule is None:
        raise DefinitionError(errors)
    return rule


def lint_rule(data: bytes, file: str, lookup: Lookup | None = None) -> list[Problem]:
    """Every problem of the file; with `lookup` also message templates that are not there."""
    reader = _Reader(data, file)
    reader.read()
    if lookup is not None:
        reader.check_templates(lookup)
    return reader.problems


class _Reader:
    """Reads one file once. A part that has a fault is left out, so that the others are still looked at."""

    def __init__(self, data: bytes, file: str) -> None:
        self.data, self.file = data, file
        self.problems: list[Problem] = []
        self.top: YamlBlock = YamlBlock(1)

    def read(self) -> Rule | None:
        """The rule, or None when it has no shape to go by."""
        try:
            top = read_yaml(self.data, self.file)
        except DefinitionError as error:
            self.problems += error.problems
            return None
        if not isinstance(top, YamlBlock):
            self.add("rule", (1, 1), msg("A rule file is a mapping with rule, shape and then."))
            return None
        self.top = top
        shape = self.one_of(top, "shape", SHAPES)
        mode = self.one_of(top, "mode", MODES) if "mode" in top else "live"
        if shape is None:
            return None
        self.keys(top, (*ALWAYS, *ALLOWED[shape]), OPTIONAL)
        patterns = self.patterns(shape)
        by, of = self.fields(patterns, shape)
        self.has_case(patterns, shape)
        return Rule(
            key=str(top.get("rule")), hash=hashlib.sha256(self.data).hexdigest(), title=self.title(), shape=shape,
            mode=mode or "live", patterns=patterns, by=by, within=self.length(shape), n=self.number(shape), of=of,
            actions=tuple(self.actions()))

    def add(self, code: str, place: tuple[int, int], message: str, severity: str = "error", **params: Any) -> None:
        """Note a problem at (line, column)."""
        self.problems.append(Problem(code, message, params, severity, self.file, place[0], column=place[1]))

    def unknown(self, code: str, place: tuple[int, int], name: Any, known: Iterable[str], plain: str,
                near: str) -> None:
        """An unknown name; `near` is the sentence with a suggestion."""
        found = get_close_matches(str(name), sorted(known), 1)
        if found:
            self.add(code, place, near, name=str(name)[:60], near=found[0])
        else:
            self.add(code, place, plain, name=str(name)[:60])

    def keys(self, block: YamlBlock, allowed: tuple[str, ...], optional: Iterable[str]) -> None:
        """Exactly these keys, the optional ones perhaps."""
        for key in block:
            if key not in allowed:
                self.unknown("unknown_key", block.place_of(key), key, allowed, msg("There is no key %(name)s here."),
                             msg("There is no key %(name)s here. Is it %(near)s?"))
        for key in allowed:
            if key not in block and key not in optional:
                self.add("missing_key", (block.line, block.column), msg("The key %(key)s is missing."), key=key)

    def one_of(self, block: YamlBlock, key: str, known: tuple[str, ...]) -> str | None:
        """A code from a list."""
        value = block.get(key)
        if isinstance(value, str) and value in known:
            return value
        near = get_close_matches(str(value), known, 1) or [known[0]]
        self.add(key, block.value_place(key), msg("%(key)s is one of %(known)s. Is it %(near)s?"), key=key,
                 known=", ".join(known), near=near[0])
        return None

    def title(self) -> str:
        """The name for people, `zh / en`; the key where there is none."""
        value = self.top.get("title", self.top.get("rule"))
        if not isinstance(value, str) or not 0 < len(value.strip()) <= MOST_TITLE:
            self.add("title", self.top.value_place("title"),
                     msg("A text of at most %(limit)s characters was expected."), limit=MOST_TITLE)
        return str(value).strip()

    def patterns(self, shape: str) -> tuple[Pattern, ...]:
        """The events it waits for, in their order."""
        if shape == "sequence":
            steps = self.top.get("steps")
            if not isinstance(steps, list) or not 2 <= len(steps) <= 4:
                self.add("steps", self.top.value_place("steps"), msg("A sequence has 2 to 4 steps."))
                return ()
            found = [self.block_pattern(step, self.top.value_place("steps")) for step in steps]
        elif shape == "absence":
            found = [self.block_pattern(self.top.get(key), self.top.value_place(key)) for key in ("after", "expect")]
        else:
            found = [self.pattern(self.top)]
        return tuple(one for one in found if one is not None)

    def block_pattern(self, block: Any, place: tuple[int, int]) -> Pattern | None:
        """A step: an event and perhaps a condition."""
        if not isinstance(block, YamlBlock):
            self.add("step", place, msg("An event with a condition was expected here: {event: ..., where: ...}"))
            return None
        self.keys(block, ("event", "where"), ("where",))
        return self.pattern(block)

    def pattern(self, block: YamlBlock) -> Pattern | None:
        """The event type and its condition."""
        name = block.get("event")
        if name not in events.REGISTRY or not isinstance(name, str):
            if "event" in block:
                self.unknown("event", block.value_place("event"), name, events.REGISTRY,
                             msg("There is no event %(name)s."), msg("There is no event %(name)s. Is it %(near)s?"))
            return None
        where = self.condition(block, name) if "where" in block else None
        return Pattern(name, where)

    def condition(self, block: YamlBlock, event: str) -> Expression | None:
        """The condition, with names checked against the event's fields."""
        text, place = block.get("where"), block.value_place("where")
        if not isinstance(text, str) or not text.strip():
            self.add("where", place, msg("A condition is a text, for example 'rating >= 4'."))
            return None
        known = conditions.fields_of(event)
        try:
            found = compile_expression(text, functions=())
        except FeelSyntaxError as error:
            line = place[0] + error.line - 1
            column = error.column + (place[1] - 1 if error.line == 1 else 0)
            self.add("where", (line, column), error.message, **error.params)
            return None
        for name in sorted(found.names - known.keys()):
            self.unknown("field", _in_text(place, text, name), name, known, msg("The event has no field %(name)s."),
                         msg("The event has no field %(name)s. Is it %(near)s?"))
        if not found.names - known.keys():
            self.gives_truth(found, event, place)
        return found

    def gives_truth(self, found: Expression, event: str, place: tuple[int, int]) -> None:
        """A condition on values of the right types gives true or false; else it would never hold."""
        try:
            tried = [found.evaluate(one, now=one["at"]) for one in conditions.samples(event, found.source)]
        except FeelError as error:
            self.add("where", place, error.message, **error.params)
            return
        outcome = next((one for one in tried if not isinstance(one.value, bool)), tried[0])
        if outcome.value is None:
            self.add("where", place, msg("With usual values this is neither true nor false: %(reason)s"), "warning",
                     reason="; ".join(outcome.reasons) or "null")
        elif not isinstance(outcome.value, bool):
            self.add("where", place, msg("A condition gives true or false; this gives something else."))

    def fields(self, patterns: tuple[Pattern, ...], shape: str) -> tuple[tuple[str, ...], str | None]:
        """`by` and `of`: fields that every event of the rule has."""
        common = [set(conditions.fields_of(one.event)) - set(conditions.OWN) for one in patterns]
        known = set.intersection(*common) if common else set()
        by = self.top.get("by", [])
        if shape != "match" and (not isinstance(by, list) or not 1 <= len(by) <= MOST_BY):
            self.add("by", self.top.value_place("by"), msg("by is a list of 1 to %(most)s fields."), most=MOST_BY)
            by = []
        of = self.top.get("of") if shape == "count_distinct" else None
        for key, name in [("by", name) for name in by] + ([("of", of)] if "of" in self.top and of is not None else []):
            if name not in known and common:
                self.unknown("field", self.top.value_place(key), name, known, msg("The event has no field %(name)s."),
                             msg("The event has no field %(name)s. Is it %(near)s?"))
        return tuple(str(name) for name in by), str(of) if of is not None else None

    def has_case(self, patterns: tuple[Pattern, ...], shape: str) -> None:
        """Everything is done to the case of the last event, of an absence to that of the first."""
        last = patterns[0 if shape == "absence" else -1] if patterns else None
        if last is not None and "case_id" not in conditions.fields_of(last.event):
            self.add("no_case", self.top.value_place("then"),
                     msg("Events %(name)s belong to no request: nothing can be done about them."), name=last.event)

    def length(self, shape: str) -> timedelta:
        """`within` or `window`; zero for a match."""
        key = {"match": None, "count": "window", "count_distinct": "window"}.get(shape, "within")
        if key is None or key not in self.top:
            return timedelta()
        found = schemas.span(self.top[key])
        if found is None:
            text, params = schemas.not_a_span(self.top[key])
            self.add(key, self.top.value_place(key), text, **params)
        elif shape == "sequence" and found > LONGEST_SEQUENCE:
            self.add(key, self.top.value_place(key),
                     msg("The window is over the memory budget of sequences: at most %(most)s days."),
                     most=LONGEST_SEQUENCE.days)
        return found or timedelta()

    def number(self, shape: str) -> int:
        """How many events a count needs."""
        if shape not in COUNTED:
            return 1
        value = self.top.get("n")
        if isinstance(value, bool) or not isinstance(value, int) or not 2 <= value <= MOST_N:
            self.add("n", self.top.value_place("n"), msg("A whole number from %(least)s to %(most)s was expected."),
                     least=2, most=MOST_N)
            return 2
        return value

    def actions(self) -> list[ActionCall]:
        """What is done, as the registry knows it."""
        given = self.top.get("then")
        if not isinstance(given, list) or not 1 <= len(given) <= MOST_ACTIONS:
            if "then" in self.top:
                self.add("then", self.top.value_place("then"), msg("then is a list of 1 to %(most)s actions."),
                         most=MOST_ACTIONS)
            return []
        return [call for item in given if (call := self.action(item)) is not None]

    def action(self, item: Any) -> ActionCall | None:
        """One action with its parameters."""
        if not isinstance(item, YamlBlock):
            self.add("then", self.top.value_place("then"), msg("An action was expected: {action: ..., params: {...}}"))
            return None
        self.keys(item, ("action", "params"), ("params",))
        name, params = item.get("action"), item.get("params", YamlBlock(item.line, item.column))
        if not isinstance(name, str) or name not in schemas.ACTIONS:
            self.unknown("action", item.value_place("action"), name, schemas.ACTIONS,
                         msg("There is no action %(name)s."), msg("There is no action %(name)s. Is it %(near)s?"))
            return None
        if not isinstance(params, YamlBlock):
            self.add("params", item.value_place("params"), msg("Parameters are a mapping."))
            return None
        schema = schemas.ACTIONS[name]
        self.keys(params, tuple(schema), {key for key, param in schema.items() if not param.required})
        for key, param in schema.items():
            found = schemas.fault(param, params[key]) if key in params else None
            if found is not None:
                self.add("param", params.value_place(key), found[0], **found[1])
        return ActionCall(name, dict(params))

    def check_templates(self, lookup: Lookup) -> None:
        """Message templates that an action names must be there."""
        given = self.top.get("then")
        for item in given if isinstance(given, list) else []:
            params = item.get("params") if isinstance(item, YamlBlock) else None
            name = params.get("template") if isinstance(params, YamlBlock) else None
            if isinstance(params, YamlBlock) and isinstance(name, str) and not lookup.has("message", name):
                self.add("template", params.value_place("template"), msg("There is no message template %(name)s."),
                         name=name)


def _in_text(place: tuple[int, int], text: str, name: str) -> tuple[int, int]:
    """Where a name stands in a condition, as far as a search tells."""
    before = text[:max(0, text.find(name))]
    lines = before.count("\n")
    return (place[0] + lines, len(before) - before.rfind("\n")) if lines else (place[0], place[1] + len(before))
