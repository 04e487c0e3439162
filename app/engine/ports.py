"""The engine's doors to the outside, given by the host for one step; and the step's budget."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from app.engine.results import Element
from app.kernel.errors import YikouError

if TYPE_CHECKING:
    from app.engine.definition import ProcessDefinition


@dataclass(frozen=True)
class DecisionAnswer:
    """The value of a decision and the version that gave it."""

    value: Any
    hash: str = ""
    version: int = 0
    trace: Any = None


class Ports(Protocol):
    """All calls are synchronous, inside the step; effects are collected by the host and stored after it."""

    @property
    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """Extra FEEL functions."""

    def process(self, process_id: str) -> ProcessDefinition:
        """The live definition. Raises NotFound."""

    def process_by_hash(self, definition_hash: str) -> ProcessDefinition:
        """The pinned definition. Raises NotFound."""

    def decide(self, decision_id: str, variables: Mapping[str, Any]) -> DecisionAnswer:
        """The live decision's answer. Raises YikouError."""

    def deadline(self, name: str) -> Mapping[str, Any] | None:
        """`due_at` and `warn_at` (ISO texts or None) of a legal clock, None when it is not running."""

    def entered(self, element: Element, properties: dict[str, Any], variables: Mapping[str, Any]) -> None:
        """An element was entered."""

    def left(self, element: Element, properties: dict[str, Any], variables: Mapping[str, Any], how: str) -> None:
        """An element was left; `how`: completed or cancelled."""


@dataclass(frozen=True)
class StepBudget:
    """What one instance may use; an office's own figures are its settings (`budgets`).

    `steps` (automatic ones) and `seconds` (wall time) count within one step. `depth`: scopes inside each other, calls
    included. `instances`: of one multi-instance. `rounds`: how often a token may come back to one element by a flow
    that leads back, while the scope around it is open; in one step and over waits alike. Each call, each opening of a
    subprocess and each instance of a multi-instance begins its own count. `variable_bytes`, `state_bytes`: of one
    variable, and of the whole state, as JSON in UTF-8.
    """

    steps: int = 1_000
    seconds: float = 5.0
    depth: int = 12
    instances: int = 1_000
    rounds: int = 10_000
    variable_bytes: int = 256 * 1024
    state_bytes: int = 1024 * 1024


class BudgetSpent(YikouError):
    """A step went over its budget: the whole step is thrown away."""

    status = 422

    def __init__(self, code: str, element_id: str, message: str, /, **params: Any) -> None:
        self.code, self.element_id = code, element_id
        super().__init__(message, **params)


class Hold(Exception):
    """Inside the engine: this token cannot go on. Becomes an incident."""

    def __init__(self, code: str, message: str, /, **params: Any) -> None:
        self.code, self.message, self.params = code, message, params
        super().__init__(message)
