"""Closures for lists, contexts, ranges, paths, filters, and the tests of decision tables."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.feel import tree
from app.feel.compiler import Compiler, Static, compiles, literal_position
from app.feel.errors import Failure
from app.feel.numbers import is_whole
from app.feel.operators import belongs, either, order
from app.feel.running import MISSING, Evaluate, Run, Scope
from app.feel.temporal import DaysTimeDuration, FeelDate, FeelDateTime, FeelTime, YearsMonthsDuration
from app.feel.values import Range, type_name

_WITH_MEMBERS = (FeelDate, FeelTime, FeelDateTime, DaysTimeDuration, YearsMonthsDuration, Range)
_WITHOUT_ORDER = (bool, list, dict, Range)


@compiles(tree.ListLiteral)
def _list(compiler: Compiler, node: tree.ListLiteral, static: Static) -> Evaluate:
    items = [compiler.compile(item, static) for item in node.items]

    def evaluate(scope: Scope) -> list[Any]:
        scope.run.meter.step(len(items))
        scope.run.meter.items(len(items))
        return [item(scope) for item in items]

    return evaluate


@compiles(tree.ContextLiteral)
def _context(compiler: Compiler, node: tree.ContextLiteral, static: Static) -> Evaluate:
    entries = []
    for key, value in node.entries:
        inside = static.bind(key) if isinstance(value, tree.Function) else static  # a function may call itself
        entries.append((key, compiler.compile(value, inside)))
        static = static.bind(key)
    doubled = len({key for key, _ in entries}) < len(entries)

    def evaluate(scope: Scope) -> Any:
        scope.run.meter.step(len(entries))
        if doubled:
            return scope.run.null("a context has the same key twice")
        made: dict[str, Any] = {}
        inside = Scope(scope.run, made, scope)
        for key, value in entries:
            made[key] = value(inside)
        return made

    return evaluate


@compiles(tree.RangeLiteral)
def _range(compiler: Compiler, node: tree.RangeLiteral, static: Static) -> Evaluate:
    low, high = compiler.compile(node.low, static), compiler.compile(node.high, static)
    low_included, high_included = node.low_included, node.high_included

    def evaluate(scope: Scope) -> Any:
        bounds = Range(low(scope), high(scope), low_included, high_included)
        given = [bound for bound in (bounds.low, bounds.high) if bound is not None]
        if any(isinstance(bound, _WITHOUT_ORDER) for bound in given) or len({type_name(b) for b in given}) > 1:
            return scope.run.null("a range needs two bounds of one type that has an order")
        if len(given) == 2 and _reversed(*given):
            return scope.run.null("a range begins after its end")
        return bounds

    return evaluate


def _reversed(low: Any, high: Any) -> bool:
    try:
        return order(low, high) > 0
    except Failure:
        return True


@compiles(tree.Path)
def _path(compiler: Compiler, node: tree.Path, static: Static) -> Evaluate:
    base, name = compiler.compile(node.base, static), node.member

    def evaluate(scope: Scope) -> Any:
        scope.run.meter.step()
        return _member(scope.run, base(scope), name)

    return evaluate


def _member(run: Run, value: Any, name: str) -> Any:
    if isinstance(value, dict):
        found = value.get(name, MISSING)
        return run.null(f"the context has no entry {name}") if found is MISSING else found
    if isinstance(value, list):
        run.meter.step(4 * len(value))  # each may be another list, or null with a reason
        return [_member(run, item, name) for item in value]
    if isinstance(value, _WITH_MEMBERS):
        return value.member(name)
    return run.null(f"{type_name(value)} has no {name}")


@compiles(tree.Filter)
def _filter(compiler: Compiler, node: tree.Filter, static: Static) -> Evaluate:
    base = compiler.compile(node.base, static)
    inside = Static(static.bound | {"item"}, in_filter=True)
    test, by_position = compiler.compile(node.test, inside), literal_position(node.test)

    def evaluate(scope: Scope) -> Any:
        run, value = scope.run, base(scope)
        items = value if isinstance(value, list) else [] if value is None else [value]
        if by_position:
            return _at(run, items, test(scope))
        kept = []
        for item in items or [None]:
            run.meter.step()
            answer = test(_item_scope(scope, item))
            if isinstance(answer, Decimal):
                return _at(run, items, answer)
            if answer is not None and not isinstance(answer, bool):
                return run.null(f"a filter needs a boolean or a number, not {type_name(answer)}")
            if answer is True and items:
                kept.append(item)
        return kept

    return evaluate


def _item_scope(scope: Scope, item: Any) -> Scope:
    inside = Scope(scope.run, {"item": item}, scope)
    return Scope(scope.run, item, inside) if isinstance(item, dict) else inside


def _at(run: Run, items: list[Any], position: Any) -> Any:
    if not is_whole(position):
        return run.null("a position is a whole number")
    index = int(position)
    if index == 0 or abs(index) > len(items):
        return run.null(f"the list has no item {index}")
    return items[index - 1 if index > 0 else index]


@compiles(tree.In)
def _in(compiler: Compiler, node: tree.In, static: Static) -> Evaluate:
    value = compiler.compile(node.value, static)
    tests = [compiler.compile(test, static) for test in node.tests]

    def evaluate(scope: Scope) -> Any:
        subject = value(scope)
        return either(_belongs(scope.run, subject, test(scope)) for test in tests)

    return evaluate


def _belongs(run: Run, value: Any, test: Any) -> bool | None:
    run.meter.step()
    answer = belongs(value, test, run.meter)
    if answer is None:
        run.null(f"{type_name(value)} cannot be compared with the range")
    return answer


@compiles(tree.Compared)
def _compared(compiler: Compiler, node: tree.Compared, static: Static) -> Evaluate:
    operand, operator = compiler.compile(node.operand, static), node.operator
    return lambda scope: Range.of_test(operator, operand(scope))


@compiles(tree.Tests)
def _tests(compiler: Compiler, node: tree.Tests, static: Static) -> Evaluate:
    static = static.bind("?")
    alternatives = [_alternative(compiler, test, static) for test in node.alternatives]
    negated = node.negated

    def evaluate(scope: Scope) -> Any:
        if not alternatives:
            return True
        answer = either(alternative(scope) for alternative in alternatives)
        return answer if answer is None or not negated else not answer

    return evaluate


def _alternative(compiler: Compiler, node: tree.Node, static: Static) -> Evaluate:
    """One test of a cell: a condition on `?`, or something the value equals or lies in."""
    probe = Compiler(compiler.source, compiler.declared, compiler.host_functions)
    probe.compile(node, Static(static.bound - {"?"}, static.in_filter))
    asks = "?" in probe.free | probe.perhaps_free
    test = compiler.compile(node, static)

    def evaluate(scope: Scope) -> Any:
        value, answer = scope.lookup("?"), test(scope)
        value = None if value is MISSING else value
        if asks or (isinstance(answer, bool) and not isinstance(value, bool) and not isinstance(value, list)):
            return answer if isinstance(answer, bool) else None
        return _belongs(scope.run, value, answer)

    return evaluate
