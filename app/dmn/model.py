"""A decision model in memory: its parts and what evaluates them. Reading: `loading`; asking: `deciding`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.feel import FeelType, Run


@dataclass
class Situation:
    """One evaluation under way. `tables` collects what decision tables did, in the order they finished."""

    run: Run
    tables: list[dict[str, Any]] = field(default_factory=list)


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
    """One question and the logic of its answer. `requires` are ids of inputs, decisions, knowledge and services."""

    id: str
    name: str
    title: str
    type: FeelType
    logic: Logic | None
    requires: tuple[str, ...]


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

    @property
    def open_inputs(self) -> bool:
        """True where the file declares no input data."""
        return not self.inputs
