"""Everything one step knows and collects: the time, the ports, the budget, and the trace."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.engine.expressions import document, evaluate
from app.engine.ports import BudgetSpent, Hold, Ports, StepBudget
from app.engine.results import DecisionTaken, Message, SignalThrown, TraceStep
from app.feel import from_python, to_json
from app.feel.errors import Failure
from app.kernel.errors import YikouError, msg

if TYPE_CHECKING:
    from app.engine.tokens import Token


@dataclass(frozen=True)
class Call:
    """A signal on its way, and the tokens of the own instance that waited for it when it was thrown."""

    signal: SignalThrown
    listeners: list[Token]


class StepContext:
    """Lives for one step."""

    def __init__(self, now: datetime, ports: Ports, budget: StepBudget) -> None:
        self.now, self.ports, self.budget = now, ports, budget
        self.until = time.monotonic() + budget.seconds
        self.steps_left = budget.steps
        self.steps: list[TraceStep] = []
        self.messages: list[Message] = []
        self.calls: list[Call] = []
        self.calls_heard = 0
        self.decisions: list[DecisionTaken] = []
        self.ended: list[tuple[str, Mapping[str, Any]]] = []
        self.functions: Mapping[str, Callable[..., Any]] = {"deadline": ports.deadline, **ports.functions}

    def tick(self, element_id: str) -> None:
        """One automatic step. Raises BudgetSpent."""
        self.steps_left -= 1
        if self.steps_left < 0:
            raise BudgetSpent(
                "budget_steps",
                element_id,
                msg("More than %(limit)s automatic steps in one go, at %(element)s."),
                limit=self.budget.steps,
                element=element_id,
            )
        if time.monotonic() > self.until:
            raise BudgetSpent(
                "budget_seconds",
                element_id,
                msg("The step took more than %(limit)s seconds, at %(element)s."),
                limit=self.budget.seconds,
                element=element_id,
            )

    def token_id(self, seed: str, count: int) -> UUID:
        """A UUIDv7 whose random part follows from seed and count; ids of one moment sort as they were made."""
        noise = int.from_bytes(hashlib.sha256(f"{seed}:{count}".encode()).digest()[:8], "big")
        millis = int(self.now.timestamp() * 1000) & (1 << 48) - 1
        return UUID(int=millis << 80 | 0x7 << 76 | (count & 0xFFF) << 64 | 0b10 << 62 | noise & (1 << 62) - 1)

    def value(self, text: str, variables: Mapping[str, Any]) -> Any:
        """A literal's text, or the value of an expression. Raises Hold."""
        return evaluate(text, variables, self.now, self.functions)[0]

    def need(self, text: str, variables: Mapping[str, Any], kinds: tuple[type, ...], what: str) -> Any:
        """As `value`, but of one of `kinds`. Raises Hold with FEEL's reasons."""
        value, reasons = evaluate(text, variables, self.now, self.functions)
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise Hold(
                "type",
                msg("%(what)s %(text)s gave %(value)s %(reasons)s"),
                what=what,
                text=text[:200],
                value="null" if value is None else repr(value)[:100],
                reasons="; ".join(reasons)[:300],
            )
        return value

    def stored(self, value: Any) -> Any:
        """A value from outside as a JSON document. Raises Hold."""
        try:
            return document(to_json(from_python(value)))
        except (YikouError, Failure, TypeError, ValueError) as error:
            raise Hold("type", msg("A value cannot be stored.")) from error

    def properties(self, token: Token, variables: Mapping[str, Any], lenient: bool = False) -> dict[str, Any]:
        """The element's properties with their expressions evaluated. `lenient`: a fault gives None."""
        out: dict[str, Any] = {}
        for name, text in token.task_spec.element.properties.items():
            try:
                out[name] = self.value(text, variables)
            except Hold:
                if not lenient:
                    raise
                out[name] = None
        return out

    def trace(self, token: Token, how: str) -> None:
        """Note a line of history."""
        element = token.task_spec.element
        self.steps.append(TraceStep(token.key, element.process_id, element.id, how))
