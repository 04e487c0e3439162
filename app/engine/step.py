"""The pure step: state and stimulus in, new state and its consequences out. No database, no clock, no network."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from app.engine import budgets
from app.engine.collecting import collect
from app.engine.context import StepContext
from app.engine.expressions import document
from app.engine.library import TaskState
from app.engine.modifying import modify
from app.engine.ports import BudgetSpent, Ports, StepBudget
from app.engine.results import StepResult
from app.engine.specs.activities import JobTask, UserTask
from app.engine.specs.events import Catching
from app.engine.specs.gateways import InclusiveGateway
from app.engine.specs.scopes import open_scope
from app.engine.specs.throwing import throw
from app.engine.state import packed, plain, restore
from app.engine.stimuli import (
    CompleteJob,
    CompleteTask,
    DeliverMessage,
    FireTimer,
    Modify,
    Retry,
    Start,
    Stimulus,
    ThrowJobError,
)
from app.engine.timers import owned_clock
from app.engine.tokens import Instance, Nested, Token
from app.engine.watching import react
from app.kernel import ids
from app.kernel.errors import Conflict, Invalid, msg

if TYPE_CHECKING:
    from app.engine.definition import ProcessDefinition


def run(state: bytes | None, stimulus: Stimulus, *, now: datetime, ports: Ports,
        budget: StepBudget | None = None) -> StepResult:
    """Apply one stimulus and go on to the next wait states.

    `now` aware; `state` None only for Start. Raises Conflict when the task is not open for the stimulus, Invalid for
    values that are no JSON documents, BudgetSpent when a limit was passed (nothing may be stored then).
    """
    context = StepContext(now, ports, budget or StepBudget())
    instance = _begin(stimulus, context) if isinstance(stimulus, Start) else _go_on(state, stimulus, context)
    settle(instance)
    data = plain(instance)
    if len(data) > context.budget.state_bytes:
        last = context.steps[-1].element_id if context.steps else instance.definition.id
        raise BudgetSpent("budget_size", last, msg("The instance holds more than %(limit)s bytes, at %(element)s."),
                          limit=context.budget.state_bytes, element=last)
    return collect(instance, packed(data))


def _begin(stimulus: Start, context: StepContext) -> Instance:
    definition = context.ports.process(stimulus.process_id)
    instance = Instance(definition, context, stimulus.seed or f"{ids.noise(128):032x}")
    instance.data["vars"] = document(stimulus.variables)
    budgets.weigh(instance.variables, definition.id, context.budget)
    open_scope(instance, document(stimulus.values), _entry(definition, stimulus.element))
    return instance


def _entry(definition: ProcessDefinition, element: str | None) -> tuple[str, ...]:
    """The start event, alone. Raises Invalid."""
    root = definition.spec.start
    found: tuple[str, ...] = root.entries if element is None else tuple({element} & root.starts)
    if not found:
        raise Invalid(msg("The process %(process)s has no start event %(element)s.") if element is not None
                      else msg("The process %(process)s has no start event without a trigger."),
                      process=definition.id, element=element)
    return found


def begin_held(stimulus: Start, spent: BudgetSpent, *, now: datetime, ports: Ports, budget: StepBudget) -> StepResult:
    """The instance at its start event, after its first step was thrown away for `spent`: a retry begins anew.

    Raises BudgetSpent when even that is too much.
    """
    instance = _begin(stimulus, StepContext(now, ports, budget))
    for token in instance.ready:
        token.internal_data["incident"] = [spent.code, spent.message, dict(spent.params), spent.element_id]
    instance.ready.clear()
    return collect(instance, packed(plain(instance)))


def _go_on(state: bytes | None, stimulus: Stimulus, context: StepContext) -> Instance:
    if state is None:
        raise Conflict(msg("There is no instance to go on with."))
    instance = restore(state, context)
    if isinstance(stimulus, Retry):
        _retry(instance, stimulus)
        return instance
    if isinstance(stimulus, Modify):
        if instance.completed:
            raise Conflict(msg("This process has ended already."))
        modify(instance, stimulus)
        return instance
    token = instance.find(stimulus.task_id) if not isinstance(stimulus, Start) else None
    if token is None or instance.completed or not _applies(token, stimulus):
        raise Conflict(msg("This task is no longer open."))
    if isinstance(stimulus, FireTimer):
        token.task_spec.caught(token, {})
    elif isinstance(stimulus, DeliverMessage):
        token.task_spec.caught(token, document(stimulus.variables))
    elif isinstance(stimulus, ThrowJobError):
        values = document(stimulus.variables)
        if not throw(token, "error", stimulus.code, values):
            token.internal_data["incident"] = ["uncaught_error", msg("Nothing catches the error %(code)s."),
                                               {"code": stimulus.code}]
            token._set_state(TaskState.ERROR)
    elif isinstance(stimulus, CompleteTask | CompleteJob):
        token.internal_data["values"] = document(stimulus.variables)
        token.run()
    return instance


def _applies(token: Token, stimulus: Stimulus) -> bool:
    """Whether the token is open for exactly this."""
    spec, kept = token.task_spec, token.internal_data
    if isinstance(stimulus, CompleteTask):
        return isinstance(spec, UserTask) and token.state == TaskState.READY
    if isinstance(stimulus, CompleteJob | ThrowJobError):
        return isinstance(spec, JobTask) and token.state == TaskState.READY
    if not isinstance(spec, Catching) or token.state != TaskState.WAITING or "incident" in kept:
        return False
    if isinstance(stimulus, DeliverMessage):
        return kept.get("name") == stimulus.name and kept.get("key") == stimulus.key
    due = spec.due(token)
    if due is None:
        return spec.node.trigger.kind == "timer" and owned_clock(spec.node.trigger.text) is not None
    return due.at <= token.context.now


def _retry(instance: Instance, stimulus: Retry) -> None:
    """Every token with an incident tries again."""
    values = document(stimulus.variables)
    if not isinstance(values, dict):
        raise Invalid(msg("The variables are no object."))
    budgets.weigh(values, instance.definition.id, instance.context.budget)
    instance.variables.update(values)
    for level in instance.levels():
        for token in level.tokens():
            if "incident" not in token.internal_data or not token.alive:
                continue
            del token.internal_data["incident"]
            if token.state == TaskState.WAITING:
                token.task_spec._update(token)
            else:
                token._set_state(TaskState.READY)
                if not token.task_spec.manual or "values" in token.internal_data:
                    instance.ready.append(token)


def settle(instance: Instance) -> None:
    """Run what can run; then decide inclusive joins; then close scopes; until nothing moves. Raises BudgetSpent."""
    _react(instance)
    while True:
        while instance.ready:
            token = instance.ready.popleft()
            if token.alive and token.state == TaskState.READY:
                instance.context.tick(token.task_spec.element.id)
                token.run()
                _react(instance)
        if not _fire_join(instance) and not _close_scope(instance):
            return


def _react(instance: Instance) -> None:
    """Nothing for diagrams without signals and conditions."""
    if instance.watched or instance.context.calls:
        react(instance)


def _fire_join(instance: Instance) -> bool:
    for level in instance.levels():
        for token in level.tokens():
            spec = token.task_spec
            if (isinstance(spec, InclusiveGateway) and token.state == TaskState.WAITING
                    and "incident" not in token.internal_data and spec.may_fire(token)):
                spec.join(token)
                return True
    return False


def _close_scope(instance: Instance) -> bool:
    """The one that began first; those around it still hold its activity, so they are not over yet."""
    for level in instance.levels():
        if level.completed or level.live():
            continue
        level.completed = True
        if not isinstance(level, Nested):
            level.data.pop("undo", None)
        for listener in level.tokens():
            level.drop(listener)
        if isinstance(level, Nested):
            del instance.subprocesses[level.holder.id]
            level.holder.task_spec.finished(level.holder, level)
            return True
    return False

