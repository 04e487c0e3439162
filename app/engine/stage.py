"""A stage for diagrams: the engine's `Ports` without a host, which notes what a diagram says to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.engine.definition import ProcessDefinition
from app.engine.ports import DecisionAnswer
from app.engine.results import Element
from app.kernel.errors import NotFound, msg

START = datetime(2030, 3, 4, 1, 0, tzinfo=UTC)
SPANS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "wh": timedelta(hours=1),
         "d": timedelta(days=1), "wd": timedelta(days=1)}
"""On the stage all time is working time."""

Decide = Callable[[str, Mapping[str, Any], datetime], DecisionAnswer]


class Stage:
    """Implements `Ports`: the definitions at hand, and notes of everything the diagram says to its host."""

    def __init__(self, definitions: Iterable[ProcessDefinition], decide: Decide, answers: Mapping[str, Any],
                 functions: Mapping[str, Callable[..., Any]] | None = None) -> None:
        self.by_id = {definition.id: definition for definition in definitions}
        self.ask, self.answers, self.given = decide, answers, functions or {}
        self.now = START
        self.clocks: dict[str, dict[str, Any]] = {}
        self.phases: list[str] = []
        self.entries: list[str] = []
        self.wrote: list[str] = []
        self.columns: dict[str, Any] = {}

    def process(self, process_id: str) -> ProcessDefinition:
        """Raises NotFound."""
        if process_id not in self.by_id:
            raise NotFound(msg("there is no process %(id)s"), id=process_id)
        return self.by_id[process_id]

    def process_by_hash(self, definition_hash: str) -> ProcessDefinition:
        """Raises NotFound."""
        found = next((one for one in self.by_id.values() if one.hash == definition_hash), None)
        if found is None:
            raise NotFound(msg("there is no process %(id)s"), id=definition_hash[:12])
        return found

    def decide(self, decision_id: str, variables: Mapping[str, Any]) -> DecisionAnswer:
        """The scenario's own answer first."""
        if decision_id in self.answers:
            return DecisionAnswer(self.answers[decision_id])
        return self.ask(decision_id, variables, self.now)

    @property
    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """`due_in`, on the stage's time, and what the host gave."""
        return {**self.given, "due_in": self._due_in}

    def _due_in(self, amount: Any, unit: Any) -> str | None:
        known = isinstance(amount, int | Decimal) and unit in SPANS
        return (self.now + SPANS[unit] * float(amount)).isoformat() if known else None

    def deadline(self, name: str) -> Mapping[str, Any] | None:
        """Dates of a running clock."""
        clock = self.clocks.get(name)
        if clock is None or clock["state"] != "running":
            return None
        return {"due_at": clock["due"].isoformat(), "warn_at": clock["warn"].isoformat()}

    def entered(self, element: Element, properties: dict[str, Any], variables: Mapping[str, Any]) -> None:
        """Clocks and phases."""
        phase = properties.get("phase")
        if phase and (not self.phases or self.phases[-1] != phase):
            self.phases.append(phase)
        self._start(properties.get("deadline.start"), properties.get("deadline.budget"))
        self._turn(properties.get("deadline.pause"), "running", "paused")

    def left(self, element: Element, properties: dict[str, Any], variables: Mapping[str, Any],
             how: str) -> None:
        """Clocks, columns and journal."""
        self._turn(properties.get("deadline.pause"), "paused", "running")
        if how != "completed":
            return
        self._turn(properties.get("deadline.stop"), "running", "stopped")
        self._extend(properties.get("deadline.extend"), properties.get("deadline.by"))
        if properties.get("entry.kind"):
            self.wrote.append(element.id)
            self.entries.append(f"{properties['entry.kind']} {properties.get('entry.visibility', 'staff')}: "
                                f"{properties.get('entry.body')}")
        self.columns |= {key[5:]: value for key, value in properties.items() if key.startswith("case.")}

    def _start(self, name: Any, budget: Any) -> None:
        if not name or self.clocks.get(name, {}).get("state") in ("running", "paused"):
            return
        if not isinstance(budget, Mapping) or budget.get("amount") is None or budget.get("unit") not in SPANS:
            raise NotFound(msg("the clock %(name)s has no budget"), name=name)
        span = SPANS[budget["unit"]] * float(budget["amount"])
        warn = float(budget.get("warn") or 1)
        self.clocks[name] = {"state": "running", "due": self.now + span, "warn": self.now + span * warn}

    def _turn(self, names: Any, before: str, after: str) -> None:
        """One name, or several with commas."""
        for name in (names or "").split(","):
            if self.clocks.get(name.strip(), {}).get("state") == before:
                self.clocks[name.strip()]["state"] = after

    def _extend(self, name: Any, by: Any) -> None:
        if name and name in self.clocks:
            self.clocks[name]["due"] += SPANS[by["unit"]] * float(by["amount"])
            self.clocks[name]["state"] += " extended" if "extended" not in self.clocks[name]["state"] else ""
