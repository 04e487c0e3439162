"""Supervision rules as kinds of definitions in the catalog: those in force, and those on trial beside them."""

from __future__ import annotations

from dataclasses import replace

from app.catalog import YAML_BYTES, Kind, Lookup, read_yaml, register_kind
from app.engine import given_at_start
from app.kernel.errors import DefinitionError, Problem, msg
from app.rules.language import KIND, SHADOW, Rule
from app.rules.orders import PROCESS
from app.rules.reading import lint_rule, load_rule
from app.rules.scenarios import told_otherwise


def _key(data: bytes) -> str:
    """The name of the rule, also of one that has faults elsewhere."""
    top = read_yaml(data, "")
    if not isinstance(top, dict) or not isinstance(top.get("rule"), str):
        text = msg("A rule needs a name of letters, digits, - and _ under the key rule.")
        raise DefinitionError([Problem("rule", text, line=1, column=1)])
    return str(top["rule"])


def _lint(data: bytes, file: str, lookup: Lookup) -> list[Problem]:
    """What is wrong with the file, and where its scenarios tell otherwise than the rule does."""
    found = lint_rule(data, file, lookup)
    return found if any(one.severity == "error" for one in found) else [*found, *told_otherwise(data, file)]


def _lint_shadow(data: bytes, file: str, lookup: Lookup) -> list[Problem]:
    found = _lint(data, file, lookup)
    if not any(one.severity == "error" for one in found) and load_rule(data, file).mode != "shadow":
        text = msg("A version on trial beside the rule in force only notes: please write mode: shadow.")
        found.append(Problem("mode", text, file=file, line=1, column=1))
    return found


def _load_shadow(data: bytes, file: str) -> Rule:
    """It never acts, whatever it says."""
    return replace(load_rule(data, file), mode="shadow")


def register() -> None:
    """Make both kinds known: `rules/base/supervision/<rule>.yaml`, and `shadow/<rule>.yaml` below it; and tell what an
    order's diagram is given."""
    register_kind(Kind(KIND, "rules", "supervision/*.yaml", _key, load_rule, _lint, max_bytes=YAML_BYTES))
    register_kind(Kind(SHADOW, "rules", "supervision/shadow/*.yaml", _key, _load_shadow, _lint_shadow,
                       max_bytes=YAML_BYTES))
    given_at_start(PROCESS, ("order_level", "order_title", "about_number"))
