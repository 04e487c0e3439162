"""A running instance goes on by another version of its diagrams: bound anew, element by element, or refused with
reasons. Kept are ids, drafts, dates, subscriptions, variables, positions of loops and what can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.engine.collecting import collect
from app.engine.context import StepContext
from app.engine.library import TaskState
from app.engine.migration_checks import Agree, armed, moving, new_flow, new_name, new_spec, parts, reasons
from app.engine.migration_gates import Gates, gates
from app.engine.migration_plan import Migration, Plan, Remark
from app.engine.ports import BudgetSpent, Ports, StepBudget
from app.engine.specs.activities import UserTask
from app.engine.specs.adhoc import AdHocSubProcess
from app.engine.specs.base import terminate
from app.engine.specs.events import Catching, Listener
from app.engine.specs.gateways import Join, ParallelGateway
from app.engine.specs.scopes import MultiInstance
from app.engine.state import restore, save
from app.engine.step import settle
from app.engine.timers import owned_clock
from app.engine.tokens import Instance, Level, Nested, Token
from app.kernel.errors import YikouError, msg


def migrate(state: bytes, plan: Plan, *, now: datetime, ports: Ports, agree: Agree = lambda _old, _new: None,
            budget: StepBudget | None = None) -> Migration:
    """Move a stored instance; `now` aware. Gives reasons instead of raising: nothing is stored then.

    New listeners are set up, those that are gone listen no more; then whatever can go on does. `agree` is the host's
    own look at each element that is open.
    """
    context = StepContext(now, ports, budget or StepBudget())
    try:
        instance = restore(state, context)
        at = tuple(sorted({token.task_spec.element.id for level in moving(plan, instance) for token in level.tokens()
                           if not armed(token)}))
        found = reasons(plan, instance, agree)
        if found:
            return Migration(at, tuple(found))
        mover = _Mover(plan, instance)
        mover.move()
        if not mover.refused:
            settle(instance)
        return _finished(mover, state, at)
    except BudgetSpent as spent:
        return Migration((), (Remark(spent.code, spent.element_id, spent.message, spent.params),))
    except YikouError as error:
        return Migration((), (Remark("fault", "", error.message, error.params),))


def go_back(state: bytes, before: bytes, *, now: datetime, ports: Ports) -> Migration:
    """Undo a move after which nothing has happened: the state from before it, bound as it was then.

    The rows are read off it anew, so a legal clock's timer stands where its clock stands now.
    """
    try:
        present = restore(state, StepContext(now, ports, StepBudget()))
        past = restore(before, StepContext(now, ports, StepBudget()))
        result = collect(past, before)
    except YikouError as error:
        return Migration((), (Remark("fault", "", error.message, error.params),))
    known = {token.key: token for level in present.levels() for token in level.tokens()}
    renamed = {token.key: (level.definition.id, known[token.key].task_spec.element.id, token.task_spec.element.id)
               for level in past.levels() for token in level.tokens()
               if token.key in known and "in" in token.internal_data
               and known[token.key].task_spec.element.id != token.task_spec.element.id}
    at = tuple(sorted({token.task_spec.element.id for token in known.values() if not armed(token)}))
    return Migration(at, (), (), result, renamed)


def _finished(mover: _Mover, state: bytes, at: tuple[str, ...]) -> Migration:
    if mover.refused:
        return Migration(at, tuple(mover.refused))
    instance, context = mover.instance, mover.instance.context
    data = save(instance)
    if len(data) > context.budget.variable_bytes:
        why = msg("The instance holds more than %(limit)s bytes.")
        return Migration(at, (Remark("budget_size", "", why, {"limit": context.budget.variable_bytes}),))
    if save(restore(data, StepContext(context.now, context.ports, context.budget))) != data:
        return Migration(at, (Remark.of("differs", instance.definition.id),))
    result = collect(instance, data)
    stuck = [one for one in result.incidents if one.code == "stuck"]
    if stuck and not any(one.code == "stuck" for one in collect(restore(
            state, StepContext(context.now, context.ports, context.budget)), state).incidents):
        return Migration(at, (Remark.of("stuck", stuck[0].element_id),))
    after = sorted(result.steps[mover.told:], key=lambda step: step.how == "cancelled")
    goes_on = [Remark.of("goes_on", step.element_id) for step in after[:1]]
    return Migration(at, (), tuple(dict.fromkeys([*mover.notes, *goes_on])), result, mover.renamed)


class _Mover:
    """Binds one instance anew. What was checked before is taken for granted."""

    def __init__(self, plan: Plan, instance: Instance) -> None:
        self.plan, self.instance = plan, instance
        self.notes: list[Remark] = []
        self.refused: list[Remark] = []
        self.renamed: dict[str, tuple[str, str, str]] = {}
        self.told = 0
        self._dropped: set[tuple[str, str]] = set()

    def move(self) -> None:
        """All scopes first, so that what is set up then sees the new version only."""
        levels = [(level, new_spec(self.plan, level)) for level in moving(self.plan, self.instance)]
        races = [(level, gates(self.plan, level, new)) for level, new in levels]
        spent = [(level, *self._spent(level)) for level, _new in levels]
        for level, here in races:
            self._silence(level, here)
        for level, new in levels:
            self._bind(level, new)
        for name, (_digest, target) in self.plan.versions.items():
            self.instance.pins[name] = target.hash
        for level, listeners, boundaries in spent:
            self._arm(level, listeners, boundaries)
        for level, here in races:
            self._join_races(level, here)
        self.told = len(self.instance.context.steps)
        for level, _new in levels:
            self._fire_joins(level)

    def _spent(self, level: Level) -> tuple[set[str] | None, dict[str, set[str]]]:
        """What was set up once and must not be again: listeners (None: none may be), boundary events by host.

        An interrupting event subprocess that runs has ended everything else in its scope, and a scope that is open
        again for its handlers has no listeners.
        """
        known = {name: level.spec.task_specs[name] for name in level.spec.start.listeners}
        there = {token.task_spec.name for token in level.tokens() if isinstance(token.task_spec, Listener)}
        interrupted = any(spec.interrupting and name not in there for name, spec in known.items())
        undoing = isinstance(level, Nested) and "again" in level.holder.internal_data
        process_id = level.definition.id
        listeners = None if interrupted or undoing else {self._now(process_id, name) for name in known}
        return listeners, {token.key: {self._now(process_id, name) for name in token.task_spec.boundaries}
                           for token in level.tokens() if _entered(token)}

    def _silence(self, level: Level, here: Gates) -> None:
        for token in level.tokens():
            if token.key in here.silent:
                self.notes.append(Remark.of("disarmed", token.task_spec.element.id))
                terminate(token)

    def _join_races(self, level: Level, here: Gates) -> None:
        """Events of one gateway withdraw each other, those that are new among them."""
        for token in level.tokens():
            mark = here.marks.get(token.key)
            if mark is not None:
                token.internal_data["gate"] = mark
            elif token.key in here.marks:
                token.internal_data.pop("gate", None)
        for mark, flows in here.new.items():
            for flow in flows:
                self._set_up(level, flow.target, flow=flow.id, gate=mark)

    def _now(self, process_id: str, name: str) -> str:
        base, mark = parts(name)
        return self.plan.element(process_id, base) + mark

    def _bind(self, level: Level, spec: Any) -> None:
        hosts = {token.key: spec.task_specs[new_name(self.plan, token)] for token in level.tokens() if not armed(token)}
        process_id, target = level.definition.id, self.plan.target(level.definition.id)
        bound: list[tuple[Token, Any]] = []
        for token in level.tokens():
            name = new_name(self.plan, token)
            if armed(token):
                among = (hosts[token.internal_data["host"]].boundaries if "host" in token.internal_data
                         else spec.start.listeners)
                new = spec.task_specs[name] if name in among else None
                if new is None or not self._fits(token, new):
                    self._disarm(token, new)
                    continue
            bound.append((token, spec.task_specs[name]))
        for token, new in bound:
            self._keep(token, new, spec)
            token.task_spec = new
        if level.data.get("undo"):
            level.data["undo"] = self._undo(process_id, level.data["undo"], spec)
        if target is not None:
            level.definition, level.spec = target, spec
        level.task_tree.task_spec = spec.start

    def _fits(self, token: Token, new: Any) -> bool:
        """Whether what listens waits for the same thing; one that could not be set up is tried anew."""
        before, after = token.task_spec.node.trigger, new.node.trigger
        if "incident" in token.internal_data or before.kind != after.kind:
            return False
        if before.kind == "timer":
            return owned_clock(before.text) == owned_clock(after.text)
        return before.kind not in ("message", "signal") or before.name == after.name

    def _disarm(self, token: Token, new: Any) -> None:
        if new is None:
            self.notes.append(Remark.of("disarmed", token.task_spec.element.id))
        else:
            self.notes.append(Remark.of("replaced", new.element.id))
        self._dropped.add((token.internal_data.get("host", ""), new_name(self.plan, token)))
        token.workflow.drop(token)

    def _keep(self, token: Token, new: Any, spec: Any) -> None:
        """What a token knows of its diagram, put into the words of the new one; and what it keeps of the old one."""
        old, kept = token.task_spec, token.internal_data
        process_id = token.workflow.definition.id
        if old.element.id != new.element.id and "in" in kept:
            self.renamed[token.key] = (process_id, old.element.id, new.element.id)
        if isinstance(old, Join) and token.state == TaskState.WAITING:
            kept["flow"] = new_flow(self.plan, token, spec, new)
        if isinstance(new, AdHocSubProcess) and isinstance(old, AdHocSubProcess) and old.collection != new.collection:
            gathered = kept["vars"].pop(old.collection, []) if old.collection else []
            if new.collection:
                kept["vars"][new.collection] = gathered
        for pair in kept.get("undone", ()):
            target = self.plan.target(process_id)
            pair[0] = self._undo(process_id, pair[0], target.specs[parts(new.name)[0]] if target is not None else None)
        self._note_kept(token, new)

    def _note_kept(self, token: Token, new: Any) -> None:
        old, kept = token.task_spec, token.internal_data
        before, after = old.node.trigger, new.node.trigger
        if isinstance(old, Catching) and "due" in kept and (before.text, before.timer) != (after.text, after.timer):
            self.notes.append(Remark.of("kept_due", new.element.id))
        if isinstance(old, Catching) and "key" in kept and (before.name, before.key) != (after.name, after.key):
            self.notes.append(Remark.of("kept_wait", new.element.id))
        if isinstance(old, UserTask) and (old.node.extensions.get("formDefinition", "formId")
                                          != new.node.extensions.get("formDefinition", "formId")):
            self.notes.append(Remark.of("kept_form", new.element.id))

    def _undo(self, process_id: str, notes: list[Mapping[str, Any]], spec: Any) -> list[dict[str, Any]]:
        """The notes of what can be undone, by the names of the new version."""
        target, found = self.plan.target(process_id), []
        for note in notes:
            now = self.plan.element(process_id, note["of"])
            inner = target.specs.get(now) if target is not None else None
            within = [[self._undo(process_id, inside, inner), variables] for inside, variables in note["in"]]
            handler = spec.task_specs[now].undone_by if note["by"] is not None else None
            found.append({"of": now, "by": handler, "in": within})
        return found

    def _arm(self, level: Level, listeners: set[str] | None, boundaries: Mapping[str, set[str]]) -> None:
        """What the new version has and the old one had not, and what waits for something else now."""
        if listeners is not None:
            for name in level.spec.start.listeners:
                if name not in listeners or ("", name) in self._dropped:
                    self._set_up(level, name)
        for token in list(level.tokens()):
            if token.key not in boundaries or not token.alive:
                continue
            for name in token.task_spec.boundaries:
                if name not in boundaries[token.key] or (token.key, name) in self._dropped:
                    self._set_up(level, name, host=token.key)

    def _set_up(self, level: Level, name: str, **internal: Any) -> None:
        token = level.put(name, **internal)
        token.task_spec._update(token)
        element = token.task_spec.element.id
        if "incident" in token.internal_data:
            _code, why, params = token.internal_data["incident"]
            self.refused.append(Remark("arming", element, why, {**params, "element": element}))
        elif (internal.get("host", ""), name) not in self._dropped:
            self.notes.append(Remark.of("armed", element))

    def _fire_joins(self, level: Level) -> None:
        """A parallel join for which nothing is missing any more goes on."""
        for token in level.tokens():
            join = token.task_spec
            if (isinstance(join, ParallelGateway) and token.alive and token.state == TaskState.WAITING
                    and "incident" not in token.internal_data and len(join.waiting(token)) >= len(join.incoming)):
                join.consume(token, {**join.waiting(token), token.internal_data["flow"]: token})
                token._ready()


def _entered(token: Token) -> bool:
    """Whether an activity's boundary events were set up: it was entered, which the body of a loop does not tell."""
    return not armed(token) and ("in" in token.internal_data or (
        isinstance(token.task_spec, MultiInstance) and token.state == TaskState.STARTED))
