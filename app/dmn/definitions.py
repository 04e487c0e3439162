"""Decision models as a kind of definition in the catalog."""

from __future__ import annotations

from typing import Any

from app.catalog import Kind, Lookup, register_kind
from app.dmn.linting import lint
from app.dmn.loading import load, read
from app.dmn.scenarios import ask_all
from app.kernel import clock
from app.kernel.errors import DefinitionError, Problem, msg


def _key(data: bytes) -> str:
    """The id of the decision that no other one requires: the question that the file answers."""
    model, _problems = read(data, "")
    required = {each for decision in model.decisions.values() for each in decision.requires}
    asked = [decision for decision in model.decisions if decision not in required]
    if model.id in asked:
        return model.id
    if len(asked) != 1:
        text = msg("A file answers one question: one decision that no other requires. Here: %(found)s.")
        raise DefinitionError([Problem("one_decision", text, {"found": ", ".join(asked[:10]) or "-"}, line=1)])
    return asked[0]


def _lint(data: bytes, file: str, lookup: Lookup) -> list[Problem]:
    return lint(data, file)


def _ask(data: bytes, file: str, document: Any, told: str) -> list[Problem]:
    """What a table answers otherwise than its scenarios tell. It is a fault of files that stand side by side only: a
    table that is changed in the browser is meant to answer otherwise."""
    return ask_all(load(data, file), document, told, clock.now()).problems


def register() -> None:
    """Make the kind `decision` known: `rules/base/decisions/<id>/<id>.dmn`."""
    register_kind(Kind("decision", "rules", "decisions/*/*.dmn", _key, load, _lint, ask=_ask))
