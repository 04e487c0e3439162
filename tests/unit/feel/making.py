"""Short ways to evaluate a text in tests."""

from datetime import datetime
from typing import Any

from app.feel import compile_expression, compile_unary_tests, to_json


def value(text: str, /, **variables: Any) -> Any:
    """What an expression gives, as JSON."""
    return to_json(compile_expression(text, names=list(variables)).evaluate(variables).value)


def reasons(text: str, /, **variables: Any) -> tuple[str, ...]:
    """Why an expression gave null."""
    return compile_expression(text).evaluate(variables).reasons


def cell(text: str, tested: Any, /, **variables: Any) -> Any:
    """What the cell of a decision table says to a value."""
    return compile_unary_tests(text).evaluate({"?": tested, **variables}).value


def at(text: str, now: str) -> Any:
    """What an expression gives at a moment."""
    return to_json(compile_expression(text).evaluate({}, now=datetime.fromisoformat(now)).value)
