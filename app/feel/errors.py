"""Faults of the expression language. What merely makes a value null is a `Failure` and never leaves the room."""

from __future__ import annotations

from typing import Any

from app.kernel.errors import YikouError


class FeelError(YikouError):
    """Base of the expression language's errors."""

    status = 422


class FeelSyntaxError(FeelError):
    """The text is no expression of the language. `line` and `column` count from 1; `message` is a message id."""

    def __init__(self, message: str, line: int, column: int, **params: Any) -> None:
        super().__init__(message, **params)
        self.line, self.column = line, column


class BudgetExceeded(FeelError):
    """An evaluation used more steps, depth, time or space than it was given."""


class Failure(Exception):
    """Raised inside the evaluator: the value at hand becomes null and the text is recorded as a reason."""
