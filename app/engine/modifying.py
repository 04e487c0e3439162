"""A person changes a running instance: tokens are put on elements, taken away, variables written. Nothing is skipped
silently: what is left and what is entered are told to the host, as on the usual way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from app.engine import budgets
from app.engine.context import StepContext
from app.engine.expressions import document
from app.engine.ports import Ports, StepBudget
from app.engine.results import Element
from app.engine.specs.base import Behaviour, terminate
from app.engine.specs.events import BoundaryEvent, Listener
from app.engine.specs.gateways import InclusiveGateway, ParallelGateway
from app.engine.state import restore
from app.engine.stimuli import Modify
from app.engine.tokens import Instance, Level, Token
from app.kernel.errors import Conflict, Invalid, msg

if TYPE_CHECKING:
    from app.engine.definition import ProcessDefinition


def modify(instance: Instance, wanted: Modify) -> None:
    """Variables first, then new tokens, then those that go: so no scope closes in between.

    Raises Invalid for an element where no token can be put and for a token that cannot go, Conflict for one that went.
    """
    values = document(wanted.variables)
    if not isinstance(values, dict):
        raise Invalid(msg("The variables are no object."))
    going = [_going(instance, task_id) for task_id in wanted.cancel]
    wanted_places = [_place(instance, name) for name in wanted.activate]
    budgets.weigh(values, instance.definition.id, instance.context.budget)
    instance.variables.update(values)
    for level, element_id in wanted_places:
        token = level.put(element_id)
        token.task_spec._update(token)
    for token in going:
        level = token.workflow
        terminate(token)
        if not level.completed and not level.live():
            raise Invalid(msg("Nothing would be left in %(scope)s. Put a token there in the same step, or take all of "
                              "it away."), scope=level.spec.name)


def _going(instance: Instance, task_id: str) -> Token:
    token = instance.find(task_id)
    if token is None:
        raise Conflict(msg("This task is no longer open."))
    if isinstance(token.task_spec, BoundaryEvent | Listener) or token.body is not None:
        raise Invalid(msg("%(element)s cannot be taken away alone. Take away what it belongs to."),
                      element=token.task_spec.element.id)
    return token


def _place(instance: Instance, name: str) -> tuple[Level, str]:
    """The one open scope that has the element `name`, which may be written `process/element`.

    An element inside a scope that is not open has no variables to work with.
    """
    process_id, _, element_id = name.rpartition("/")
    found = [level for level in instance.levels() if element_id in level.spec.task_specs and not level.completed
             and process_id in ("", level.definition.id)]
    if len(found) != 1:
        raise Invalid(msg("%(element)s stands in no scope that is open now.") if not found
                      else msg("%(element)s stands in several scopes that are open now."), element=name[:100])
    spec = found[0].spec.task_specs[element_id]
    if not isinstance(spec, Behaviour) or not _can_begin(spec):
        raise Invalid(msg("No token can be put on %(element)s. Choose a task, an event on the way or what follows it."),
                      element=element_id[:100])
    return found[0], element_id


def _can_begin(spec: Behaviour) -> bool:
    """Joins would wait for the other flows, listeners and handlers belong to something else."""
    return not (isinstance(spec, BoundaryEvent | Listener | InclusiveGateway | ParallelGateway) or spec.instance_of_loop
                or spec.node.type == "startEvent" or spec.node.compensates or spec.node.event_subprocess)


@dataclass(frozen=True)
class Changeable:
    """What can be changed now. `tokens`: (task id, element) that can go; `places`: elements for a new one."""

    tokens: tuple[tuple[str, Element], ...]
    places: tuple[Element, ...]
    variables: Mapping[str, Any]


class _Reading:
    """The ports of whoever only reads an instance: its diagrams, and no clock."""

    functions: Mapping[str, Callable[..., Any]] = {}

    def __init__(self, process_by_hash: Callable[[str], ProcessDefinition]) -> None:
        self.process_by_hash = process_by_hash

    def deadline(self, name: str) -> None:
        """Nothing is evaluated."""


def changeable(state: bytes, now: datetime, process_by_hash: Callable[[str], ProcessDefinition]) -> Changeable:
    """Read off a stored instance; `process_by_hash` finds the diagrams it is pinned to."""
    instance = restore(state, StepContext(now, cast(Ports, _Reading(process_by_hash)), StepBudget()))
    levels = [level for level in instance.levels() if not level.completed]
    tokens = [(token.key, token.task_spec.element) for level in levels for token in level.tokens()
              if token.body is None and not isinstance(token.task_spec, BoundaryEvent | Listener)]
    specs = [spec for level in levels for spec in level.spec.task_specs.values()]
    names = Counter(spec.element.id for spec in specs if isinstance(spec, Behaviour) and _can_begin(spec))
    places = [spec.element for spec in specs if isinstance(spec, Behaviour) and _can_begin(spec)
              and names[spec.element.id] == 1 and spec.name == spec.element.id]
    return Changeable(tuple(tokens), tuple(places), dict(instance.variables))
