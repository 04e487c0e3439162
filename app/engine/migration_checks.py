"""Why an instance cannot move to another version. Reads the instance, changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.engine.library import TaskState
from app.engine.migration_gates import Gates, gates
from app.engine.migration_plan import Plan, Remark
from app.engine.ports import Hold
from app.engine.results import Element
from app.engine.specs.events import Catching, Listener
from app.engine.specs.gateways import Join, ParallelGateway
from app.engine.specs.scopes import CallActivity, MultiInstance
from app.engine.timers import owned_clock
from app.engine.tokens import Instance, Level, Token

Agree = Callable[[Element, Element], Remark | None]
"""The host's own look at an element that is open: the old one and the new one; a reason why it must stay."""


def parts(name: str) -> tuple[str, str]:
    """(element id, mark) of a spec's name; mark `#` is an instance of a loop, `!` an armed event subprocess."""
    return (name[:-1], name[-1]) if name[-1] in "#!" else (name, "")


def new_spec(plan: Plan, level: Level) -> Any:
    """The spec of an open scope in the new version; None when it is gone. Only for levels of a process that moves."""
    target = plan.target(level.definition.id)
    if target is None:
        raise LookupError("this process stays as it is")
    if level.owns_variables:
        return target.spec
    return target.specs.get(plan.element(level.definition.id, level.spec.name))


def new_name(plan: Plan, token: Token) -> str:
    """The name of a token's spec in the new version."""
    base, mark = parts(token.task_spec.name)
    return plan.element(token.workflow.definition.id, base) + mark


def armed(token: Token) -> bool:
    """Whether a token only listens: a boundary event beside its activity, or the start of an event subprocess."""
    return "host" in token.internal_data or isinstance(token.task_spec, Listener)


def moving(plan: Plan, instance: Instance) -> list[Level]:
    """Open scopes of the processes that move, outer ones first."""
    return [level for level in instance.levels() if plan.target(level.definition.id) is not None]


def reasons(plan: Plan, instance: Instance, agree: Agree) -> list[Remark]:
    """Every reason why it must stay; empty when it can move."""
    if instance.completed:
        return [Remark.of("ended", instance.definition.id)]
    wrong = [Remark.of("version", name) for name, (digest, _to) in plan.versions.items()
             if instance.pins.get(name) != digest]
    if wrong:
        return wrong
    found: list[Remark] = []
    for level in moving(plan, instance):
        spec = new_spec(plan, level)
        if spec is None:
            continue        # its holder says so
        here = gates(plan, level, spec)
        found += here.reasons
        found += [said for pair in here.changed(spec) if (said := agree(*pair)) is not None]
        for token in level.tokens():
            if not armed(token) and token.key not in here.silent:
                found += _token(plan, token, spec, agree)
        found += _notes(plan, level.definition.id, level.data.get("undo", ()), spec)
        found += _joins(plan, level, spec, here)
    return list(dict.fromkeys(found))


def _token(plan: Plan, token: Token, spec: Any, agree: Agree) -> list[Remark]:
    old, kept, name = token.task_spec, token.internal_data, new_name(plan, token)
    new = spec.task_specs.get(name)
    if new is None:
        return [_absent(plan, token, parts(name)[0])]
    here = old.element.id
    if isinstance(new, MultiInstance) is not isinstance(old, MultiInstance):
        return [Remark.of("loop", here)]
    if "incident" in kept and "in" not in kept and token.state == TaskState.WAITING:
        return []           # it was not entered: trying again enters what stands there then
    if type(new) is not type(old) or new.node.event_subprocess != old.node.event_subprocess:
        return [Remark.of("kind", here, new=new.element.type)]
    if isinstance(old, MultiInstance) and _in_turn(old) != _in_turn(new):
        return [Remark.of("loop", here)]
    if isinstance(old, Catching) and not _same_wait(token, new):
        return [Remark.of("event", here)]
    if isinstance(old, CallActivity) and token.state == TaskState.STARTED and _calls(token, new) != kept.get("called"):
        return [Remark.of("call", here)]
    if isinstance(old, Join) and token.state == TaskState.WAITING and new_flow(plan, token, spec, new) is None:
        return [Remark.of("flow", here)]
    found = _notes_inside(plan, token)
    said = agree(old.element, new.element) if "in" in kept else None
    return found if said is None else [*found, said]


def _in_turn(spec: Any) -> bool:
    return spec.node.loop is not None and bool(spec.node.loop.sequential)


def _absent(plan: Plan, token: Token, wanted: str) -> Remark:
    here, target = token.task_spec.element.id, plan.target(token.workflow.definition.id)
    there = target.elements.get(wanted) if target is not None else None
    if there is None:
        return Remark.of("gone_stopped" if "incident" in token.internal_data else "gone", here)
    home = new_spec(plan, token.workflow)
    return Remark.of("loop" if wanted in home.task_specs else "scope", here)


def _same_wait(token: Token, new: Any) -> bool:
    """Whether the event waits for the same kind of thing; a timer of a legal clock stays with that clock."""
    if token.state != TaskState.WAITING or "incident" in token.internal_data:
        return True
    before, after = token.task_spec.node.trigger, new.node.trigger
    return before.kind == after.kind and (before.kind != "timer" or owned_clock(before.text) == owned_clock(after.text))


def _calls(token: Token, new: Any) -> Any:
    """What the call activity would call by what is known now."""
    text = new.node.extensions.get("calledElement", "processId") or ""
    try:
        return token.context.need(text, token.view(), (str,), "processId")
    except Hold:
        return None


def new_flow(plan: Plan, token: Token, spec: Any, join: Any) -> str | None:
    """The flow in the new version by which a branch came to a join: of the same id, else the only one from there."""
    flow: str = token.internal_data["flow"]
    if flow in join.incoming:
        return flow
    level = token.workflow
    source = next((name for name, each in level.spec.task_specs.items()
                   if any(one.id == flow for one in getattr(each, "flows", ()))), None)
    wanted = spec.task_specs.get(plan.element(level.definition.id, source)) if source is not None else None
    found = [one.id for one in getattr(wanted, "flows", ()) if one.target == join.name]
    return found[0] if len(found) == 1 else None


def _notes_inside(plan: Plan, token: Token) -> list[Remark]:
    target = plan.target(token.workflow.definition.id)
    inner = target.specs.get(parts(new_name(plan, token))[0]) if target is not None else None
    return [one for notes, _variables in token.internal_data.get("undone", ())
            for one in _notes(plan, token.workflow.definition.id, notes, inner)]


def _notes(plan: Plan, process_id: str, notes: Iterable[Mapping[str, Any]], spec: Any) -> list[Remark]:
    """What was completed and could be undone must be there, with its handler."""
    found: list[Remark] = []
    target = plan.target(process_id)
    for note in notes:
        now = plan.element(process_id, note["of"])
        there = spec.task_specs.get(now) if spec is not None else None
        if there is None or (note["by"] is not None and there.undone_by is None):
            found.append(Remark.of("undo", note["of"]))
            continue
        for inside, _variables in note["in"]:
            found += _notes(plan, process_id, inside, target.specs.get(now) if target is not None else None)
    return found


def _joins(plan: Plan, level: Level, spec: Any, here: Gates) -> list[Remark]:
    """Parallel joins that wait for a branch that cannot come any more, and did not so before."""
    process_id = level.definition.id
    tokens = [token for token in level.tokens() if not isinstance(token.task_spec, Listener)]
    places = [(new_name(plan, token), _flow_of(plan, token, spec)) for token in tokens if token.key not in here.silent]
    after = _hopeless(spec, [*places, *((flow.target, None) for flow in here.flows())])
    if not after:
        return []
    before = {(plan.element(process_id, join), plan.element(process_id, source)) for join, source in _hopeless(
        level.spec, [(token.task_spec.name, token.internal_data.get("flow")) for token in tokens])}
    return [Remark.of("join", join, new=source) for join, source in sorted(after - before)]


def _flow_of(plan: Plan, token: Token, spec: Any) -> str | None:
    join = spec.task_specs.get(new_name(plan, token))
    if isinstance(join, Join) and isinstance(token.task_spec, Join) and token.state == TaskState.WAITING:
        return new_flow(plan, token, spec, join)
    return None


def _hopeless(spec: Any, places: list[tuple[str, str | None]]) -> set[tuple[str, str]]:
    """(join, element before it) for each way that nothing can come by, where something waits or can come another."""
    found: set[tuple[str, str]] = set()
    for join in spec.task_specs.values():
        if not isinstance(join, ParallelGateway) or len(join.incoming) < 2:
            continue
        filled = {flow for name, flow in places if name == join.name and flow is not None}
        coming = _reached(spec, [name for name, _flow in places if name != join.name], join.name)
        missing = set(join.incoming) - filled - coming
        if missing and len(missing) < len(join.incoming):
            found |= {(join.name, _source(spec, flow)) for flow in missing}
    return found


def _reached(spec: Any, names: list[str], end: str) -> set[str]:
    """Flows that can be taken from these elements on, also by their boundary events, not passing through `end`."""
    flows: set[str] = set()
    seen, todo = set(names), list(names)
    while todo:
        one = spec.task_specs.get(todo.pop())
        ahead = [*getattr(one, "flows", ())]
        flows |= {flow.id for flow in ahead}
        for name in (*(flow.target for flow in ahead), *getattr(one, "boundaries", ())):
            if name != end and name not in seen:
                seen.add(name)
                todo.append(name)
    return flows


def _source(spec: Any, flow: str) -> str:
    return next(str(name) for name, one in spec.task_specs.items()
                if any(each.id == flow for each in getattr(one, "flows", ())))
