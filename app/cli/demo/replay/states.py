"""Checks after every step that an instance's stored state is the same once it was restored and saved again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app import catalog
from app.engine import ProcessDefinition, StepBudget, store
from app.engine.context import StepContext
from app.engine.model import ProcessInstance
from app.engine.state import restore, save
from app.kernel import clock, database


class _Pinned:
    """As much of the engine's ports as restoring needs: the diagrams an instance is pinned to."""

    functions: Mapping[str, Callable[..., Any]] = {}

    def __init__(self, tenant_id: UUID) -> None:
        self.tenant_id = tenant_id
        self.known: dict[str, ProcessDefinition] = {}

    def process_by_hash(self, definition_hash: str) -> ProcessDefinition:
        """Definitions never change: each is looked up once."""
        if definition_hash not in self.known:
            with database.current().read(self.tenant_id) as session:
                found = catalog.compiled_by_hash(session, self.tenant_id, definition_hash)[1]
            self.known[definition_hash] = found
        return self.known[definition_hash]

    def deadline(self, _name: str) -> None:
        """Restoring asks for no dates."""


@dataclass
class StateCheck:
    """How many steps were checked, and which instances came back changed."""

    checked: int = 0
    changed: list[UUID] = field(default_factory=list)


@contextmanager
def checking(tenant_id: UUID) -> Iterator[StateCheck]:
    """Check each step of the office inside the block."""
    result, ports = StateCheck(), _Pinned(tenant_id)

    def look(instance: ProcessInstance) -> None:
        if instance.tenant_id != tenant_id:
            return
        result.checked += 1
        context = StepContext(clock.now(), ports, StepBudget())  # type: ignore[arg-type]
        if save(restore(instance.state, context)) != instance.state:
            result.changed.append(instance.id)

    with store.written.connected_to(look):
        yield result
