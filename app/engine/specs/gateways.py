# mypy: allow-subclassing-any
"""Gateways. Tokens are counted per incoming flow, so that joins are right in loops and after save and restore."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.engine.library import TaskState, defaults
from app.engine.ports import Hold
from app.engine.specs.base import Behaviour
from app.engine.tokens import Token
from app.kernel.errors import msg


class Gateway(Behaviour):
    """Shared: which conditions hold."""

    def matching(self, token: Token, view: Mapping[str, Any], first_only: bool) -> list[str]:
        """Ids of the flows whose condition is true, else the default flow's. Raises Hold when none is left."""
        if len(self.flows) == 1 and self.flows[0].condition is None:
            return [self.flows[0].id]
        found: list[str] = []
        for flow in self.flows:
            if flow.default or flow.condition is None:
                continue
            if token.context.need(flow.condition, view, (bool,), "condition"):
                found.append(flow.id)
                if first_only:
                    return found
        found = found or [flow.id for flow in self.flows if flow.default]
        if not found and self.flows:
            raise Hold("no_flow", msg("No condition of the gateway %(element)s holds and it has no default flow."),
                       element=self.element.id)
        return found


class ExclusiveGateway(Gateway, defaults.ExclusiveGateway):
    """The first true condition."""

    def choose(self, token: Token, view: Mapping[str, Any]) -> None:
        """Raises Hold."""
        token.chosen = self.matching(token, view, True)


class Join(Gateway):
    """A gateway that may wait for several tokens."""

    silent_entry = True

    def waiting(self, token: Token) -> dict[str, Token]:
        """The oldest waiting token per incoming flow, `token` itself included."""
        found: dict[str, Token] = {}
        for other in token.workflow.tasks.values():
            if other.task_spec is self and (other is token or other.state == TaskState.WAITING):
                found.setdefault(other.internal_data["flow"], other)
        return found

    def consume(self, token: Token, arrived: dict[str, Token]) -> None:
        """One token of each flow goes on as one."""
        for other in arrived.values():
            if other is not token:
                token.workflow.drop(other)


class ParallelGateway(Join, defaults.ParallelGateway):
    """One token from every incoming flow."""

    def proceed(self, token: Token) -> bool:
        """Fires with the last token that was missing."""
        if len(self.incoming) > 1:
            arrived = self.waiting(token)
            if len(arrived) < len(self.incoming):
                token._set_state(TaskState.WAITING)
                return False
            arrived[token.internal_data["flow"]] = token
            self.consume(token, arrived)
        return True


class InclusiveGateway(Join, defaults.InclusiveGateway):
    """Every true condition; the join waits while another token can still reach an empty incoming flow."""

    reach: Mapping[str, frozenset[str]] = {}
    """Element -> incoming flows of this gateway that a token there can reach without passing through it."""

    def proceed(self, token: Token) -> bool:
        """A join is decided when nothing else can move."""
        if len(self.incoming) > 1:
            token._set_state(TaskState.WAITING)
            return False
        return True

    def may_fire(self, token: Token) -> bool:
        """The BPMN rule, over all tokens of the scope."""
        filled = set(self.waiting(token))
        empty = set(self.incoming) - filled
        if not empty:
            return True
        for other in token.workflow.tokens():
            if other.task_spec is self or other.task_spec.listens:
                continue
            reach = self.reach.get(other.task_spec.element.id, frozenset())
            if reach & empty and not reach & filled:
                return False
        return True

    def join(self, token: Token) -> None:
        """Fire the join with `token`."""
        self.consume(token, {**self.waiting(token), token.internal_data["flow"]: token})
        token._ready()

    def choose(self, token: Token, view: Mapping[str, Any]) -> None:
        """Raises Hold."""
        token.chosen = self.matching(token, view, False)


class EventGateway(Behaviour, defaults.EventBasedGateway):
    """Enters all its events at once; the first that happens withdraws the others."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, event_definition=None, **kwargs)

    def connect(self, child: Any) -> None:
        """Events keep their own definition, so that several timers each have their own time."""
        self._outputs.append(child.name)
        child._connect_notify(self)

    def _on_complete_hook(self, token: Token) -> None:
        for flow in self.flows:
            self.count(token, flow)
            token.workflow.put(flow.target, token, flow=flow.id, gate=token.key)
