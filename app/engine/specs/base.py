# mypy: allow-subclassing-any
"""What every element does: enter, wait or run, leave, hand the token on. Scopes of variables, never token data."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.engine import budgets
from app.engine.diagram import Node
from app.engine.library import BpmnSpecMixin, TaskState
from app.engine.ports import Hold
from app.engine.results import Element
from app.engine.specs.undoing import handled, remember
from app.engine.tokens import Token


@dataclass(frozen=True)
class Outgoing:
    """A flow as the engine follows it."""

    id: str
    target: str
    condition: str | None
    default: bool = False
    back: bool = False
    """Whether it closes a loop."""


class Behaviour(BpmnSpecMixin):
    """Base of all elements. The builder fills the attributes once; nothing changes them afterwards."""

    node: Node
    element: Element
    flows: tuple[Outgoing, ...] = ()
    incoming: tuple[str, ...] = ()
    boundaries: tuple[str, ...] = ()
    undone_by: str | None = None
    """Its compensation handler."""
    instance_of_loop = False
    in_adhoc = False
    runs_instances = False
    listens = False
    silent_entry = False
    """True: entered is told when it fires, not when the token arrives."""

    def test(self) -> None:
        """The linter has tested the diagram."""

    def _predict(self, my_task: Token, seen: Any = None, looked_ahead: int = 0, mask: int = 0) -> None:
        """Tokens have no predicted future: what may come is read from the diagram."""

    # ---- entering
    def _update_hook(self, token: Token) -> bool:
        token.internal_data.pop("incident", None)
        try:
            self.enter(token)
            return self.proceed(token)
        except Hold as problem:
            token.hold(problem)
            token._set_state(TaskState.WAITING)
            return False

    def enter(self, token: Token) -> None:
        """Input mappings, the element's own preparations, then the host is told. Raises Hold."""
        node, context = self.node, token.context
        if node.extensions.inputs and not self.runs_instances:
            own = token.internal_data.setdefault("vars", {})
            for source, target in node.extensions.inputs:
                assign(own, target, context.value(source, token.view()), {})
            budgets.weigh(own, self.element.id, context.budget)
        self.prepare(token)
        if not self.silent_entry:
            self.announce(token)
        for name in self.boundaries:
            boundary = token.workflow.put(name, host=token.key)
            boundary.task_spec._update(boundary)

    def announce(self, token: Token, values: Mapping[str, Any] | None = None) -> None:
        """Tell the host that the element was entered. Raises Hold for a faulty property."""
        context, view = token.context, token.view(values)
        properties = context.properties(token, view)
        self.announced(token, properties)
        context.ports.entered(self.element, properties, view)
        context.trace(token, "entered")
        token.internal_data["in"] = 1

    def announced(self, token: Token, properties: dict[str, Any]) -> None:
        """For elements that keep their properties while open."""

    def prepare(self, token: Token) -> None:
        """Evaluate what the element needs while it is open. Raises Hold."""

    def proceed(self, token: Token) -> bool:
        """True: the token may run now (or waits for a person if manual)."""
        return True

    def _on_ready_hook(self, token: Token) -> None:
        if not self.manual:
            token.workflow.instance.ready.append(token)

    # ---- leaving
    def _run_hook(self, token: Token) -> bool | None:
        messages, calls = len(token.context.messages), len(token.context.calls)
        try:
            if "in" not in token.internal_data:
                self.announce(token, token.internal_data.get("values"))
            values = self.act(token, token.internal_data.get("values") or {})
            if not token.alive:
                return None
            self.leave(token, values)
        except Hold as problem:
            del token.context.messages[messages:], token.context.calls[calls:]      # a retry throws them again
            token.hold(problem)
            return False
        return True

    def act(self, token: Token, values: dict[str, Any]) -> dict[str, Any]:
        """The element's work; returns the values it brings. Raises Hold."""
        return values

    def leave(self, token: Token, values: dict[str, Any]) -> None:
        """Evaluate everything first, then write outwards and tell the host. Raises Hold."""
        context, scopes = token.context, token.scopes()
        local = token.internal_data.get("vars")
        view: Mapping[str, Any] = ChainMap(dict(values), *scopes)
        outer = scopes[1:] if local is not None else scopes
        self.choose(token, view)
        properties = context.properties(token, view)
        outputs, brought = self.node.extensions.outputs, values
        if outputs and not self.runs_instances:
            mapped: dict[str, Any] = {}
            for source, target in outputs:
                assign(mapped, target, context.value(source, view), ChainMap(*outer))
            values, scopes = mapped, outer
        if brought is not values:                       # what came stays local and is visible to the loop's result
            brought = {**values, **(local or {}), **brought}
        self.collect(token, ChainMap(dict(brought), *token.scopes()))
        if self.in_adhoc:
            self.ask_adhoc(token, values)
        context.ports.left(self.element, properties, view, "completed")
        self.leaving(token, properties)
        budgets.weigh(values, self.element.id, context.budget)
        merge(scopes, values)
        context.trace(token, "completed")

    def choose(self, token: Token, view: Mapping[str, Any]) -> None:
        """Decide which flows are taken; default: all. Raises Hold."""

    def leaving(self, token: Token, properties: dict[str, Any]) -> None:
        """For end events."""

    def collect(self, token: Token, view: Mapping[str, Any]) -> None:
        """An instance of a loop hands its result to the body. Raises Hold."""
        body = token.body
        if body is not None:
            body.task_spec.take_result(body, token, view)

    def ask_adhoc(self, token: Token, values: Mapping[str, Any]) -> None:
        """An ad-hoc subprocess gathers results and may be over with this element. Raises Hold."""
        if token.body is None:
            token.workflow.holder.task_spec.inner_leaves(token, values)

    def inner_leaves(self, token: Token, values: Mapping[str, Any]) -> None:
        """Only ad-hoc subprocesses look at what leaves inside of them. Raises Hold."""

    def inner_done(self, token: Token) -> bool:
        """Whether the scope ends with this element, so that nothing follows it; only in ad-hoc subprocesses."""
        return False

    def take_result(self, body: Token, token: Token, view: Mapping[str, Any]) -> None:
        """Only multi-instance bodies take results."""

    # ---- handing on
    def _on_complete_hook(self, token: Token) -> None:
        disarm(token)
        body = token.body
        if body is not None:
            body.task_spec.instance_done(body, token)
            return
        kept = token.internal_data
        if "undo" in kept:
            handled(token)
        elif self.undone_by is not None or "undone" in kept:
            remember(token)
        if self.in_adhoc and token.workflow.holder.task_spec.inner_done(token):
            return
        for flow in self.flows:
            if token.chosen is None or flow.id in token.chosen:
                self.hand_on(token, flow)

    def instance_done(self, body: Token, token: Token) -> None:
        """Only multi-instance bodies have instances."""

    def hand_on(self, token: Token, flow: Outgoing) -> None:
        """Put a token at the end of a flow; the library enters it next."""
        self.count(token, flow)
        token.workflow.put(flow.target, token, flow=flow.id)

    def count(self, token: Token, flow: Outgoing) -> None:
        """Rounds of loops are counted. Raises BudgetSpent."""
        if flow.back:
            budgets.count_round(token.workflow, flow.target, token.context.budget)

    # ---- being stopped
    def stop(self, token: Token) -> None:
        """Close what the element owns; called before the token is dropped."""


def fire(token: Token, values: Mapping[str, Any]) -> None:
    """Let a token that was entered go on with `values`."""
    token.internal_data["values"] = dict(values)
    token._ready()


def disarm(token: Token) -> None:
    """Drop the armed boundary events of an activity."""
    if token.task_spec.boundaries:
        for other in token.workflow.tokens():
            if other.internal_data.get("host") == token.key:
                token.workflow.drop(other)


def terminate(token: Token) -> None:
    """Cancel a token and everything it owns, inner things first."""
    if not token.alive:
        return
    for child in list(token.children):
        terminate(child)
    disarm(token)
    token.task_spec.stop(token)
    entered = "in" in token.internal_data
    token._set_state(TaskState.CANCELLED)
    if entered:
        context, view = token.context, token.view()
        context.ports.left(token.task_spec.element, context.properties(token, view, lenient=True), view, "cancelled")
        context.trace(token, "cancelled")
    token.workflow.drop(token)


def assign(target: dict[str, Any], path: str, value: Any, outer: Mapping[str, Any]) -> None:
    """Write `a.b.c`; objects on the way are copied from `target`, else from `outer`, never changed in place."""
    head, *rest = path.split(".")
    if not rest:
        target[head] = value
        return
    base = target[head] if head in target else outer.get(head)
    target[head] = base = dict(base) if isinstance(base, dict) else {}
    for key in rest[:-1]:
        inner = base.get(key)
        base[key] = dict(inner) if isinstance(inner, dict) else {}
        base = base[key]
    base[rest[-1]] = value


def merge(scopes: list[dict[str, Any]], values: Mapping[str, Any]) -> None:
    """Each variable lands in the nearest scope that has it, else in the outermost."""
    for name, value in values.items():
        next((scope for scope in scopes if name in scope), scopes[-1])[name] = value
