"""Parallel and inclusive joins: in loops, with bypasses, in random nested diagrams, saved and restored each step."""
from __future__ import annotations

import itertools
import random

import pytest
from harness import Case, end, flows, gate, process, script, start, user


def test_two_branches_see_each_others_writes():
    c = Case(process(start() + gate("g", "parallel") + gate("j", "parallel") + user("u") + user("v") + user("w") + end()
                     + flows("s>g g>u g>v u>j v>j j>w w>e")), status="new", o={"a": 1})
    c.complete("u", status="inspected", o={"a": 2})
    c.complete("v", note="x")
    assert c.task("w").variables == {"status": "inspected", "o": {"a": 2}, "note": "x"}


def round_diagram(kind: str) -> bytes:
    test = ":=true" if kind == "inclusive" else ""
    return process(start() + gate("m") + gate("x", default=True) + gate("g", kind, bool(test)) + gate("j", kind)
                   + user("u") + user("v") + script("n", "=n + 1", "n") + end()
                   + flows(f"s>m m>g g>u{test} g>v{test} {'g>e*' if test else ''} u>j v>j j>n n>x x>m* x>e:=n>=rounds"))


@pytest.mark.parametrize("kind", ["parallel", "inclusive"])
def test_joins_in_loops_are_right_in_every_order(kind):
    data = round_diagram(kind)
    for rounds in (1, 2, 3, 4):
        for order in itertools.product(("uv", "vu"), repeat=rounds):
            c, want = Case(data, n=0, rounds=rounds), {}
            for step, name in enumerate("".join(order)):
                want[name] = step
                c.complete(name, **{name: step})
            assert c.done and c.vars == {"n": rounds, "rounds": rounds, **want}, order


def test_an_inclusive_join_waits_for_a_branch_that_may_leave():
    data = process(start() + gate("g", "inclusive", True) + gate("j", "inclusive") + user("u") + user("v")
                   + gate("q", default=True) + user("w") + user("k") + end()
                   + flows("s>g g>u:=true g>v:=true g>k* u>j v>q q>j:=back q>k* j>w w>e k>e"))
    for back, then in ((False, ["k", "w"]), (True, ["w"])):
        c = Case(data, back=back)
        c.complete("u")
        assert c.names == ["v"]
        c.complete("v")
        assert c.names == then


def test_an_inclusive_split_takes_every_true_flow_else_the_default():
    data = process(start() + gate("g", "inclusive", True) + user("u") + user("v") + user("w") + end()
                   + flows("s>g g>u:=a>1 g>v:=a>2 g>w* u>e v>e w>e"))
    assert [Case(data, a=n).names for n in (1, 2, 3)] == [["w"], ["u"], ["u", "v"]]


def test_no_true_condition_and_no_default_is_an_incident():
    data = process(start() + gate("f", "parallel") + gate("g") + user("u") + user("v") + user("w") + end()
                   + flows("s>f f>g f>w g>u:=a=1 g>v:=a=2 u>e v>e w>e"))
    c = Case(data, a=3)
    assert c.faults == [("g", "no_flow")] and c.names == ["w"]
    c.retry(a=2)
    assert c.names == ["v", "w"] and not c.faults


def test_a_condition_that_is_not_boolean_is_an_incident():
    data = process(start() + gate("g", default=True) + user("u") + end() + flows("s>g g>u:=a g>e* u>e"))
    for value in (None, 1, "true", []):
        assert Case(data, a=value).faults == [("g", "type")]


def test_a_join_that_can_never_fire_is_reported():
    data = process(start() + gate("x", default=True) + gate("j", "parallel") + end() + flows("s>x x>j* x>j:=a j>e"))
    assert Case(data, a=False).faults == [("j", "stuck")]


class Diagram:
    """Random blocks: sequence, parallel, inclusive, loop. `plan`: how often each user task must run."""

    def __init__(self, rnd: random.Random, depth: int) -> None:
        self.rnd, self.nodes, self.flows, self.plan = rnd, [], [], {}
        first, last = self.block(depth, 1)
        self.data = process(start() + "".join(self.nodes) + end() + flows(" ".join([f"s>{first}", *self.flows, f"{last}>e"])))

    def node(self, make, prefix: str, *args) -> str:
        name = f"{prefix}{len(self.nodes)}"
        self.nodes.append(make(name, *args))
        return name

    def block(self, depth: int, times: int) -> tuple[str, str]:
        kind = self.rnd.choice(("seq", "par", "inc", "loop", "task")) if depth else "task"
        if kind == "task":
            name = self.node(user, "u")
            self.plan[name] = times
            return name, name
        if kind == "seq":
            (a, b), (c, d) = self.block(depth - 1, times), self.block(depth - 1, times)
            self.flows.append(f"{b}>{c}")
            return a, d
        if kind == "loop":
            merge, (a, b) = self.node(gate, "m"), self.block(depth - 1, times * 2)
            counter = f"n{len(self.nodes)}"
            count = self.node(lambda n: script(n, f"=if {counter} = null then 1 else {counter} + 1", counter), "k")
            again = self.node(gate, "x", "exclusive", True)
            out = self.node(gate, "o")
            self.flows += [f"{merge}>{a}", f"{b}>{count}", f"{count}>{again}", f"{again}>{merge}:=odd({counter})",
                           f"{again}>{out}*"]
            return merge, out
        return self.fork(kind, depth, times)

    def fork(self, kind: str, depth: int, times: int) -> tuple[str, str]:
        inclusive = kind == "inc"
        split = self.node(gate, "g", "inclusive" if inclusive else "parallel", inclusive)
        join = self.node(gate, "j", "inclusive" if inclusive else "parallel")
        taken = [not inclusive or self.rnd.random() < .6 for _ in range(self.rnd.choice((2, 2, 3)))]
        for take in taken:
            a, b = self.block(depth - 1, times if take else 0)
            self.flows += [f"{split}>{a}" + (f":={str(take).lower()}" if inclusive else ""), f"{b}>{join}"]
        if inclusive:
            a, b = self.block(0, 0 if any(taken) else times)
            self.flows += [f"{split}>{a}*", f"{b}>{join}"]
        return split, join


@pytest.mark.parametrize("seed", range(60))
def test_random_nested_diagrams_run_each_task_as_often_as_drawn(seed):
    print("seed", seed)
    rnd = random.Random(seed)
    drawn = Diagram(rnd, 1 + seed % 4)
    if sum(drawn.plan.values()) > 60:
        pytest.skip("drawn too large")
    c, runs, last = Case(drawn.data), dict.fromkeys(drawn.plan, 0), {}
    for step in range(2 * sum(drawn.plan.values()) + 5):
        if not c.names:
            break
        name = rnd.choice(c.names)
        runs[name] += 1
        last[name] = step
        c.complete(name, **{name: step})
    assert runs == drawn.plan and c.done
    assert {k: c.vars.get(k) for k in last} == last
