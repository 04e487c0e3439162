# mypy: allow-subclassing-any
"""Ad-hoc subprocesses: the elements to start come from a list, the end from a condition."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import Any

from app.engine import budgets
from app.engine.library import TaskState
from app.engine.ports import Hold
from app.engine.specs.base import merge, terminate
from app.engine.specs.scopes import SubProcess, open_scope
from app.engine.tokens import Nested, Token
from app.kernel.errors import msg


class AdHocSubProcess(SubProcess):
    """Starts the listed elements at once; over when its condition holds, or without one when all are done."""

    @property
    def collection(self) -> str | None:
        """Name of the list of results."""
        return self.node.extensions.get("adHoc", "outputCollection")

    def prepare(self, token: Token) -> None:
        """Raises Hold when the list is empty, no list, or names what cannot be started."""
        text = self.node.extensions.get("adHoc", "activeElementsCollection") or ""
        names = token.context.need(text, token.view(), (list,), "activeElementsCollection")
        if not names:
            raise Hold("adhoc", msg("The list for %(element)s names no element to start."), element=self.element.id)
        if len(names) > token.context.budget.instances:
            raise Hold("instances", msg("%(count)s instances are more than the allowed %(limit)s."), count=len(names),
                       limit=token.context.budget.instances)
        for name in names:
            if not isinstance(name, str) or name not in self.inner.start.activatable:
                raise Hold("adhoc", msg("%(element)s has no element %(name)s that it can start."),
                           element=self.element.id, name=str(name)[:60])
        token.internal_data["active"] = names
        if self.collection:
            token.internal_data.setdefault("vars", {})[self.collection] = []

    def proceed(self, token: Token) -> bool:
        """Opens the inner level with the listed elements."""
        self.check_depth(token)
        token._set_state(TaskState.STARTED)
        token.internal_data.setdefault("vars", {})
        open_scope(Nested(self.inner, token, token.workflow.definition, False), entries=token.internal_data["active"])
        return False

    def inner_leaves(self, token: Token, values: Mapping[str, Any]) -> None:
        """With every element inside: its result if nothing follows it, then the condition. Raises Hold."""
        holder, condition = token.workflow.holder, self.node.adhoc.condition if self.node.adhoc else None
        if "undo" in holder.internal_data or "undo" in token.internal_data:
            return                                      # a handler is not what the subprocess waits for
        seen = dict(values)
        if self.collection and not token.task_spec.flows and not token.task_spec.node.event_subprocess:
            element = self.node.extensions.get("adHoc", "outputElement") or ""
            result = token.context.value(element, ChainMap(dict(values), *token.scopes()))
            token.gathered = seen[self.collection] = [*holder.internal_data["vars"][self.collection], result]
        if condition is not None:
            token.ends_scope = self._holds(holder, condition, ChainMap(seen, *holder.scopes()))

    def _holds(self, token: Token, condition: str, view: Mapping[str, Any]) -> bool:
        return token.context.need(condition, view, (bool,), "completionCondition") is True

    def inner_done(self, token: Token) -> bool:
        """Keep the result; True when the condition holds and what is still open was cancelled."""
        level = token.workflow
        if token.gathered is not None and self.collection:
            level.holder.internal_data["vars"][self.collection] = token.gathered
        if not token.ends_scope:
            return False
        level.holder.internal_data["enough"] = 1
        if self.node.adhoc is None or not self.node.adhoc.cancels:
            return False
        for other in level.tokens():
            if other is not token:
                terminate(other)
        return True

    def leave(self, token: Token, values: dict[str, Any]) -> None:
        """The gathered results go outwards past the subprocess's own scope. Raises Hold."""
        super().leave(token, values)
        if self.collection:
            gathered = {self.collection: token.internal_data["vars"][self.collection]}
            budgets.weigh(gathered, self.element.id, token.context.budget)
            merge(token.scopes()[1:], gathered)

    def act(self, token: Token, values: dict[str, Any]) -> dict[str, Any]:
        """Raises Hold when all is done and the condition does not hold."""
        condition = self.node.adhoc.condition if self.node.adhoc else None
        if condition and "enough" not in token.internal_data and not self._holds(token, condition, token.view()):
            raise Hold("adhoc", msg("All in %(element)s is done, but its completion condition does not hold."),
                       element=self.element.id)
        return values
