"""What belongs to a process: whatever it calls, asks, shows and sends, near and far."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app import dmn, engine
from app.kernel.errors import DefinitionError

Name = tuple[str, str]
TEMPLATE = "template"
"""The header by which a job names the text it sends."""


def closure(key: str, data: Callable[[str, str], bytes | None]) -> dict[Name, bytes]:
    """(kind, key) -> bytes of a process and of all it needs, as `data` has them. What is missing is left out.

    A call by expression may lead to every process whose key a decision of the package can answer.
    """
    found: dict[Name, bytes] = {}
    todo: list[Name] = [("process", key)]
    open_calls = False
    while todo:
        name = todo.pop()
        content = data(*name)
        if name in found or content is None:
            continue
        found[name] = content
        if name[0] == "process":
            needed, opened = _needed(content, name[1])
            open_calls = open_calls or opened
            todo += sorted(needed, reverse=True)
        if open_calls:
            todo += [("process", text) for text in sorted(_answers(found)) if ("process", text) not in found
                     and text.isidentifier()]
    return {name: found[name] for name in sorted(found)}


def _needed(content: bytes, key: str) -> tuple[set[Name], bool]:
    try:
        told = engine.references(content, key)
    except DefinitionError:
        return set(), False
    texts = {("message", value) for name, value in told.headers if name == TEMPLATE}
    return (texts | {("process", one) for one in told.processes} | {("decision", one) for one in told.decisions}
            | {("form", one) for one in told.forms}), told.open_calls


def _answers(found: dict[Name, bytes]) -> Iterator[str]:
    for (kind, key), content in found.items():
        if kind == "decision":
            yield from dmn.literals(content, key)
