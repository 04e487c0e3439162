"""Message templates as a kind of definition in the catalog."""

from __future__ import annotations

from app.catalog import YAML_BYTES, Kind, Lookup, read_yaml, register_kind
from app.kernel.errors import DefinitionError, Problem, msg
from app.notifications.templates import lint_template, load_template


def _key(data: bytes) -> str:
    """The id of the template, also of one that has faults elsewhere."""
    top = read_yaml(data, "")
    if not isinstance(top, dict) or not isinstance(top.get("id"), str):
        text = msg("A message template needs an id of letters, digits, - and _.")
        raise DefinitionError([Problem("id", text, line=1)])
    return str(top["id"])


def _lint(data: bytes, file: str, lookup: Lookup) -> list[Problem]:
    return lint_template(data, file)


def register() -> None:
    """Make the kind `message` known: `rules/base/messages/<id>.yaml`."""
    register_kind(Kind("message", "rules", "messages/*.yaml", _key, load_template, _lint, max_bytes=YAML_BYTES))
