# mypy: allow-subclassing-any
"""Elements with a scope of their own: subprocesses, event subprocesses, call activities, multi-instance bodies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from app.engine import budgets
from app.engine.library import BpmnStartTask, TaskState, defaults
from app.engine.ports import BudgetSpent, Hold
from app.engine.specs.base import Behaviour, fire, merge, terminate
from app.engine.specs.undoing import handled, keep_inside
from app.engine.tokens import Level, Nested, Token
from app.kernel.errors import YikouError, msg

PATH = re.compile(r"\s*=\s*([A-Za-z_]\w*)(\.\w+)*\s*\Z")


class ScopeRoot(BpmnStartTask):
    """Root of a level: its successors are put by `open_scope`."""

    runs_instances = False
    instance_of_loop = False
    listens = False
    boundaries: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    starts: frozenset[str] = frozenset()
    """Every start event of a process; `entries` holds the one without a trigger only."""
    listeners: tuple[str, ...] = ()
    activatable: frozenset[str] = frozenset()

    def test(self) -> None:
        """The linter has tested the diagram."""

    def _predict(self, *args: Any, **kwargs: Any) -> None:
        """No predicted future."""


def open_scope(level: Level, trigger: Mapping[str, Any] | None = None, entries: Iterable[str] | None = None) -> None:
    """Arm the event subprocesses and put a token on the start event, or on each of `entries`."""
    level.plant(level.instance.next_id())
    for name in level.spec.start.listeners:
        listener = level.put(name)
        listener.task_spec._update(listener)
    for name in level.spec.start.entries if entries is None else entries:
        start = level.put(name)
        if trigger:
            start.internal_data["values"] = dict(trigger)
        start.task_spec._update(start)


class SubProcess(Behaviour, defaults.SubWorkflowTask):
    """An embedded subprocess; its variables are those of the scope outside, plus its input mappings."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, subworkflow_spec=None, **kwargs)

    inner: Any = None

    def proceed(self, token: Token) -> bool:
        """Opens the inner level."""
        self.check_depth(token)
        token._set_state(TaskState.STARTED)
        token.internal_data.setdefault("vars", {})
        open_scope(Nested(self.inner, token, token.workflow.definition, False), token.internal_data.get("trigger"))
        return False

    def check_depth(self, token: Token) -> None:
        """Raises BudgetSpent."""
        level, limit = token.workflow, token.context.budget.depth
        if (level.depth if isinstance(level, Nested) else 0) >= limit:
            raise BudgetSpent(
                "budget_depth",
                self.element.id,
                msg("More than %(limit)s scopes inside each other, at %(element)s."),
                limit=limit,
                element=self.element.id,
            )

    def finished(self, token: Token, level: Nested) -> None:
        """The inner level has ended: for the first time, or after it was opened again for its handlers."""
        if "again" in token.internal_data:
            handled(token)
            token.workflow.drop(token)
            return
        keep_inside(token, level)
        fire(token, {})

    def stop(self, token: Token) -> None:
        """Cancel the inner level."""
        level = token.workflow.instance.subprocesses.get(token.id)
        if level is not None:
            for other in level.tokens():
                terminate(other)
            level.completed = True
            del token.workflow.instance.subprocesses[token.id]

    def _on_cancel(self, token: Token) -> None:
        """Our `terminate` does the work."""


class CallActivity(SubProcess):
    """Runs another process with variables of its own; the version is pinned at the first call."""

    def prepare(self, token: Token) -> None:
        """Raises Hold when there is no such process."""
        text = self.node.extensions.get("calledElement", "processId") or ""
        name = token.context.need(text, token.view(), (str,), "processId")
        if not called_process(token, name).spec.start.entries:
            text = msg("The process %(process)s cannot be called: it has no start event without a trigger.")
            raise Hold("called_process", text, process=name[:100])
        token.internal_data["called"] = name

    def proceed(self, token: Token) -> bool:
        """Opens the called process."""
        self.check_depth(token)
        definition = called_process(token, token.internal_data["called"])
        token._set_state(TaskState.STARTED)
        everything = self.node.extensions.get("calledElement", "propagateAllParentVariables") != "false"
        variables = dict(token.view()) if everything else dict(token.internal_data.get("vars") or {})
        level = Nested(definition.spec, token, definition, True)
        level.data["vars"] = variables
        open_scope(level)
        return False

    def finished(self, token: Token, level: Nested) -> None:
        """Hand the called process's variables to the output mappings, or outwards."""
        keep = (
            self.node.extensions.outputs
            or self.node.extensions.get("calledElement", "propagateAllChildVariables") != "false"
        )
        fire(token, level.variables if keep else {})


def called_process(token: Token, name: str) -> Any:
    """The pinned definition, else the live one, which is pinned now. Raises Hold."""
    instance, ports = token.workflow.instance, token.context.ports
    try:
        if name in instance.pins:
            return instance.definition if name == instance.definition.id else ports.process_by_hash(instance.pins[name])
        definition = ports.process(name)
    except YikouError as error:
        raise Hold("called_process", msg("There is no process %(process)s to call."), process=name[:100]) from error
    instance.pins[name] = definition.hash
    return definition


class MultiInstance(Behaviour, defaults.NoneTask):
    """The body around the instances of an activity; results keep the order of the input."""

    runs_instances = True
    silent_entry = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manual = False

    @property
    def each(self) -> str:
        """Name of the spec of one instance."""
        return f"{self.name}#"

    def prepare(self, token: Token) -> None:
        """Raises Hold when the collection is no list or too long."""
        loop, limit = self.node.loop, token.context.budget.instances
        items = token.context.need(loop.items or "" if loop else "", token.view(), (list,), "inputCollection")
        if len(items) > limit:
            raise Hold(
                "instances",
                msg("%(count)s instances are more than the allowed %(limit)s."),
                count=len(items),
                limit=limit,
            )
        token.internal_data.update(items=items, done=0, out=[None] * len(items), vars={"numberOfInstances": len(items)})
        if loop and loop.output:
            token.internal_data["vars"][loop.output] = [None] * len(items)

    def proceed(self, token: Token) -> bool:
        """Puts the instances; an empty list passes at once."""
        items = token.internal_data["items"]
        if not items:
            token.internal_data["values"] = self.result(token)
            return True
        token._set_state(TaskState.STARTED)
        for index in range(1 if self.node.loop and self.node.loop.sequential else len(items)):
            self.start_instance(token, index)
        return False

    def start_instance(self, body: Token, index: int) -> None:
        """One instance with its own loopCounter and item."""
        loop = self.node.loop
        own: dict[str, Any] = {"loopCounter": index + 1}
        if loop and loop.item:
            own[loop.item] = body.internal_data["items"][index]
        path = PATH.match(loop.output_element or "") if loop else None
        if path:
            own.setdefault(path.group(1), None)
        child = body.workflow.put(self.each, body, vars=own, index=index)
        child.task_spec._update(child)

    def take_result(self, body: Token, token: Token, view: Mapping[str, Any]) -> None:
        """Keep one instance's result and decide whether the loop is over. Raises Hold."""
        loop, context, kept = self.node.loop, token.context, body.internal_data
        if loop is None:
            return
        result = context.value(loop.output_element, view) if loop.output_element else None
        done = kept["done"] + 1
        out = [*kept["out"]]
        out[token.internal_data["index"]] = result
        if loop.condition:
            if loop.output:
                view = {**view, loop.output: out}
            counts = {"numberOfCompletedInstances": done, "numberOfActiveInstances": len(body.children) - 1}
            token.ends_loop = context.need(loop.condition, {**view, **counts}, (bool,), "completionCondition")
        kept["out"] = out
        if loop.output:
            kept["vars"][loop.output] = out

    def instance_done(self, body: Token, token: Token) -> None:
        """Count; start the next one, or end the loop."""
        kept = body.internal_data
        if "undone" in token.internal_data:
            kept.setdefault("undone", []).extend(token.internal_data["undone"])
        kept["done"] += 1
        kept["vars"]["numberOfCompletedInstances"] = kept["done"]
        if token.ends_loop or kept["done"] == len(kept["items"]):
            for other in body.children:
                if other is not token:
                    terminate(other)
            fire(body, self.result(body))
        elif self.node.loop and self.node.loop.sequential:
            self.start_instance(body, token.internal_data["index"] + 1)

    def result(self, body: Token) -> dict[str, Any]:
        """The output collection."""
        loop = self.node.loop
        return {loop.output: body.internal_data["out"]} if loop and loop.output else {}

    def announce(self, token: Token, values: Mapping[str, Any] | None = None) -> None:
        """The instances are announced, not the body."""

    def leave(self, token: Token, values: dict[str, Any]) -> None:
        """The output collection goes outwards past the body's own scope. Raises Hold."""
        if self.in_adhoc:
            self.ask_adhoc(token, values)
        budgets.weigh(values, self.element.id, token.context.budget)
        merge(token.scopes()[1:], values)
