"""Supervision rules as a kind of definition in the catalog."""

from __future__ import annotations

from app.catalog import YAML_BYTES, Kind, Lookup, read_yaml, register_kind
from app.kernel.errors import DefinitionError, Problem, msg
from app.rules.reading import lint_rule, load_rule

KIND = "supervision"


def _key(data: bytes) -> str:
    """The name of the rule, also of one that has faults elsewhere."""
    top = read_yaml(data, "")
    if not isinstance(top, dict) or not isinstance(top.get("rule"), str):
        text = msg("A rule needs a name of letters, digits, - and _ under the key rule.")
        raise DefinitionError([Problem("rule", text, line=1, column=1)])
    return str(top["rule"])


def _lint(data: bytes, file: str, lookup: Lookup) -> list[Problem]:
    return lint_rule(data, file, lookup)


def register() -> None:
    """Make the kind `supervision` known: `rules/base/supervision/<rule>.yaml`."""
    register_kind(Kind(KIND, "rules", "supervision/*.yaml", _key, load_rule, _lint, max_bytes=YAML_BYTES))
