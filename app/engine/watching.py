"""What happens inside an instance between two tokens: signals are heard, conditions are asked again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from app.engine.expressions import compiled
from app.engine.library import TaskState
from app.engine.ports import Hold
from app.engine.state_format import dump_document
from app.engine.tokens import Instance, Nested, Token


def watch(token: Token) -> None:
    """Ask the token's condition at the next turn, and then whenever a variable it names has changed."""
    token.internal_data["seen"] = ""
    if token not in token.workflow.instance.watched:
        token.workflow.instance.watched.append(token)


def react(instance: Instance) -> None:
    """Hand thrown signals to those who waited for them; then ask the conditions. Raises BudgetSpent."""
    context = instance.context
    while context.calls_heard < len(context.calls):
        call = context.calls[context.calls_heard]
        context.calls_heard += 1
        for token in call.listeners:
            if token.alive and token.state == TaskState.WAITING and "incident" not in token.internal_data:
                context.tick(token.task_spec.element.id)
                token.task_spec.caught(token, call.signal.variables)
    if instance.watched:
        _ask(instance)


def _ask(instance: Instance) -> None:
    """Outer scopes first; what an interrupting event has cancelled is not asked any more."""
    instance.watched = [token for token in instance.watched if token.alive]
    for token in sorted(instance.watched, key=_depth):
        kept = token.internal_data
        if not token.alive or token.state != TaskState.WAITING or "incident" in kept:
            continue
        now = _digest(token)
        if now == kept["seen"]:
            continue
        kept["seen"] = now
        try:
            holds = _holds(token)
        except Hold as problem:
            token.hold(problem)
            continue
        if holds:
            instance.context.tick(token.task_spec.element.id)
            token.task_spec.caught(token, {})


def _holds(token: Token) -> bool:
    """Whether the condition is true; null, as of variables that are not there yet, is not. Raises Hold."""
    text = token.task_spec.node.trigger.text or ""
    return token.context.need(text, _view(token), (bool, type(None)), "condition") is True


def _depth(token: Token) -> int:
    return token.workflow.depth if isinstance(token.workflow, Nested) else 0


def _view(token: Token) -> Mapping[str, Any]:
    """A boundary event sees what its activity sees, input mappings included."""
    host = token.internal_data.get("host")
    found = token.workflow.instance.find(host) if host else None
    return (found or token).view()


def _digest(token: Token) -> str:
    """Stands for the values of the variables that the condition names."""
    view, condition = _view(token), compiled(token.task_spec.node.trigger.text or "")
    names = sorted(condition.names | condition.names_in_filters)
    values = [[name, view[name]] for name in names if name in view]
    return hashlib.blake2b(dump_document(values), digest_size=8).hexdigest()
