"""Random walks through random diagrams, moved to and fro on the way: a version where every element has another id."""
from __future__ import annotations

import random
import re

import pytest
from harness import MESSAGE, Case, end, flows, process, start

from app.engine import DeliverMessage, FireTimer, Plan, load, migrate
from app.engine.results import StepResult
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
        go_on(case, rnd, step > 80)
    assert case.done


class Racing(Blocks):
    """Many event gateways; `wider`: each has one event more, in diagrams that are the same otherwise."""

    def __init__(self, seed: int, wider: bool) -> None:
        super().__init__(random.Random(seed))
        self.wider = wider

    def draw(self, depth):
        return self.race(depth) if self.rnd.random() < .4 else super().draw(depth)

    def race(self, depth):
        xml, g, x = super().race(depth)
        if self.wider:
            more = f'<intermediateCatchEvent id="{g}_more">{MESSAGE("m")}</intermediateCatchEvent>'
            xml += more + flows(f"{g}>{g}_more {g}_more>{x}")
        return xml, g, x

    def file(self, depth: int) -> bytes:
        xml, first, last = self.draw(depth)
        return process(start() + xml + end() + flows(f"s>{first} {last}>e"), top=TOP)


def waited(result: StepResult) -> list[tuple[str, str]]:
    return sorted((one.task_id, one.element_id) for name in ("open_tasks", "jobs", "timers", "subscriptions")
                  for one in getattr(result, name))


def there_and_back(case: Case, there: Plan, back: Plan) -> int:
    """Move it both ways; how many gateways got an event on the way."""
    timers = {one.element_id for one in case.result.timers}
    wide = there.versions["p"][1]
    new = {f"g{number}_more" for number in range(400)
           if f"g{number}_more" in wide.elements and f"t{number + 1}" in timers}
    found = migrate(case.state, there, now=case.now, ports=case.ports)
    assert found.result is not None, [(one.code, one.element_id) for one in found.reasons]
    assert {(one.code, one.element_id) for one in found.notes} == {("armed", one) for one in new}
    again = migrate(found.result.state, back, now=case.now, ports=case.ports)
    assert again.result is not None, [(one.code, one.element_id) for one in again.reasons]
    assert {(one.code, one.element_id) for one in again.notes} == {("disarmed", one) for one in new}
    assert waited(again.result) == waited(case.result) and again.result.variables == case.vars
    case.state, case.result = again.result.state, again.result
    return len(new)


def go_on(case: Case, rnd: random.Random, ending: bool) -> None:
    """One stimulus by chance; `ending`: forwards only."""
    todo = choices(case)
    if ending:
        todo = [s for s in todo if not isinstance(s, DeliverMessage | FireTimer)] or todo
    chosen = rnd.choice(todo)
    if isinstance(chosen, FireTimer):
        case.now = max(case.now, next(t.due_at for t in case.result.timers if t.task_id == chosen.task_id))
    case.do(chosen)
    assert not case.result.incidents, case.result.incidents


def test_gateways_get_an_event_and_lose_it_again_wherever_the_walk_stands():
    gates = 0
    for seed in range(60):
        files = [Racing(seed, wider).file(2 + seed % 3) for wider in (False, True)]
        case = Case(files[0], CHILD, id="C", items=[1, 2])
        narrow, wide = load(files[0], "a.bpmn"), load(files[1], "b.bpmn")
        case.ports.definitions += [narrow, wide]
        there, back = Plan({"p": (narrow.hash, wide)}), Plan({"p": (wide.hash, narrow)})
        rnd = random.Random(seed)
        for step in range(600):
            if case.done:
                break
            gates += there_and_back(case, there, back)
            go_on(case, rnd, step > 80)
        assert case.done, seed
    assert gates > 50, gates
