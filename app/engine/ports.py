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
    """Limits of one step: automatic steps, wall seconds, scope depth, instances of one loop, bytes of the state."""

    steps: int = 1_000
    seconds: float = 5.0
    depth: int = 12
    instances: int = 1_000
    variable_bytes: int = 1_000_000


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
