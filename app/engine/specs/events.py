# mypy: allow-subclassing-any
"""Events: start, end, catch, throw, boundary, and the listeners of event subprocesses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.engine.context import Call
from app.engine.library import NoneEventDefinition, TaskState, defaults
from app.engine.ports import Hold
from app.engine.results import Message, SignalThrown, signal_key
from app.engine.specs.base import Behaviour, fire, terminate
from app.engine.specs.throwing import throw
from app.engine.specs.undoing import undo
from app.engine.timers import Due, TimerError, due, next_due, owned_clock, parse_duration
from app.engine.tokens import Token
from app.engine.watching import watch
from app.kernel.errors import msg

MAX_NAME, MAX_KEY = 120, 200
"""Characters of names, ids and keys of messages."""


class BpmnEventSpec(Behaviour):
    """Shared constructor: the library wants an event definition, ours stands in `node.trigger`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, event_definition=NoneEventDefinition(), **kwargs)


class StartEvent(BpmnEventSpec, defaults.StartEvent):
    """The begin of a scope; in an event subprocess it brings the trigger's values."""


class EndEvent(BpmnEventSpec, defaults.EndEvent):
    """End of a branch: none, message, signal, error, escalation, compensation, terminate."""

    def proceed(self, token: Token) -> bool:
        """A compensation waits for its handlers."""
        return self.node.trigger.kind != "compensation" or not undo(token)

    def act(self, token: Token, values: dict[str, Any]) -> dict[str, Any]:
        """Raises Hold for an error that nobody catches."""
        throw_trigger(token)
        return values

    def leaving(self, token: Token, properties: dict[str, Any]) -> None:
        """Ends of the root process are told with their properties."""
        level = token.workflow
        if level.definition is level.instance.definition and self.element.process_id == level.instance.definition.id:
            token.context.ended.append((self.element.id, properties))
        if self.node.trigger.kind == "terminate":
            for other in level.tokens():
                if other is not token:
                    terminate(other)


class ThrowEvent(BpmnEventSpec, defaults.IntermediateThrowEvent):
    """Message, signal, escalation, compensation, link or nothing at all."""

    def proceed(self, token: Token) -> bool:
        """A compensation waits for its handlers."""
        return self.node.trigger.kind != "compensation" or not undo(token)

    def act(self, token: Token, values: dict[str, Any]) -> dict[str, Any]:
        """Raises Hold when the message has no key."""
        throw_trigger(token)
        return values


class SendTask(Behaviour, defaults.NoneTask):
    """A send task that publishes a message without a worker."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manual = False

    def act(self, token: Token, values: dict[str, Any]) -> dict[str, Any]:
        """Raises Hold when the message has no key."""
        throw_trigger(token)
        return values


def throw_trigger(token: Token) -> None:
    """Throw what the element throws. Raises Hold."""
    trigger = token.task_spec.node.trigger
    if trigger.kind == "message":
        token.context.messages.append(_message(token))
    elif trigger.kind == "signal":
        token.context.calls.append(_call(token))
    elif trigger.kind == "escalation":
        throw(token, "escalation", trigger.code, {})
    elif trigger.kind == "error" and not throw(token, "error", trigger.code, {}):
        raise Hold("uncaught_error", msg("Nothing catches the error %(code)s."), code=trigger.code)


def _call(token: Token) -> Call:
    """The signal with the element's local variables, and who hears it: those who wait now, not those who come later."""
    context, element, instance = token.context, token.task_spec.element, token.workflow.instance
    name = context.need(token.task_spec.node.trigger.name or "", token.view(), (str,), "signal name")
    listeners = [t for level in instance.levels() for t in level.tokens()
                 if t.internal_data.get("signal") == name and t.state == TaskState.WAITING]
    return Call(SignalThrown(element.id, name, dict(token.internal_data.get("vars") or {})), listeners)


def _message(token: Token) -> Message:
    context, trigger, view = token.context, token.task_spec.node.trigger, token.view()
    key = trigger.publish.get("correlationKey") or trigger.key
    if key is None:
        raise Hold("message", msg("The message %(name)s has no correlation key."), name=trigger.name)
    ident, ttl = trigger.publish.get("messageId"), trigger.publish.get("timeToLive")
    seconds = None
    if ttl:
        try:
            length = parse_duration(context.need(ttl, view, (str,), "timeToLive"))
        except TimerError as error:
            raise Hold("timer", error.message, **error.params) from error
        seconds = length.rest.total_seconds() + length.months * 30 * 86400
    return Message(
        token.task_spec.element.id,
        named(context.need(trigger.name or "", view, (str,), "message name")),
        named(str(context.need(key, view, (str, int), "correlationKey")), MAX_KEY),
        dict(token.internal_data.get("vars") or {}),
        named(context.need(ident, view, (str,), "messageId")) if ident else None,
        seconds,
    )


def named(text: str, limit: int = MAX_NAME) -> str:
    """A text by which others find it. Raises Hold when it is too long to be stored."""
    if len(text) > limit:
        raise Hold("message", msg("%(text)s... has more than %(limit)s characters."), text=text[:40], limit=limit)
    return text


class Catching(Behaviour):
    """Waits for a message, signal, time or condition; keys and due times are fixed when the wait begins."""

    def prepare(self, token: Token) -> None:
        """Raises Hold when key or time have the wrong type."""
        trigger, context, view = self.node.trigger, token.context, token.view()
        if trigger.kind == "message":
            if trigger.key is None:
                raise Hold("message", msg("The message %(name)s has no correlation key."), name=trigger.name)
            token.internal_data["name"] = named(context.need(trigger.name or "", view, (str,), "message name"))
            key = str(context.need(trigger.key, view, (str, int), "correlationKey"))
            token.internal_data["key"] = named(key, MAX_KEY)
        elif trigger.kind == "signal":
            name = named(context.need(trigger.name or "", view, (str,), "signal name"))
            token.internal_data.update(name=name, signal=name, key=signal_key(token.key))
        elif trigger.kind == "conditional":
            watch(token)
        elif trigger.kind == "timer" and owned_clock(trigger.text) is None:
            text = context.need(trigger.text or "", view, (str,), "timer")
            try:
                self.set_due(token, due(trigger.timer or "", text, context.now))
            except TimerError as error:
                raise Hold("timer", error.message, **error.params) from error

    def set_due(self, token: Token, at: Due) -> None:
        """Keep the next due time with the token."""
        token.internal_data["due"] = [at.at.isoformat(), at.every, at.left]

    def due(self, token: Token) -> Due | None:
        """The due time, None for events without one of their own."""
        kept = token.internal_data.get("due")
        return None if kept is None else Due(datetime.fromisoformat(kept[0]), kept[1], kept[2])

    def proceed(self, token: Token) -> bool:
        """Only a stimulus goes on from here."""
        token._set_state(TaskState.WAITING)
        return False

    def caught(self, token: Token, values: Mapping[str, Any]) -> None:
        """What was waited for has come."""
        gate = token.internal_data.get("gate")
        if gate is not None:
            for other in token.workflow.tokens():
                if other is not token and other.internal_data.get("gate") == gate:
                    terminate(other)
        fire(token, values)

    def again(self, token: Token) -> None:
        """After a non-interrupting catch: stay armed, move to the next time, or be done."""
        at = self.due(token)
        if self.node.trigger.kind == "timer":
            following = next_due(at, token.context.now) if at is not None else None
            if following is None:
                token.workflow.drop(token)
            else:
                self.set_due(token, following)


class CatchEvent(Catching, BpmnEventSpec, defaults.IntermediateCatchEvent):
    """An intermediate catch event."""


class LinkCatch(BpmnEventSpec, defaults.IntermediateThrowEvent):
    """The catching half of a link: the token came by a hidden flow."""


class ReceiveTask(Catching, BpmnEventSpec, defaults.ReceiveTask):
    """A receive task."""


class BoundaryEvent(Catching, BpmnEventSpec, defaults.BoundaryEvent):
    """Armed beside its activity; when caught, a second token runs the path."""

    silent_entry = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, cancel_activity=True, **kwargs)

    def caught(self, token: Token, values: Mapping[str, Any]) -> None:
        """Interrupting: the activity is cancelled first."""
        level = token.workflow
        path = level.put(self.name, values=dict(values))
        if self.node.interrupting:
            host = level.instance.find(token.internal_data["host"])
            if host is not None:
                terminate(host)
        else:
            self.again(token)
        path._ready()


class Listener(Catching, BpmnEventSpec, defaults.IntermediateCatchEvent):
    """The armed start event of an event subprocess; open for as long as its scope."""

    listens = True
    silent_entry = True
    interrupting = True
    handler = ""

    def caught(self, token: Token, values: Mapping[str, Any]) -> None:
        """Interrupting: everything else in the scope is cancelled first."""
        level = token.workflow
        if self.interrupting:
            for other in level.tokens():
                if other is not token:
                    terminate(other)
            level.drop(token)
        else:
            self.again(token)
        handler = level.put(self.handler, trigger=dict(values))
        handler.task_spec._update(handler)
