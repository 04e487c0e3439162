"""Processes as a kind of definition in the catalog."""

from __future__ import annotations

from app.catalog import Kind, Lookup, register_kind
from app.engine.definition import load
from app.engine.lint import lint
from app.engine.reading import read
from app.kernel.errors import Problem


def _key(data: bytes) -> str:
    """The id of the one executable process."""
    return read(data, "").process_id


def _lint(data: bytes, file: str, lookup: Lookup) -> list[Problem]:
    return lint(data, file, lookup)


def register() -> None:
    """Make the kind `process` known: `processes/base/<id>/<id>.bpmn`."""
    register_kind(Kind("process", "processes", "*/*.bpmn", _key, load, _lint))
