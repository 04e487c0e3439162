"""Asking a model: the requirement graph, from the inputs up to the decision. Pure: no clock, no database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.dmn.boxed import BoxedFunction, fit
from app.dmn.model import Decision, Knowledge, Logic, Model, Service, Situation
from app.feel import Budget, Failure, FeelType, from_python, new_run, to_json
from app.kernel.errors import NotFound, msg

BUDGET = Budget(steps=1_000_000)
"""Of one question as a whole, all its required decisions included."""


@dataclass(frozen=True)
class DecisionResult:
    """`value` is a value of the expression language (see feel.to_json).

    `trace` is JSON-able: {decision, name, value, tables: [{decision, table, hit_policy, inputs: [{label, value}],
    matched: [{rule, row, outputs, annotations}]}], required: {name: value}, reasons: [text]}.
    """

    value: Any
    trace: dict[str, Any]


def decide(model: Model, decision_id: str, inputs: Mapping[str, Any], *, now: datetime,
           functions: Mapping[str, Callable[..., Any]] | None = None, budget: Budget = BUDGET) -> DecisionResult:
    """The answer of a decision. Inputs are named as in the model; a missing one is null.

    Raises NotFound for an unknown decision and BudgetExceeded; every other fault makes null, with a reason.
    """
    if decision_id not in model.decisions:
        raise NotFound(msg("There is no decision %(id)s."), id=decision_id)
    asking = Asking.of(model, inputs, now=now, functions=functions, budget=budget)
    value = asking.decision(decision_id)
    decision = model.decisions[decision_id]
    trace = {
        "decision": decision.id, "name": decision.title, "value": to_json(value),
        "tables": asking.situation.tables,
        "required": {model.decisions[each].name: to_json(found) for each, found in asking.known.items()
                     if each != decision_id},
        "reasons": list(asking.situation.run.reasons),
    }
    return DecisionResult(value, trace)


class Asking:
    """One question to a model. `given` are input values by name, `known` decided values by id."""

    def __init__(self, model: Model, situation: Situation, given: Mapping[str, Any], known: dict[str, Any]) -> None:
        self.model, self.situation, self.given, self.known = model, situation, given, known
        self._under_way: set[str] = set()

    @classmethod
    def of(cls, model: Model, inputs: Mapping[str, Any], *, now: datetime | None,
           functions: Mapping[str, Callable[..., Any]] | None = None, budget: Budget = BUDGET) -> Asking:
        """Start with values as Python gives them; what cannot be used becomes null with a reason."""
        situation = Situation(new_run(now, functions, budget))
        given: dict[str, Any] = {}
        for name, value in inputs.items():
            try:
                given[name] = from_python(value)
            except Failure as failure:
                given[name] = situation.run.null(f"{name}: {failure}")
        return cls(model, situation, given, {})

    def decision(self, ident: str) -> Any:
        """The value of a decision, decided once."""
        if ident in self.known:
            return self.known[ident]
        decision = self.model.decisions[ident]
        if ident in self._under_way or decision.logic is None:
            return self.situation.run.null(f"{decision.name} has no logic")
        self._under_way.add(ident)
        before = len(self.situation.tables)
        value = decision.logic(self.situation, self._variables(decision))
        value = fit(self.situation.run, value, decision.type, decision.name)
        for table in self.situation.tables[before:]:
            table.setdefault("decision", ident)
        self._under_way.discard(ident)
        self.known[ident] = value
        return value

    def _variables(self, decision: Decision) -> dict[str, Any]:
        given = dict(self.given) if self.model.open_inputs else {}
        return {**given, **self._required(decision.requires)}

    def _required(self, requires: Collection[str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for ident in requires:
            if ident in self.model.inputs:
                name = self.model.inputs[ident].name
                values[name] = fit(self.situation.run, self.given.get(name), self.model.inputs[ident].type, name)
            elif ident in self.model.decisions:
                values[self.model.decisions[ident].name] = self.decision(ident)
            elif ident in self.model.knowledge:
                knowledge = self.model.knowledge[ident]
                values[knowledge.name] = self.knowledge(knowledge)
            else:
                service = self.model.services[ident]
                values[service.name] = self.service(service)
        return values

    def knowledge(self, knowledge: Knowledge) -> BoxedFunction:
        """A business knowledge model as a function; it may call itself."""
        variables = self._required([each for each in knowledge.requires if each != knowledge.id])
        result = _result_type(knowledge.type)
        function = BoxedFunction(self.situation, knowledge.parameters, knowledge.logic, variables, result)
        variables[knowledge.name] = function
        return function

    def service(self, service: Service) -> BoxedFunction:
        """A decision service as a function of its inputs and input decisions."""
        parameters: list[tuple[str, FeelType]] = []
        for ident in service.inputs:
            part = self.model.inputs.get(ident) or self.model.decisions[ident]
            parameters.append((part.name, part.type))
        return BoxedFunction(self.situation, parameters, self._service_logic(service), {})

    def _service_logic(self, service: Service) -> Logic:
        def evaluate(situation: Situation, variables: Mapping[str, Any]) -> Any:
            outputs = self.decided(service, variables)
            return next(iter(outputs.values())) if len(outputs) == 1 else outputs

        return evaluate

    def decided(self, service: Service, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The output decisions of a service by name, given its parameters by name."""
        given, known = dict[str, Any](), dict[str, Any]()
        for ident in service.inputs:
            if ident in self.model.inputs:
                given[self.model.inputs[ident].name] = arguments.get(self.model.inputs[ident].name)
            else:
                decision = self.model.decisions[ident]
                known[ident] = fit(self.situation.run, arguments.get(decision.name), decision.type, decision.name)
        inner = Asking(self.model, self.situation, given, known)
        outputs = {self.model.decisions[ident].name: inner.decision(ident) for ident in service.outputs}
        if len(outputs) == 1:
            result = _result_type(service.type)
            return {name: fit(self.situation.run, value, result, service.name) for name, value in outputs.items()}
        return outputs


def _result_type(kind: FeelType) -> FeelType:
    """What a function gives: files write the type of its result, or that of the function as a whole."""
    return kind if kind.name != "function" else kind.items or FeelType("Any")
