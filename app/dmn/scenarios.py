"""Scenario files of decisions: inputs and the expected answer. For tests, and before a table is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.dmn.deciding import decide
from app.dmn.model import Model
from app.feel import to_json
from app.kernel import documents
from app.kernel.errors import DefinitionError, Problem, YikouError, msg

TOP_KEYS = frozenset({"decision", "inputs", "scenarios"})
KEYS = frozenset({"name", "inputs", "expect"})


@dataclass
class Asked:
    """`problems`: answers other than told. `rules`: ids of the table rules that matched at least once."""

    problems: list[Problem] = field(default_factory=list)
    rules: set[str] = field(default_factory=set)


def ask_all(model: Model, document: Any, file: str, now: datetime) -> Asked:
    """Ask every scenario of a parsed file. Raises DefinitionError for a file of another shape."""
    top = _object(document, TOP_KEYS, file)
    if not isinstance(top.get("decision"), str) or not isinstance(top.get("scenarios"), list):
        raise _fault(file, document, msg("A scenario file names its decision and lists scenarios."))
    asked, common = Asked(), _object(top.get("inputs") or {}, None, file)
    for item in top["scenarios"]:
        scenario = _object(item, KEYS, file)
        if not isinstance(scenario.get("name"), str) or "expect" not in scenario:
            raise _fault(file, item, msg("A scenario has a name, inputs and what is expected."))
        inputs = {**common, **_object(scenario.get("inputs") or {}, None, file)}
        try:
            result = decide(model, top["decision"], inputs, now=now)
        except YikouError as error:
            asked.problems.append(
                Problem("scenario", error.message, error.params, file=file, line=_line(item)))
            continue
        asked.rules |= {match["rule"] for table in result.trace["tables"] for match in table["matched"]}
        if to_json(result.value) != scenario["expect"]:
            asked.problems.append(Problem(
                "scenario", msg("%(name)s: the answer is %(seen)s, not %(wanted)s"),
                {"name": scenario["name"], "seen": _told(to_json(result.value)),
                 "wanted": _told(scenario["expect"])}, file=file, line=_line(item)))
    return asked


def _object(value: Any, known: frozenset[str] | None, file: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _fault(file, value, msg("An object was expected here."))
    unknown = value.keys() - known if known is not None else set()
    if unknown:
        raise _fault(file, value, msg("A scenario has no key %(key)s here."), key=str(sorted(unknown)[0]))
    return value


def _told(value: Any) -> str:
    """As people write it: texts without quotes, everything else as JSON."""
    return value if isinstance(value, str) else documents.dump(value)


def _line(place: Any) -> int:
    line = getattr(place, "line", 1)
    return line if isinstance(line, int) else 1


def _fault(file: str, place: Any, message: str, **params: Any) -> DefinitionError:
    return DefinitionError([Problem("scenario", message, params, file=file, line=_line(place))])
