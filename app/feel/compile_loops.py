"""Closures for iterations, functions and calls."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.feel import tree
from app.feel.compiler import UNKNOWN_FUNCTION, Compiler, Static, compiles
from app.feel.errors import Failure
from app.feel.exchange import from_python
from app.feel.functions import BUILT_IN
from app.feel.numbers import is_whole
from app.feel.operators import either
from app.feel.running import MISSING, Evaluate, Run, Scope
from app.feel.temporal import FeelDate
from app.feel.types import FeelType, coerce
from app.feel.values import FunctionValue, Range, type_name

Source = Callable[[Scope], Generator[Any, None, None]]


def _sources(compiler: Compiler, iterators: Sequence[tree.Iterator], static: Static
             ) -> tuple[list[tuple[str, Source]], Static]:
    made = []
    for iterator in iterators:
        source = compiler.compile(iterator.source, static)
        end = None if iterator.end is None else compiler.compile(iterator.end, static)
        made.append((iterator.name, _source(source, end)))
        static = static.bind(iterator.name)
    return made, static


def _source(start: Evaluate, end: Evaluate | None) -> Source:
    def items(scope: Scope) -> Generator[Any, None, None]:
        value = start(scope)
        if end is not None:
            yield from _counted(value, end(scope))
        elif isinstance(value, Range):
            yield from _within(value)
        elif isinstance(value, list):
            yield from value
        else:
            raise Failure(f"{type_name(value)} cannot be iterated over")

    return items


def _within(bounds: Range) -> Generator[Any, None, None]:
    if bounds.operator:
        raise Failure("a range without two bounds cannot be iterated over")
    for item in _counted(bounds.low, bounds.high):
        if (item == bounds.low and not bounds.low_included) or (item == bounds.high and not bounds.high_included):
            continue
        yield item


def _counted(low: Any, high: Any) -> Generator[Any, None, None]:
    """Whole numbers or days from one to the other, up or down."""
    if isinstance(low, Decimal) and isinstance(high, Decimal) and is_whole(low) and is_whole(high):
        first, last = int(low), int(high)
        yield from map(Decimal, range(first, last + 1) if first <= last else range(first, last - 1, -1))
    elif isinstance(low, FeelDate) and isinstance(high, FeelDate):
        first, last = low.days, high.days
        yield from map(FeelDate.from_days, range(first, last + 1) if first <= last else range(first, last - 1, -1))
    else:
        raise Failure("an iteration runs over whole numbers or days")


def _combinations(scope: Scope, sources: list[tuple[str, Source]], at: int = 0) -> Generator[Scope, None, None]:
    """The scopes of all combinations, the last iterator running fastest."""
    if at == len(sources):
        yield scope
        return
    name, items = sources[at]
    for item in items(scope):
        scope.run.meter.step()
        yield from _combinations(Scope(scope.run, {name: item}, scope), sources, at + 1)


@compiles(tree.For)
def _for(compiler: Compiler, node: tree.For, static: Static) -> Evaluate:
    sources, inside = _sources(compiler, node.iterators, static.bind("partial"))
    body = compiler.compile(node.body, inside)

    def evaluate(scope: Scope) -> Any:
        made: list[Any] = []
        around = Scope(scope.run, {"partial": made}, scope)
        try:
            for combination in _combinations(around, sources):
                value = body(combination)
                made.append(list(made) if value is made else value)
                scope.run.meter.items(len(made))
        except Failure as failure:
            return scope.run.null(str(failure))
        return made

    return evaluate


@compiles(tree.Quantified)
def _quantified(compiler: Compiler, node: tree.Quantified, static: Static) -> Evaluate:
    sources, inside = _sources(compiler, node.iterators, static)
    test, every = compiler.compile(node.test, inside), node.every

    def answers(scope: Scope) -> Generator[bool | None, None, None]:
        for combination in _combinations(scope, sources):
            answer = test(combination)
            yield answer is not every if isinstance(answer, bool) else None

    def evaluate(scope: Scope) -> Any:
        """`every` denies that there is one for which the test is false; `some` asks for one that is true."""
        try:
            found = either(answers(scope))
        except Failure as failure:
            return scope.run.null(str(failure))
        return found if found is None or not every else not found

    return evaluate


class Lambda(FunctionValue):
    """A function written in the language, with the scope it was written in."""

    __slots__ = ("_body", "_scope", "parameter_types", "parameters", "result_type")

    def __init__(self, parameters: Sequence[tuple[str, FeelType]], body: Evaluate, scope: Scope) -> None:
        self.parameters = [name for name, _ in parameters]
        self.parameter_types = [kind for _, kind in parameters]
        self._body, self._scope = body, scope

    def call(self, run: Run, arguments: Sequence[Any]) -> Any:
        """Each argument is brought to the type of its parameter; what does not fit is a Failure."""
        if len(arguments) != len(self.parameters):
            raise Failure(f"{len(self.parameters)} arguments are expected, not {len(arguments)}")
        values = {}
        for name, kind, given in zip(self.parameters, self.parameter_types, arguments, strict=True):
            fits, values[name] = coerce(given, kind, run.meter)
            if not fits:
                raise Failure(f"{name} is a {type_name(given)}, not a {kind}")
        run.meter.enter()
        try:
            return self._body(Scope(run, values, self._scope))
        finally:
            run.meter.leave()

    def call_named(self, run: Run, arguments: Mapping[str, Any]) -> Any:
        """The names must be exactly those of the parameters."""
        if set(arguments) != set(self.parameters):
            raise Failure("the names of the arguments are not those of the parameters")
        return self.call(run, [arguments[name] for name in self.parameters])


@compiles(tree.Function)
def _function(compiler: Compiler, node: tree.Function, static: Static) -> Evaluate:
    parameters = node.parameters
    body = compiler.compile(node.body, static.bind(*(name for name, _ in parameters)))
    return lambda scope: Lambda(parameters, body, scope)


@compiles(tree.Call)
def _call(compiler: Compiler, node: tree.Call, static: Static) -> Evaluate:
    callee = _callee(compiler, node.callee, static)
    positional = [compiler.compile(argument, static) for argument in node.arguments]
    named = [(name, compiler.compile(argument, static)) for name, argument in node.named]

    def evaluate(scope: Scope) -> Any:
        run, function = scope.run, callee(scope)
        run.meter.step()
        try:
            if not isinstance(function, FunctionValue):
                raise Failure(f"{type_name(function)} is not a function")
            if named:
                return function.call_named(run, {name: argument(scope) for name, argument in named})
            return function.call(run, [argument(scope) for argument in positional])
        except Failure as failure:
            return run.null(str(failure))

    return evaluate


def _callee(compiler: Compiler, node: tree.Node, static: Static) -> Evaluate:
    """The function to call. A variable may bear the name of a built-in function without hiding it from calls."""
    if not isinstance(node, tree.Name):
        return compiler.compile(node, static)
    name = node.name
    if name in static.bound or name in compiler.declared:
        variable, built_in = compiler.compile(node, static), BUILT_IN.get(name)

        def choose(scope: Scope) -> Any:
            value = variable(scope)
            return value if isinstance(value, FunctionValue) or built_in is None else built_in

        return choose
    if name in BUILT_IN:
        compiler.functions_used.add(name)
        function = BUILT_IN[name]
        return lambda scope: function
    if name not in compiler.host_functions:
        raise compiler.refuse(node, UNKNOWN_FUNCTION, name=name)
    compiler.functions_used.add(name)
    host = HostFunction(name)
    return lambda scope: host


class HostFunction(FunctionValue):
    """A function the host offers; its answer is converted like any input."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def call(self, run: Run, arguments: Sequence[Any]) -> Any:
        """Its own errors pass through: they are faults of the host, not of the expression."""
        function = run.functions.get(self._name, MISSING)
        if function is MISSING:
            raise Failure(f"the function {self._name} is not offered here")
        return from_python(function(*arguments))

    def call_named(self, run: Run, arguments: Mapping[str, Any]) -> Any:
        """By position only."""
        raise Failure(f"{self._name} takes its arguments by position")
