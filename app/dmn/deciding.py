"""Asking a model: the requirement graph, from the inputs up to the decision. Pure: no clock, no database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from app.dmn import finished
from app.dmn.boxed import BoxedFunction, fit
from app.dmn.model import Decision, Knowledge, Logic, Model, Service, Situation
from app.feel import Budget, Failure, FeelType, Run, from_python, new_run, to_json
from app.kernel.errors import NotFound, msg

BUDGET = Budget(steps=1_000_000)
"""Of one question as a whole, all its required decisions included."""


class DecisionResult:
    """`value` is a value of the expression language (see feel.to_json); `trace` tells how it came about."""

    __slots__ = ("_asking", "_decision", "_trace", "value")

    def __init__(self, value: Any, asking: Asking, decision: Decision) -> None:
        self.value, self._asking, self._decision = value, asking, decision
        self._trace: dict[str, Any] | None = None

    @property
    def situation(self) -> Situation:
        """What was done on the way."""
        return self._asking.situation

    @property
    def trace(self) -> dict[str, Any]:
        """JSON-able, made when first read: {decision, name, value, tables: [{decision, table, hit_policy,
        inputs: [{label, value}], matched: [{rule, row, outputs, annotations}],
        refused: {rule, row, label, cell, value} or None}], required: {name: value}, reasons: [text]}.

        `refused` is the first rule that would have matched but for one cell, and that cell.
        """
        if self._trace is None:
            asking, decision = self._asking, self._decision
            self._trace = {
                "decision": decision.id, "name": decision.title, "value": to_json(self.value),
                "tables": finished.documents(asking.situation),
                "required": {asking.model.decisions[each].name: to_json(found)
                             for each, found in asking.known.items() if each != decision.id},
                "reasons": list(asking.situation.run.reasons),
            }
        return self._trace


def decide(model: Model, decision_id: str, inputs: Mapping[str, Any], *, now: datetime,
           functions: Mapping[str, Callable[..., Any]] | None = None, budget: Budget = BUDGET) -> DecisionResult:
    """The answer of a decision. Inputs are named as in the model; a missing one is null.

    Raises NotFound for an unknown decision and BudgetExceeded; every other fault makes null, with a reason.
    """
    if decision_id not in model.decisions:
        raise NotFound(msg("There is no decision %(id)s."), id=decision_id)
    asking = Asking.of(model, inputs, now=now, functions=functions, budget=budget)
    return DecisionResult(asking.decision(decision_id), asking, model.decisions[decision_id])


class Asking:
    """One question to a model. `given` are input values by name, `known` decided values by id."""

    def __init__(self, model: Model, situation: Situation, given: Mapping[str, Any], known: dict[str, Any]) -> None:
        self.model, self.situation, self.given, self.known = model, situation, given, known

    @classmethod
    def of(cls, model: Model, inputs: Mapping[str, Any], *, now: datetime | None,
           functions: Mapping[str, Callable[..., Any]] | None = None, budget: Budget = BUDGET) -> Asking:
        """Start with values as Python gives them; what cannot be used becomes null with a reason."""
        run = new_run(now, functions, budget)
        try:
            given = {name: from_python(value) for name, value in inputs.items()}
        except Failure:
            given = {name: _usable(run, name, value) for name, value in inputs.items()}
        return cls(model, Situation(run), given, {})

    def decision(self, ident: str) -> Any:
        """The value of a decision, decided once."""
        known, situation = self.known, self.situation
        if ident in known:
            return known[ident]
        decision = self.model.decisions[ident]
        if decision.logic is None:
            return situation.run.null(f"{decision.name} has no logic")
        known[ident] = None  # of a faulty file: whoever requires itself finds nothing
        variables = self._required(decision.requires)
        if self.model.open_inputs:
            variables = {**self.given, **variables}
        value = fit(situation.run, decision.logic(situation, variables), decision.type, decision.name)
        situation.owners += [ident] * (len(situation.tables) - len(situation.owners))
        known[ident] = value
        return value

    def _required(self, requires: Collection[str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        inputs, run = self.model.inputs, self.situation.run
        for ident in requires:
            given = inputs.get(ident)
            if given is not None:
                values[given.name] = fit(run, self.given.get(given.name), given.type, given.name)
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


def _usable(run: Run, name: str, value: Any) -> Any:
    try:
        return from_python(value)
    except Failure as failure:
        return run.null(f"{name}: {failure}")


def _result_type(kind: FeelType) -> FeelType:
    """What a function gives: files write the type of its result, or that of the function as a whole."""
    return kind if kind.name != "function" else kind.items or FeelType("Any")
