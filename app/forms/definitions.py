"""Forms as a kind of definition in the catalog."""

from __future__ import annotations

from app.catalog import Kind, Lookup, register_kind
from app.forms.reading import lint, load
from app.forms.source import MAX_BYTES, SourceError, read
from app.kernel.errors import DefinitionError, Problem, msg


def _key(data: bytes) -> str:
    """The id of the form, also of one that has faults elsewhere."""
    try:
        top = read(data)
    except SourceError as error:
        raise DefinitionError([Problem("json", error.message, error.params, line=error.line)]) from None
    if not isinstance(top, dict) or not isinstance(top.get("id"), str):
        raise DefinitionError([Problem("form_id", msg("A form needs an id of letters, digits, - and _."), line=1)])
    return str(top["id"])


def _lint(data: bytes, file: str, lookup: Lookup) -> list[Problem]:
    return lint(data, file)


def register() -> None:
    """Make the kind `form` known: `forms/base/<id>.form`."""
    register_kind(Kind("form", "forms", "*.form", _key, load, _lint, max_bytes=MAX_BYTES))
