"""Processes as a kind of definition in the catalog."""

from __future__ import annotations

from collections import Counter

from app.catalog import YAML_BYTES, Kind, Lookup, read_yaml, register_kind
from app.engine.definition import load
from app.engine.lint import lint
from app.engine.reading import read
from app.engine.scenarios import Scenario, scenarios
from app.kernel.errors import DefinitionError, Problem, msg


def _key(data: bytes) -> str:
    """The id of the one executable process."""
    return read(data, "").process_id


def _lint(data: bytes, file: str, lookup: Lookup) -> list[Problem]:
    return lint(data, file, lookup)


def _told(data: bytes, file: str) -> list[Scenario]:
    """The scenarios of a file. Raises DefinitionError."""
    return scenarios(read_yaml(data, file), file)


def _told_of(data: bytes) -> str:
    """The process they are of."""
    top = read_yaml(data, "")
    if not isinstance(top, dict) or not isinstance(top.get("process"), str):
        raise DefinitionError([Problem(
            "scenario", msg("A scenario file names its process and lists scenarios."), line=1)])
    return str(top["process"])


def _lint_told(data: bytes, file: str, lookup: Lookup) -> list[Problem]:
    try:
        found = _told(data, file)
    except DefinitionError as error:
        return error.problems
    key = _told_of(data)
    if not lookup.has("process", key):
        return [Problem("scenario", msg("There is no process %(process)s."), {"process": key}, severity="warning",
                        file=file, line=1)]
    names = Counter(one.name for one in found)
    return [Problem("scenario", msg("Two scenarios are called %(name)s."), {"name": one.name}, file=file, line=one.line)
            for one in found if names[one.name] > 1]


def register() -> None:
    """Make known the kind `process`, `processes/base/<id>/<id>.bpmn`, and an office's `scenarios` beside it."""
    register_kind(Kind("process", "processes", "*/*.bpmn", _key, load, _lint))
    register_kind(Kind("scenarios", "processes", "*/scenarios.yaml", _told_of, _told, _lint_told, max_bytes=YAML_BYTES,
                       own=True))
