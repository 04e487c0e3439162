"""Boxed conditionals, filters and iterations."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.dmn.boxed import BOXES, Builder
from app.dmn.model import Logic, Situation
from app.dmn.reading import Element, child, local, refuse_others
from app.kernel.errors import msg


def _part(builder: Builder, element: Element, name: str) -> Logic:
    """The logic inside the child `name`, which must be there."""
    part = child(element, name)
    if part is None:
        builder.report.add("missing", element, msg("The part <%(name)s> is missing."), name=name)
        return builder.logic(None)
    return builder.only(part)


def _conditional(builder: Builder, element: Element) -> Logic:
    refuse_others(element, builder.report, ("if", "then", "else"))
    test, yes, no = (_part(builder, element, name) for name in ("if", "then", "else"))
    return lambda situation, variables: (
        yes if test(situation, variables) is True else no)(situation, variables)


def _filter(builder: Builder, element: Element) -> Logic:
    refuse_others(element, builder.report, ("in", "match"))
    source = _part(builder, element, "in")
    match = child(element, "match")
    test = builder.logic(None) if match is None else _open(builder).bind("item").only(match)

    def evaluate(situation: Situation, variables: Mapping[str, Any]) -> Any:
        kept = []
        items = _items(source(situation, variables))
        for item in items:
            situation.run.meter.step()
            members = item if isinstance(item, dict) else {}
            answer = test(situation, {**variables, "item": item, **members})
            if isinstance(answer, Decimal):
                return _at(situation, items, answer)
            if answer is not None and not isinstance(answer, bool):
                return situation.run.null("a filter needs a boolean or a number")
            if answer is True:
                kept.append(item)
        return kept

    return evaluate


def _open(builder: Builder) -> Builder:
    """A filter sees the members of its items, whose names are not known before."""
    return Builder(builder.report, builder.types, builder.functions, builder.names, True, builder.used)


def _at(situation: Situation, items: list[Any], position: Decimal) -> Any:
    index = int(position)
    if index != position or index == 0 or abs(index) > len(items):
        return situation.run.null(f"the list has no item {position}")
    return items[index - 1 if index > 0 else index]


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _iteration(builder: Builder, element: Element) -> Logic:
    """`for`, `some` and `every` over a list."""
    kind, name = local(element), str(element.get("iteratorVariable") or "item")
    body_part = "return" if kind == "for" else "satisfies"
    refuse_others(element, builder.report, ("in", body_part))
    source = _part(builder, element, "in")
    body = _part(builder.bind(name, "partial"), element, body_part)

    def results(situation: Situation, variables: Mapping[str, Any]) -> list[Any] | None:
        items, made = source(situation, variables), list[Any]()
        if not isinstance(items, list):
            return None
        for item in items:
            situation.run.meter.step()
            made.append(body(situation, {**variables, name: item, "partial": list(made)}))
        return made

    def evaluate(situation: Situation, variables: Mapping[str, Any]) -> Any:
        made = results(situation, variables)
        if made is None:
            return situation.run.null("only a list can be iterated over")
        if kind == "for":
            return made
        decisive = kind == "some"
        if any(value is decisive for value in made):
            return decisive
        return None if any(not isinstance(value, bool) for value in made) else not decisive

    return evaluate


BOXES.update({"conditional": _conditional, "filter": _filter, "for": _iteration, "some": _iteration,
              "every": _iteration})
