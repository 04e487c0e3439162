"""Random walks through random diagrams, moved to and fro on the way: a version where every element has another id."""
from __future__ import annotations

import random
import re

import pytest
from harness import Case, end, flows, process, start

from app.engine import DeliverMessage, FireTimer, Plan, load, migrate
from tests.unit.engine.test_random_walks import CHILD, TOP, Blocks, choices

ATTRIBUTES = re.compile(r'\b(id|sourceRef|targetRef|attachedToRef|default)="((?:d_)?[a-z]+\d+)"')
LISTED = re.compile(r"&quot;([a-z]+\d+)&quot;")


def renamed(data: bytes) -> bytes:
    """The same diagram, all ids of elements and flows changed."""
    text = ATTRIBUTES.sub(r'\1="\2_x"', data.decode())
    return LISTED.sub(r"&quot;\1_x&quot;", text).encode()


def moved(case: Case, plan: Plan) -> None:
    found = migrate(case.state, plan, now=case.now, ports=case.ports)
    assert found.result is not None, [(one.code, one.element_id) for one in found.reasons]
    assert not found.result.steps and not found.notes
    for mine in ("open_tasks", "jobs", "timers", "subscriptions"):
        before, after = getattr(case.result, mine), getattr(found.result, mine)
        assert sorted(one.task_id for one in before) == sorted(one.task_id for one in after), mine
    assert {t.task_id: t.due_at for t in case.result.timers} == {t.task_id: t.due_at for t in found.result.timers}
    assert {s.task_id: s.key for s in case.result.subscriptions} == {s.task_id: s.key for s in found.result.subscriptions}
    assert found.result.variables == case.vars
    case.state, case.result = found.result.state, found.result


@pytest.mark.parametrize("seed", range(80))
def test_a_walk_goes_on_wherever_it_was_moved(seed):
    print("seed", seed)
    rnd = random.Random(seed)
    xml, first, last = Blocks(rnd).draw(1 + seed % 4)
    data = process(start() + xml + end() + flows(f"s>{first} {last}>e"), top=TOP)
    case = Case(data, CHILD, id="C", items=[1, 2])
    here, there = load(data, "a.bpmn"), load(renamed(data), "b.bpmn")
    case.ports.definitions += [there]
    to = {("p", one): f"{one}_x" for one in here.elements if f"{one}_x" in there.elements}
    assert len(to) >= len(here.elements) - 3
    plans = {here.hash: Plan({"p": (here.hash, there)}, to),
             there.hash: Plan({"p": (there.hash, here)}, {("p", new): old for (_p, old), new in to.items()})}
    for step in range(600):
        if case.done:
            break
        before = case.state
        moved(case, plans[case.result.pins["p"]])
        if rnd.random() < .5:
            moved(case, plans[case.result.pins["p"]])
            assert case.state == before, "there and back again"
        todo = choices(case)
        if step > 80:
            todo = [s for s in todo if not isinstance(s, DeliverMessage | FireTimer)] or todo
        chosen = rnd.choice(todo)
        if isinstance(chosen, FireTimer):
            case.now = max(case.now, next(t.due_at for t in case.result.timers if t.task_id == chosen.task_id))
        case.do(chosen)
        assert not case.result.incidents, case.result.incidents
    assert case.done
