"""Event-based gateways of an instance that moves: which of their events stay, fall silent, or are new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.engine.library import TaskState
from app.engine.migration_plan import Plan, Remark
from app.engine.results import Element
from app.engine.specs.base import Outgoing
from app.engine.specs.events import CatchEvent
from app.engine.specs.gateways import EventGateway
from app.engine.tokens import Level, Token


@dataclass
class Gates:
    """What waits for whichever comes first in one scope, by keys of tokens.

    `silent`: the elements of those that listen no more. `marks`: what each of the others carries as `gate` from now on,
    None for one that waits alone. `new`: the same mark -> flows to events that nobody waits at yet. `reasons`: why the
    instance must stay.
    """

    silent: dict[str, Element] = field(default_factory=dict)
    marks: dict[str, str | None] = field(default_factory=dict)
    new: dict[str, tuple[Outgoing, ...]] = field(default_factory=dict)
    reasons: list[Remark] = field(default_factory=list)

    def changed(self, spec: Any) -> Iterator[tuple[Element, Element]]:
        """(before, after) of events that only one version has here; the other side is the same without properties."""
        for element in self.silent.values():
            yield element, replace(element, properties={})
        for flow in self.flows():
            element = spec.task_specs[flow.target].element
            yield replace(element, properties={}), element

    def flows(self) -> list[Outgoing]:
        """All flows to events that are new."""
        return [flow for flows in self.new.values() for flow in flows]


def gates(plan: Plan, level: Level, spec: Any) -> Gates:
    """Look at a scope before it is bound to `spec`, its own in the new version. Nothing is changed."""
    found, behind, before = Gates(), _behind(spec), _behind(level.spec)
    process_id = level.definition.id
    for mark, tokens in _races(level).items():
        there = {token.key: name for token in tokens
                 if isinstance(spec.task_specs.get(name := plan.element(process_id, token.task_spec.name)), CatchEvent)}
        if not there:
            continue                                    # each event says itself what is wrong with it
        old = before.get(tokens[0].task_spec.name)
        home = _home([behind.get(name) for name in there.values()],
                     spec.task_specs.get(plan.element(process_id, old.name)) if old is not None else None)
        staying = {name: key for key, name in reversed(there.items()) if behind.get(name) is home}
        if home is None and len(there) > 1:
            found.reasons.append(Remark.of("gate", tokens[0].task_spec.element.id))
            continue
        for token in tokens:
            if token.key in staying.values():
                found.marks[token.key] = None if home is None else mark
            else:
                found.silent[token.key] = token.task_spec.element
        if home is not None:
            found.new[mark] = tuple(flow for flow in home.flows if flow.target not in staying)
    return found


def _races(level: Level) -> Mapping[str, list[Token]]:
    """Events that are waited for on the way, by the mark of their race; who waits alone is a race of one."""
    found: dict[str, list[Token]] = {}
    for token in level.tokens():
        if isinstance(token.task_spec, CatchEvent) and token.state == TaskState.WAITING:
            found.setdefault(token.internal_data.get("gate", token.key), []).append(token)
    return found


def _behind(spec: Any) -> dict[str, EventGateway]:
    """Event -> the gateway before it; the linter allows it no other way in."""
    return {flow.target: gate for gate in spec.task_specs.values() if isinstance(gate, EventGateway)
            for flow in gate.flows}


def _home(homes: list[EventGateway | None], wanted: Any) -> EventGateway | None:
    """Where a race goes on: behind its own gateway if any event still is, else where all of them are; None: nowhere."""
    if wanted is not None and wanted in homes:
        return wanted if isinstance(wanted, EventGateway) else None
    return homes[0] if len(set(homes)) == 1 else None
