"""Errors a person may see: an English message id with parameters, never a rendered text in another language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

FieldErrors = dict[str, list[tuple[str, dict[str, Any]]]]


def msg(text: str) -> str:
    """Mark `text` as a message id for the translation catalogue; returned as it is."""
    return text


@dataclass(frozen=True)
class Problem:
    """One fault of a definition file, with its place. `message` is a message id, `params` fill it.

    `within`: the place inside the element (row, column, position), from the outer to the inner; (message id, params).
    `name`: what the element is called in the drawing, where it has a name.
    """

    code: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    severity: str = "error"
    file: str | None = None
    line: int | None = None
    element: str | None = None
    within: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    column: int | None = None
    name: str | None = None

    def text(self) -> str:
        """The English sentence; of the place only what is inside the element."""
        return self.told(lambda message, **params: message % params if params else message)

    def told(self, words: Callable[..., str]) -> str:
        """As `text`, with `words` that turn a message id and its parameters into the reader's language."""
        inside = ", ".join(words(message, **params) for message, params in self.within)
        said = words(self.message, **self.params)
        return f"{inside}: {said}" if inside else said

    def place(self) -> str:
        """`file:line:column element`, as far as known."""
        where = self.file or "?"
        if self.line is not None:
            where += f":{self.line}" + (f":{self.column}" if self.column is not None else "")
        return f"{where} {self.element}" if self.element else where


class YikouError(Exception):
    """Base of all errors with an answer for a person; `status` is the HTTP status of the answer."""

    status = 500

    def __init__(self, message: str, **params: Any) -> None:
        self.message, self.params = message, params
        super().__init__(message % params if params else message)


class NotFound(YikouError):
    """What is asked for does not exist, or not for this reader."""

    status = 404


class Forbidden(YikouError):
    """Known person, missing right."""

    status = 403


class Paused(YikouError):
    """The office is suspended: it can be read, and takes no change."""

    status = 403


class Conflict(YikouError):
    """The state has moved on since the reader saw it."""

    status = 409


class TooLarge(YikouError):
    """More bytes than this kind of input may have."""

    status = 413


class TooMany(YikouError):
    """More attempts than allowed in a time."""

    status = 429


class Invalid(YikouError):
    """Input that was understood and refused. `fields`: key -> list of (message id, params)."""

    status = 422

    def __init__(self, message: str, *, fields: FieldErrors | None = None, **params: Any) -> None:
        super().__init__(message, **params)
        self.fields: FieldErrors = fields or {}


class DefinitionError(Invalid):
    """A definition file with at least one error; carries every problem found."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        errors = [p for p in problems if p.severity == "error"] or problems
        first = errors[0]
        super().__init__(msg("%(place)s: %(text)s (%(count)s in all)"), place=first.place(),
                         text=first.text(), count=len(errors))


class TenantMissing(RuntimeError):
    """A statement on a tenant's table in a session without a tenant, or with another one: a fault of the code."""
