"""FEEL as the engine uses it: texts that start with `=`, results as JSON documents. Evaluates nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from app.engine.ports import Hold
from app.feel import Expression, FeelError, compile_expression, to_json
from app.kernel.errors import Invalid, YikouError, msg

MAX_NESTING = 60


def is_expression(text: str | None) -> bool:
    """Whether a text of the diagram is FEEL; anything else is a literal."""
    return bool(text) and str(text).lstrip().startswith("=")


@lru_cache(maxsize=8192)
def compiled(text: str) -> Expression:
    """The compiled form of `=...`. Raises FeelSyntaxError."""
    return compile_expression(text.strip()[1:])


def document(value: Any, nesting: int = 0) -> Any:
    """A JSON document with fresh containers and exact numbers. Raises Invalid for anything else."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        if "\0" in value:
            raise Invalid(msg("A text holds a character that cannot be stored."))
        return value
    if nesting > MAX_NESTING:
        raise Invalid(msg("A value is nested too deeply."))
    if isinstance(value, dict | Mapping):
        if not all(isinstance(key, str) for key in value):
            raise Invalid(msg("The keys of a document are texts."))
        return {document(key): document(item, nesting + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [document(item, nesting + 1) for item in value]
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < 400:
        return value
    raise Invalid(msg("A value of type %(type)s cannot be stored."), type=type(value).__name__)


def evaluate(text: str, variables: Mapping[str, Any], now: datetime,
             functions: Mapping[str, Callable[..., Any]]) -> tuple[Any, tuple[str, ...]]:
    """The value as a JSON document and FEEL's reasons. A literal gives itself. Raises Hold."""
    if not is_expression(text):
        return text, ()
    try:
        outcome = compiled(text).evaluate(variables, now=now, functions=functions)
        return document(to_json(outcome.value)), tuple(outcome.reasons)
    except FeelError as error:
        raise Hold("expression", msg("%(text)s: %(error)s"), text=text[:200], error=str(error)[:300]) from error
    except YikouError as error:
        raise Hold("expression", error.message, **error.params) from error
    except (TypeError, ValueError, ArithmeticError) as error:
        raise Hold("expression", msg("%(text)s gave a value that cannot be stored."), text=text[:200]) from error
