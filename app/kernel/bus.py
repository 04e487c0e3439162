"""Who handles which command, and who is told of which event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from app.kernel import events, metrics, unit_of_work
from app.kernel.commands import Command
from app.kernel.direct import Ask
from app.kernel.errors import YikouError
from app.kernel.events import StoredEvent
from app.kernel.unit_of_work import UnitOfWork

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
Effect = Callable[[StoredEvent, UnitOfWork], None]


@dataclass(frozen=True)
class Subscriber:
    """A named reaction to one type of event, run at least once, in order per case."""

    name: str
    event_type: str
    effect: Effect


Coming = Callable[[Any, UnitOfWork], Sequence[Ask]]
_handlers: dict[type[Command], Callable[[Any, UnitOfWork], Any]] = {}
_coming: dict[type[Command], Coming] = {}
_subscribers: dict[str, Subscriber] = {}


def handles(kind: type[Command], *, asking: Coming | None = None) -> Callable[[F], F]:
    """Register the one handler of a kind of command.

    `asking`: the first statements that it will surely run, so that they can travel with what opens its transaction.
    """

    def register(function: F) -> F:
        if kind in _handlers:
            raise ValueError(f"{kind.__name__} has a handler already")
        _handlers[kind] = function
        if asking is not None:
            _coming[kind] = asking
        return function

    return register


def subscribes(event_type: str, *, name: str) -> Callable[[F], F]:
    """Register an effect of an event; `name` is stable, it stands in the delivery rows."""

    def register(function: F) -> F:
        if name in _subscribers:
            raise ValueError(f"{name} subscribes twice")
        _subscribers[name] = Subscriber(name, event_type, function)
        return function

    return register


def handler_of(kind: type[Command]) -> Callable[[Any, UnitOfWork], Any]:
    """The handler; KeyError for an unknown kind."""
    return _handlers[kind]


def commands() -> list[type[Command]]:
    """All kinds that have a handler."""
    return list(_handlers)


def subscribers_of(event_type: str) -> list[Subscriber]:
    """All subscribers of a type."""
    return [s for s in _subscribers.values() if s.event_type == event_type]


def subscriber(name: str) -> Subscriber | None:
    """The subscriber of this name, or None when the code no longer has it."""
    return _subscribers.get(name)


def check_subscriptions() -> None:
    """Every subscription is to a declared event; ValueError otherwise."""
    unknown = sorted({s.event_type for s in _subscribers.values()} - set(events.REGISTRY))
    if unknown:
        raise ValueError(f"subscriptions to unknown events: {unknown}")


def dispatch(command: Command) -> Any:
    """Handle a command in one transaction and give its answer. Raises what the handler raises."""
    with metrics.counted(type(command).__name__, YikouError):
        return unit_of_work.run(command, handler_of(type(command)), _coming.get(type(command)))


def rehearse(command: Command, look: Callable[[Session], T]) -> T:
    """What `look` sees once the command was handled; nothing of it stays. Raises what the handler raises."""
    return unit_of_work.rehearse(command, handler_of(type(command)), look)
