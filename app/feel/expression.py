"""The door of the language: compile a text once, evaluate it often."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from app.feel import cells, compile_loops, compile_values
from app.feel.budget import Budget
from app.feel.compiler import Compiler, Static
from app.feel.errors import BudgetExceeded, Failure, FeelSyntaxError
from app.feel.exchange import Inputs, from_python
from app.feel.functions import BUILT_IN
from app.feel.parser import Parser
from app.feel.running import Evaluate, Run, Scope
from app.feel.tree import Literal, Node, Tests
from app.feel.tree import Name as NameNode
from app.feel.types import FeelType
from app.kernel.errors import msg

HOST_FUNCTIONS = frozenset({"deadline", "due_in", "setting"})
NO_TYPES: Mapping[str, FeelType] = {}
_NO_FUNCTIONS: Mapping[str, Callable[..., Any]] = {}
_BUDGET = Budget()
_LOADED = (compile_values, compile_loops)  # they register the compilers of their nodes


class Outcome(NamedTuple):
    """What came out. `value` is a value of the language (see to_json); `reasons` say why things were null."""

    value: Any
    reasons: tuple[str, ...]


class Expression:
    """A compiled text. Safe to share between threads.

    `literals`: what a cell compares its input with, None where it does more; `exactly`: the same where the cell passes
    what equals one of these texts and numbers. `variable`: the name, where the text is
    nothing else. `is_literal`: the text is one value written out.
    """

    def __init__(self, source: str, root: Evaluate, compiler: Compiler, node: Node) -> None:
        self.source, self._root = source, root
        self.literals, self.exactly = cells.literals(node), cells.exactly(node)
        self.variable = node.name if isinstance(node, NameNode) and node.name not in BUILT_IN else None
        self.is_literal = isinstance(node, Literal)
        self._read = (*compiler.looked_up, *(("?",) if isinstance(node, Tests) else ()))
        self.names: frozenset[str] = frozenset(compiler.free - {"?"})
        self.names_in_filters: frozenset[str] = frozenset(compiler.perhaps_free - {"?"})
        self.functions_used: frozenset[str] = frozenset(compiler.functions_used)

    def evaluate(self, context: Mapping[str, Any], *, now: datetime | None = None,
                 functions: Mapping[str, Callable[..., Any]] | None = None,
                 budget: Budget | None = None) -> Outcome:
        """Evaluate with the variables of `context`. Errors of the expression make null with a reason.

        `now` is aware; now() and today() tell it in the zone it is given in. Raises BudgetExceeded only.
        """
        run = Run(now, functions or _NO_FUNCTIONS, budget or _BUDGET)
        value = self.evaluate_in(run, self._variables(context))
        return Outcome(value, tuple(run.reasons))

    def _variables(self, context: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the expression may read, converted; one by one when read, where some of it cannot be converted."""
        try:
            return {name: from_python(context[name]) for name in self._read if name in context}
        except Failure:
            return Inputs(context)

    def evaluate_in(self, run: Run, variables: Mapping[str, Any]) -> Any:
        """Evaluate as a part of a larger run, with variables that are values of the language already."""
        try:
            return self._root(Scope(run, variables))
        except RecursionError:
            raise BudgetExceeded(msg("Calls are nested deeper than %(limit)s."), limit=run.meter.budget.depth) from None


def new_run(now: datetime | None = None, functions: Mapping[str, Callable[..., Any]] | None = None,
            budget: Budget | None = None) -> Run:
    """A run to evaluate several expressions in: one clock, one budget, one list of reasons."""
    return Run(now, functions or _NO_FUNCTIONS, budget or _BUDGET)


def compile_expression(text: str, *, functions: Collection[str] = HOST_FUNCTIONS, names: Collection[str] = (),
                       types: Mapping[str, FeelType] = NO_TYPES) -> Expression:
    """Compile an expression; raises FeelSyntaxError.

    `functions` are the host's; any other unknown function is refused. `names` are variables known to exist: needed
    only where a name holds operators or keywords, or is called as a function. `types` are named types.
    """
    return _compiled(text, functions, names, types, Parser.expression_text)


def compile_unary_tests(text: str, *, functions: Collection[str] = HOST_FUNCTIONS, names: Collection[str] = (),
                        types: Mapping[str, FeelType] = NO_TYPES) -> Expression:
    """Compile the cell of a decision table; the value to test is the variable `?`. Raises FeelSyntaxError."""
    return _compiled(text, functions, names, types, Parser.tests_text)


def _compiled(text: str, functions: Collection[str], names: Collection[str], types: Mapping[str, FeelType],
              parse: Callable[[Parser], Node]) -> Expression:
    compiler = Compiler(text, frozenset(names), frozenset(functions))
    try:
        node = parse(Parser(text, names, types))
        root = compiler.compile(node, Static())
    except RecursionError:
        raise FeelSyntaxError(msg("The expression is nested deeper than %(limit)s."), 1, 1, limit=64) from None
    return Expression(text, root, compiler, node)
