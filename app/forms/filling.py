"""A form together with what was entered: which fields there are, their values, and which are hidden. No checks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.forms import vocabulary as words
from app.forms.model import Component, Form, is_on
from app.forms.options import Options, OptionSource
from app.forms.scope import Scope, plain
from app.forms.values import Entered, Message, Option, empty_value, read_entry
from app.kernel.errors import Invalid, TooLarge, msg

ROUNDS = 10
"""Conditions may hang on each other; after so many rounds the last answer stands."""
MOST_SLOTS = 5_000
Raw = Mapping[str, str | Sequence[str]]
_ABSENT = object()


@dataclass
class Slot:
    """One place of the filled form: a component, or the same component in one item of a list."""

    component: Component
    name: str
    known: Any = None
    entered: Entered = None
    typed: Any = None
    fault: Message | None = None
    hidden: bool = False
    readonly: bool = False
    disabled: bool = False
    options: list[Option] = field(default_factory=list)
    children: list[Slot] = field(default_factory=list)
    items: list[list[Slot]] = field(default_factory=list)

    @property
    def value(self) -> Any:
        """The typed value: as entered, or as known before where the person may not change it."""
        return self.known if self.readonly or self.disabled else self.typed


class Filling:
    """The slots of one form for one set of entries. `raw` None: shown for the first time."""

    def __init__(self, form: Form, variables: Mapping[str, Any], raw: Raw | None, scope: Scope,
                 source: OptionSource | None) -> None:
        self.form, self.variables, self.raw = form, variables, raw
        self.options = Options(source, variables)
        self.used: set[str] = set()
        self.count = 0
        self.scope = scope.inside({**variables, "locale": scope.locale})
        self.slots = self._slots(form.components, variables, "", "")
        self._settle()

    def unknown(self) -> list[str]:
        """Names that were sent and that the form does not have."""
        return sorted(set(self.raw or {}) - self.used)

    def data(self, submitted: bool = False) -> dict[str, Any]:
        """The values of visible fields as a document; `submitted` leaves disabled fields out."""
        return _collect(self.slots, submitted)

    def visible(self) -> Iterator[Slot]:
        """Every slot that is shown, depth first."""
        return _visible(self.slots)

    def scopes(self) -> Iterator[tuple[Slot, Scope]]:
        """Every visible slot with the names in its sight."""
        data = self.data()
        outer = self.scope.inside(merged(self.variables, data))
        return _scopes(self.slots, outer, data)

    def _slots(self, components: Sequence[Component], known: Any, name: str, raw_name: str) -> list[Slot]:
        return [self._slot(component, known, name, raw_name) for component in components]

    def _slot(self, component: Component, known: Any, name: str, raw_name: str) -> Slot:
        dotted = ".".join(component.path)
        full = f"{name}.{dotted}" if name and dotted else name or dotted
        raw_full = f"{raw_name}.{dotted}" if raw_name and dotted else raw_name or dotted
        value = _dig(known, component.path)
        slot = Slot(component, full)
        self.count += 1
        if self.count > MOST_SLOTS:
            raise TooLarge(msg("This form has more fields than the %(limit)s we take."), limit=MOST_SLOTS)
        if component.type == "group":
            slot.children = self._slots(component.children, value, full, raw_full)
        elif component.type == "dynamiclist":
            slot.items = self._items(component, value, full, raw_full)
        elif component.type in words.INPUTS:
            self._enter(slot, value, raw_full)
        return slot

    def _enter(self, slot: Slot, known: Any, raw_name: str) -> None:
        component = slot.component
        slot.known = component.default if known is _ABSENT or known is None else known
        if slot.known is None:
            slot.known = empty_value(component.type)
        slot.typed = slot.known
        if self.raw is not None:
            self.used.add(raw_name)
            slot.entered = self.raw.get(raw_name)
            if component.type not in words.CHOICES:
                self._read(slot)

    def _read(self, slot: Slot) -> None:
        zone = self.scope.now.tzinfo
        if zone is None:
            raise ValueError("forms need an aware time")
        slot.typed, slot.fault = read_entry(slot.component, slot.entered, zone, slot.options)

    def _items(self, component: Component, known: Any, name: str, raw_name: str) -> list[list[Slot]]:
        before = known if isinstance(known, list) else [{}] * component.settings["repetitions"]
        if self.raw is None:
            numbers = list(range(min(len(before), words.MAX_ROWS)))
        else:
            numbers = self._numbers(raw_name)
            limit = words.MAX_ROWS if component.settings["growing"] else len(before)
            if len(numbers) > limit:
                raise Invalid(msg("The list %(list)s takes at most %(limit)s rows."), list=name, limit=limit)
        self.used |= {f"{raw_name}[{number}]" for number in numbers}
        return [self._slots(component.children, before[number] if number < len(before) else {},
                            f"{name}[{place}]", f"{raw_name}[{number}]")
                for place, number in enumerate(numbers)]

    def _numbers(self, raw_name: str) -> list[int]:
        pattern = re.compile(re.escape(raw_name) + r"\[(\d{1,4})\](?:[.\[].*)?", re.ASCII | re.DOTALL)
        found = (pattern.fullmatch(name) for name in self.raw or {})
        return sorted({int(match.group(1)) for match in found if match and match.group(1) == str(int(match.group(1)))})

    def _settle(self) -> None:
        for _round in range(ROUNDS):
            data = self.data()
            if not self._judge(self.slots, self.scope.inside(merged(self.variables, data)), data):
                return

    def _judge(self, slots: list[Slot], scope: Scope, here: dict[str, Any]) -> bool:
        """Work out what depends on values; True when anything changed, so that another look is needed."""
        changed = False
        for slot in slots:
            before = (slot.hidden, slot.readonly, slot.disabled, slot.typed)
            component = slot.component
            slot.hidden = component.hide is not None and scope.evaluate(component.hide) is True
            slot.readonly, slot.disabled = is_on(component.readonly, scope), is_on(component.disabled, scope)
            self._compute(slot, scope)
            changed |= before != (slot.hidden, slot.readonly, slot.disabled, slot.typed)
            changed |= self._judge(slot.children, scope, _dig(here, component.path, {}))
            for inner, row in _rows(slot, scope, here):
                changed |= self._judge(row, inner, inner.names["this"])
        return changed

    def _compute(self, slot: Slot, scope: Scope) -> None:
        """The options of a choice and what was chosen; the value of an expression."""
        component = slot.component
        if component.type in words.CHOICES:
            slot.options = self.options.of(component.options, scope)
            if self.raw is not None:
                self._read(slot)
        elif component.type == "expression":
            slot.typed = slot.known = plain(scope.evaluate(component.settings["expression"]))


def merged(outer: Mapping[str, Any], inner: Mapping[str, Any]) -> dict[str, Any]:
    """`outer` with `inner` on top; objects are merged, everything else is replaced."""
    result = dict(outer)
    for key, value in inner.items():
        before = result.get(key)
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        result[key] = merged(before, value) if both else value  # type: ignore[arg-type]
    return result


def _dig(value: Any, path: Sequence[str], missing: Any = _ABSENT) -> Any:
    for part in path:
        if not isinstance(value, Mapping) or part not in value:
            return missing
        value = value[part]
    return value


def _put(document: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for part in path[:-1]:
        document = document.setdefault(part, {})
    document[path[-1]] = value


def _collect(slots: list[Slot], submitted: bool, into: dict[str, Any] | None = None) -> dict[str, Any]:
    document: dict[str, Any] = {} if into is None else into
    for slot in slots:
        path, kind = slot.component.path, slot.component.type
        if slot.hidden or (submitted and slot.disabled):
            continue
        if kind == "group":
            inner = document
            for part in path:
                inner = inner.setdefault(part, {})
            _collect(slot.children, submitted, inner)
        elif kind == "dynamiclist":
            _put(document, path, [_collect(item, submitted) for item in slot.items])
        elif kind in words.KEYED:
            _put(document, path, slot.value)
    return document


def _rows(slot: Slot, scope: Scope, here: Mapping[str, Any]) -> Iterator[tuple[Scope, list[Slot]]]:
    """Each item of a list with its scope: the item's own names, `this`, `parent` and `i` (from 1)."""
    rows = _dig(here, slot.component.path, [])
    for number, item in enumerate(slot.items):
        row = rows[number] if number < len(rows) else {}
        yield scope.inside({**row, "this": row, "parent": here, "i": number + 1}), item


def _visible(slots: list[Slot]) -> Iterator[Slot]:
    for slot in slots:
        if not slot.hidden:
            yield slot
            yield from _visible(slot.children)
            for item in slot.items:
                yield from _visible(item)


def _scopes(slots: list[Slot], scope: Scope, here: Mapping[str, Any]) -> Iterator[tuple[Slot, Scope]]:
    for slot in slots:
        if slot.hidden:
            continue
        yield slot, scope
        yield from _scopes(slot.children, scope, _dig(here, slot.component.path, {}))
        for inner, item in _rows(slot, scope, here):
            yield from _scopes(item, inner, inner.names["this"])
