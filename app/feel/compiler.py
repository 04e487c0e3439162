"""Tree to closures, once. Here: names, operators, conditions; the rest registers itself from the sister modules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeVar

from app.feel import operators, tree
from app.feel.errors import Failure
from app.feel.functions import BUILT_IN
from app.feel.lexer import syntax_error
from app.feel.running import MISSING, Evaluate, Scope
from app.feel.types import instance_of
from app.feel.values import type_name
from app.kernel.errors import msg

N = TypeVar("N", bound=tree.Node)


@dataclass(frozen=True)
class Static:
    """What is known before evaluation at a place: names bound there, and whether a filter adds unknown ones."""

    bound: frozenset[str] = frozenset()
    in_filter: bool = False

    def bind(self, *names: str) -> Static:
        """The place inside, where these names are bound too."""
        return replace(self, bound=self.bound | set(names))


@dataclass
class Compiler:
    """Compiles one text and collects what it refers to. `declared` are names that may hold functions.

    `looked_up` are all names read, those of built-in functions too: a variable may bear such a name.
    """

    source: str
    declared: frozenset[str]
    host_functions: frozenset[str]
    free: set[str] = field(default_factory=set)
    perhaps_free: set[str] = field(default_factory=set)
    functions_used: set[str] = field(default_factory=set)
    looked_up: set[str] = field(default_factory=set)

    def compile(self, node: tree.Node, static: Static) -> Evaluate:
        """The closure that evaluates `node`; a FeelSyntaxError for what can never work."""
        return _COMPILERS[type(node)](self, node, static)

    def use(self, name: str, static: Static) -> None:
        """Note a reference to a variable."""
        if name not in static.bound:
            (self.perhaps_free if static.in_filter else self.free).add(name)

    def refuse(self, node: tree.Node, message: str, **params: Any) -> Exception:
        """The syntax error for a node."""
        return syntax_error(self.source, node.at, message, **params)


_COMPILERS: dict[type[tree.Node], Callable[[Compiler, Any, Static], Evaluate]] = {}


def compiles(kind: type[N]) -> Callable[[Callable[[Compiler, N, Static], Evaluate]],
                                        Callable[[Compiler, N, Static], Evaluate]]:
    """Register the compiler of one kind of node."""

    def register(function: Callable[[Compiler, N, Static], Evaluate]) -> Callable[[Compiler, N, Static], Evaluate]:
        _COMPILERS[kind] = function
        return function

    return register


@compiles(tree.Literal)
def _literal(compiler: Compiler, node: tree.Literal, static: Static) -> Evaluate:
    value = node.value
    return lambda scope: value


@compiles(tree.Name)
def _name(compiler: Compiler, node: tree.Name, static: Static) -> Evaluate:
    name, built_in = node.name, BUILT_IN.get(node.name)
    compiler.looked_up.add(name)
    if built_in is None or name in compiler.declared:
        compiler.use(name, static)

    def evaluate(scope: Scope) -> Any:
        scope.run.meter.step()
        try:
            value = scope.values.get(name, MISSING)
            if value is MISSING and scope.parent is not None:
                value = scope.parent.lookup(name)
        except Failure as failure:
            return scope.run.null(f"{name}: {failure}")
        if value is not MISSING:
            return value
        return built_in if built_in is not None else scope.run.null(f"{name} is not known")

    return evaluate


@compiles(tree.Chain)
def _chain(compiler: Compiler, node: tree.Chain, static: Static) -> Evaluate:
    first = compiler.compile(node.first, static)
    rest = [(operator, compiler.compile(operand, static)) for operator, operand in node.rest]
    if rest[0][0] in ("and", "or"):
        return _logic([first, *(operand for _, operand in rest)], decisive=rest[0][0] == "or")
    if rest[0][0] in operators.COMPARE:
        operand = node.rest[0][1]
        if len(rest) == 1 and isinstance(operand, tree.Literal) and type(operand.value) in (str, Decimal):
            return _with_literal(first, rest[0][0], operand.value)
        return _folded(first, [(operators.COMPARE[operator], operand) for operator, operand in rest])
    return _folded(first, [(operators.ARITHMETIC[operator], operand) for operator, operand in rest])


def _folded(first: Evaluate, rest: list[tuple[Callable[[Any, Any, Any], Any], Evaluate]]) -> Evaluate:
    def evaluate(scope: Scope) -> Any:
        run, value = scope.run, first(scope)
        run.meter.step(len(rest))
        try:
            for operation, operand in rest:
                value = operation(value, operand(scope), run.meter)
        except Failure as failure:
            return run.null(str(failure))
        return value

    return evaluate


def _with_literal(first: Evaluate, operator: str, literal: Any) -> Evaluate:
    """The commonest test there is: two numbers or two texts need no more than Python's own comparison."""
    plain, general, kind = operators.PLAIN[operator], operators.COMPARE[operator], type(literal)

    def evaluate(scope: Scope) -> Any:
        value, run = first(scope), scope.run
        run.meter.step()
        if type(value) is kind:
            return plain(value, literal)
        try:
            return general(value, literal, run.meter)
        except Failure as failure:
            return run.null(str(failure))

    return evaluate


def _logic(operands: list[Evaluate], *, decisive: bool) -> Evaluate:
    """`or` is decided by true, `and` by false; anything else that is no boolean makes the rest unknown."""

    def evaluate(scope: Scope) -> Any:
        unknown = False
        for operand in operands:
            value = operand(scope)
            if value is decisive:
                return decisive
            if value is not (not decisive):
                unknown = True
                if value is not None:
                    scope.run.null(f"{type_name(value)} where a boolean is expected")
        return None if unknown else not decisive

    return evaluate


@compiles(tree.Negate)
def _negate(compiler: Compiler, node: tree.Negate, static: Static) -> Evaluate:
    value = compiler.compile(node.value, static)

    def evaluate(scope: Scope) -> Any:
        try:
            return operators.negate(value(scope))
        except Failure as failure:
            return scope.run.null(str(failure))

    return evaluate


@compiles(tree.If)
def _if(compiler: Compiler, node: tree.If, static: Static) -> Evaluate:
    test, yes, no = (compiler.compile(part, static) for part in (node.test, node.yes, node.no))

    def evaluate(scope: Scope) -> Any:
        decided = test(scope)
        if decided is not None and not isinstance(decided, bool):
            scope.run.null(f"{type_name(decided)} where a boolean is expected")
        return yes(scope) if decided is True else no(scope)

    return evaluate


@compiles(tree.InstanceOf)
def _instance_of(compiler: Compiler, node: tree.InstanceOf, static: Static) -> Evaluate:
    value, kind = compiler.compile(node.value, static), node.type
    return lambda scope: instance_of(value(scope), kind, scope.run.meter)


@compiles(tree.Between)
def _between(compiler: Compiler, node: tree.Between, static: Static) -> Evaluate:
    value, low, high = (compiler.compile(part, static) for part in (node.value, node.low, node.high))

    def evaluate(scope: Scope) -> Any:
        subject, lowest, highest = value(scope), low(scope), high(scope)
        try:
            return operators.order(subject, lowest) >= 0 and operators.order(subject, highest) <= 0
        except Failure as failure:
            return scope.run.null(str(failure))

    return evaluate


def literal_position(node: tree.Node) -> bool:
    """True for a number written out, with a sign or without."""
    inner = node.value if isinstance(node, tree.Negate) else node
    return isinstance(inner, tree.Literal) and isinstance(inner.value, Decimal)


UNKNOWN_FUNCTION = msg("There is no function %(name)s.")
