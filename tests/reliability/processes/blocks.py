"""A process as a tree of blocks, each with one way in and one way out. Plain data: the writer of BPMN reads it, and the
oracle plays it; neither knows the other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Ex = tuple[Any, ...]
"""An expression: ("const", value), ("var", name), ("count", name), ("is", name, value), ("plus", name, number)."""


def feel(ex: Ex) -> str:
    """The expression as FEEL, with its equals sign."""
    return "=" + _feel(ex)


def _feel(ex: Ex) -> str:
    kind, first = ex[0], ex[1]
    if kind == "count":
        return f"if {first} = null then 1 else {first} + 1"
    if kind == "is":
        return f"{first} = {json.dumps(ex[2])}"
    if kind == "plus":
        return f"{first} + {ex[2]}"
    return json.dumps(first) if kind == "const" else str(first)


def value(ex: Ex, view: Mapping[str, Any]) -> Any:
    """What it is worth; a name that is not there is null."""
    kind, first = ex[0], ex[1]
    if kind == "const":
        return first
    at = view.get(first)
    if kind == "count":
        return 1 if at is None else at + 1
    if kind == "is":
        return at == ex[2] and at is not None
    if kind == "plus":
        return None if at is None else at + ex[2]
    return at


@dataclass
class Event:
    """What is waited for or thrown. `minutes` of timers; `rounds` of a cycle (0: for ever, None: a duration);
    `test` of a condition; `values`: what may come with it, name -> choices."""

    kind: str
    name: str = ""
    code: str | None = None
    minutes: int = 0
    rounds: int | None = None
    test: Ex | None = None
    values: dict[str, list[Any]] = field(default_factory=dict)
    inputs: dict[str, Ex] = field(default_factory=dict)
    outputs: dict[str, Ex] = field(default_factory=dict)
    activity: str | None = None


@dataclass
class Catcher:
    """A boundary event, or the start of an event subprocess, with what follows it."""

    id: str
    event: Event
    interrupting: bool
    path: Block


@dataclass
class Loop:
    """Multi-instance."""

    sequential: bool
    items: Ex
    item: str
    output: str | None = None
    element: Ex | None = None
    stop: Ex | None = None


@dataclass
class Block:
    """One block. `parts`: what is inside, in order. `at`: what only this kind has."""

    kind: str
    id: str
    parts: list[Block] = field(default_factory=list)
    event: Event | None = None
    inputs: dict[str, Ex] = field(default_factory=dict)
    outputs: dict[str, Ex] = field(default_factory=dict)
    loop: Loop | None = None
    boundaries: list[Catcher] = field(default_factory=list)
    handlers: list[Catcher] = field(default_factory=list)
    undo: Block | None = None
    at: dict[str, Any] = field(default_factory=dict)

    def walk(self) -> Iterator[Block]:
        """This block and everything inside."""
        yield self
        inner = [*self.parts, *(c.path for c in (*self.boundaries, *self.handlers)), *([self.undo] if self.undo else [])]
        for one in inner:
            yield from one.walk()


ACTIVITIES = frozenset({"task", "manual", "user", "job", "script", "rule", "send", "receive", "sub", "call", "adhoc"})


@dataclass
class Process:
    """A process: its blocks, and event subprocesses of its own (the handlers of `body`'s scope)."""

    id: str
    body: Block
    handlers: list[Catcher] = field(default_factory=list)


@dataclass
class Diagram:
    """The main process first, then those that it calls."""

    seed: int
    processes: list[Process]

    def by_id(self, name: str) -> Process:
        """Raises StopIteration."""
        return next(p for p in self.processes if p.id == name)

    def blocks(self) -> Iterator[Block]:
        """All blocks of all processes."""
        for one in self.processes:
            yield from one.body.walk()
            for catcher in one.handlers:
                yield from catcher.path.walk()


def outline(diagram: Diagram) -> str:
    """The tree as indented text, for reports."""
    lines: list[str] = []
    for one in diagram.processes:
        lines.append(f"process {one.id}")
        _lines(one.body, 1, lines)
        _catchers(one.handlers, "handler", 1, lines)
    return "\n".join(lines)


def _lines(block: Block, depth: int, lines: list[str]) -> None:
    more = {k: v for k, v in {"event": block.event and f"{block.event.kind} {block.event.name}{block.event.code or ''}",
                              "in": block.inputs, "out": block.outputs, "loop": block.loop, **block.at}.items() if v}
    lines.append("  " * depth + f"{block.kind} {block.id}" + (f" {more}" if more else ""))
    for part in block.parts:
        _lines(part, depth + 1, lines)
    _catchers(block.boundaries, "boundary", depth + 1, lines)
    _catchers(block.handlers, "handler", depth + 1, lines)
    if block.undo:
        lines.append("  " * (depth + 1) + "undone by")
        _lines(block.undo, depth + 2, lines)


def _catchers(found: list[Catcher], word: str, depth: int, lines: list[str]) -> None:
    for one in found:
        how = "interrupting" if one.interrupting else "beside"
        lines.append("  " * depth + f"{word} {one.id} {how} {one.event}")
        _lines(one.path, depth + 1, lines)
