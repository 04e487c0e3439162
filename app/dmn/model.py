"""A decision model in memory: its parts and what evaluates them. Reading: `loading`; asking: `deciding`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.feel import FeelType, Run


class Situation:
    """One evaluation under way. `tables` collects what decision tables did, in the order they finished: see
    `finished`. `owners` are the ids of the decisions that asked them, by position."""

    __slots__ = ("owners", "run", "tables")

    def __init__(self, run: Run) -> None:
        self.run = run
        self.tables: list[Any] = []
        self.owners: list[str] = []


Logic = Callable[[Situation, Mapping[str, Any]], Any]
"""Evaluates a boxed expression with variables (values of the expression language); errors become null."""


@dataclass(frozen=True)
class InputData:
    """A value the world gives: `name` is what expressions call it."""

    id: str
    name: str
    type: FeelType


@dataclass(frozen=True)
class Knowledge:
    """A function for decisions to call."""

    id: str
    name: str
    parameters: tuple[tuple[str, FeelType], ...]
    type: FeelType
    logic: Logic
    requires: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """One question and the logic of its answer. `requires` are ids of inputs, decisions, knowledge and services;
    `used` the names that its expressions read."""

    id: str
    name: str
    title: str
    type: FeelType
    logic: Logic | None
    requires: tuple[str, ...]
    used: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Service:
    """Decisions offered as one function; parameters are its inputs, then its input decisions."""

    id: str
    name: str
    type: FeelType
    outputs: tuple[str, ...]
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Model:
    """A whole file, by id. `open_inputs`: no input data are declared, every variable given is visible."""

    id: str
    name: str
    file: str
    inputs: Mapping[str, InputData]
    decisions: Mapping[str, Decision]
    knowledge: Mapping[str, Knowledge]
    services: Mapping[str, Service]
    open_inputs: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "open_inputs", not self.inputs)
