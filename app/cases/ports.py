"""The engine's doors for one step of one case: definitions, decisions, clocks, and the listener."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app import catalog
from app.cases import deciding
from app.cases.listener import Listener
from app.deadlines import DeadlineBook
from app.engine import DecisionAnswer, Element, ProcessDefinition
from app.kernel.errors import NotFound, msg


class CasePorts:
    """Implements `engine.Ports` on the catalog, the tables and the deadline book."""

    def __init__(self, uow: deciding.Moment, book: DeadlineBook, *, internal: bool = False) -> None:
        self.uow, self.book = uow, book
        self.listener = Listener(book, internal=internal)

    @property
    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """Extra FEEL functions: `setting(name)` reads a value the office may change; `due_in(amount, unit)` is when a
        span that begins now ends on the office's calendar (ISO text), for waits that are no legal clock."""
        return deciding.functions(self.uow)

    def process(self, process_id: str) -> ProcessDefinition:
        """The live diagram of this office. Raises NotFound."""
        return _process(catalog.compiled(self.uow.session, self.uow.tenant_id, "process", process_id))

    def process_by_hash(self, definition_hash: str) -> ProcessDefinition:
        """The diagram an instance is pinned to. Raises NotFound."""
        return _process(catalog.compiled_by_hash(self.uow.session, self.uow.tenant_id, definition_hash))

    def decide(self, decision_id: str, variables: Mapping[str, Any]) -> DecisionAnswer:
        """The live table's answer, with the version that gave it. Raises YikouError; for contradicting rows too."""
        return deciding.decide(self.uow, decision_id, variables)

    def deadline(self, name: str) -> Mapping[str, Any] | None:
        """`due_at` and `warn_at` of a running clock as ISO texts, else None."""
        clock = self.book.clock(name)
        if clock is None or clock.state != "running":
            return None
        warn = clock.warn_at.isoformat() if clock.warn_at else None
        return {"due_at": clock.due_at.isoformat(), "warn_at": warn}

    def entered(self, element: Element, properties: dict[str, Any], variables: Mapping[str, Any]) -> None:
        """Read what the element means on entry."""
        self.listener.entered(element, properties)

    def left(self, element: Element, properties: dict[str, Any], variables: Mapping[str, Any], how: str) -> None:
        """Read what the element means when it ends."""
        self.listener.left(element, properties, variables, how)


def _process(found: Any) -> ProcessDefinition:
    compiled = found[1] if isinstance(found, tuple) else found
    if not isinstance(compiled, ProcessDefinition):
        raise NotFound(msg("There is no such process."))
    return compiled
