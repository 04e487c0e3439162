"""Types of what forms fill and decisions answer, for whoever writes an expression over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from app import dmn, forms
from app.feel import FeelType, type_name
from app.kernel.errors import YikouError

ANY, TEXT = FeelType("Any"), FeelType("string")
DATES = {"date": FeelType("date"), "time": FeelType("time"), "datetime": FeelType("date and time")}
SIMPLE = {"number": FeelType("number"), "checkbox": FeelType("boolean"), "textfield": TEXT, "textarea": TEXT,
          "radio": TEXT, "select": TEXT, "checklist": FeelType("list", TEXT), "taglist": FeelType("list", TEXT),
          "filepicker": FeelType("list", TEXT)}
ASKED = datetime(2026, 1, 1, tzinfo=UTC)
MANY = ("COLLECT", "RULE ORDER", "OUTPUT ORDER")
"""Hit policies that answer with a list."""
NAMES = frozenset({"string", "number", "boolean", "date", "time", "date and time"})


def of_form(data: bytes, key: str) -> Mapping[str, FeelType]:
    """By variable. Raises DefinitionError for a faulty form."""
    return _named(forms.load(data, key).components)


def _named(components: Iterable[forms.Component]) -> dict[str, FeelType]:
    found: dict[str, FeelType] = {}
    for one in components:
        if one.type == "dynamiclist" and one.path:
            found[one.path[0]] = FeelType("list", FeelType("context", members=tuple(_named(one.children).items())))
        elif one.type == "group" and one.path:
            found[one.path[0]] = FeelType("context", members=tuple(_named(one.children).items()))
        elif one.children:
            found |= _named(one.children)
        elif one.path:
            date = DATES.get(one.settings.get("subtype", "")) if one.type == "datetime" else None
            found[one.path[0]] = date or SIMPLE.get(one.type, ANY)
    return found


def _seen(model: dmn.Model, key: str) -> FeelType:
    """What an expression that declares no type answers to a question without any input: its entries are the same."""
    try:
        answer = dmn.decide(model, key, {}, now=ASKED, functions=dict.fromkeys(dmn.HOST_FUNCTIONS, _nothing)).value
    except YikouError:
        return ANY
    return _like(answer)


def _nothing(*_given: Any) -> None:
    """A host's function that knows nothing."""


def _like(value: Any) -> FeelType:
    if isinstance(value, Mapping):
        return FeelType("context", members=tuple((str(name), _like(one)) for name, one in value.items()))
    name = type_name(value)
    return FeelType(name) if name in NAMES or name == "list" else ANY


def of_decision(data: bytes, key: str) -> Mapping[str, FeelType]:
    """The type of the answer, by the decision's key. Raises DefinitionError for a faulty file."""
    sheet = next((one for one in dmn.sheets(data, key) if one.decision == key), None)
    if sheet is None:
        model = dmn.load(data, key)
        found = model.decisions[key].type if key in model.decisions else ANY
        return {key: _seen(model, key) if found == ANY and key in model.decisions else found}
    columns = [(one.expression, FeelType(one.type) if one.type in NAMES else ANY)
               for one in sheet.columns if one.part == "output"]
    answer = columns[0][1] if len(columns) == 1 else FeelType("context", members=tuple(columns))
    return {key: FeelType("list", answer) if sheet.hit_policy in MANY else answer}
