"""The variables of a stored instance by scope, outer ones first: for people to read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from app.engine.context import StepContext
from app.engine.modifying import _Reading
from app.engine.ports import Ports, StepBudget
from app.engine.state import restore

if TYPE_CHECKING:
    from app.engine.definition import ProcessDefinition


@dataclass(frozen=True)
class Scope:
    """`process_id` and `element_id`: what the scope belongs to; no element for the process itself."""

    process_id: str
    element_id: str
    name: str
    name_en: str
    variables: Mapping[str, Any]


def scopes(state: bytes, now: datetime, process_by_hash: Callable[[str], ProcessDefinition]) -> tuple[Scope, ...]:
    """Open scopes that hold variables; `process_by_hash` finds the diagrams the instance is pinned to."""
    instance = restore(state, StepContext(now, cast(Ports, _Reading(process_by_hash)), StepBudget()))
    found = []
    for level in instance.levels():
        if level.owns_variables and (not level.completed or level is instance):
            root = level.definition.elements[level.definition.id]
            found.append(Scope(level.definition.id, "", root.name, root.name_en, dict(level.variables)))
        for token in level.tokens():
            local = token.internal_data.get("vars")
            if local:
                element = token.task_spec.element
                found.append(Scope(element.process_id, element.id, element.name, element.name_en, dict(local)))
    return tuple(found)
