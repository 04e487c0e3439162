"""Random diagrams of every kind of block, random stimuli: each step saves and restores, and every walk ends."""
from __future__ import annotations

import random

import pytest
from harness import (
    ERROR,
    ESCALATION,
    MESSAGE,
    Case,
    boundary,
    end,
    errors,
    escalations,
    flows,
    gate,
    loop,
    message,
    process,
    script,
    service,
    start,
    sub,
    timer,
    user,
)

from app.engine import CompleteJob, CompleteTask, DeliverMessage, FireTimer, ThrowJobError

TOP = message("m", "=id") + errors("X") + escalations("E") + '<signal id="sig" name="go"/>'
SIGNAL = '<signalEventDefinition signalRef="sig"/>'
UNDO = "<compensateEventDefinition/>"
CHILD = process(start("cs") + user("cu") + end("ce") + flows("cs>cu cu>ce"), "child")


class Blocks:
    """Draws a block; every block has one way in and one way out."""

    def __init__(self, rnd: random.Random) -> None:
        self.rnd, self.count = rnd, 0

    def name(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def draw(self, depth: int) -> tuple[str, str, str]:
        """(xml, first, last)."""
        kinds = ["user", "job", "script", "timer", "race", "signal", "condition"] + (
            ["seq", "seq", "par", "inc", "sub", "multi", "call", "handled", "guarded", "adhoc", "adhoc",
             "undone", "undone"] if depth else [])
        return getattr(self, self.rnd.choice(kinds))(depth)

    def user(self, depth):
        u, b, n = self.name("u"), self.name("b"), self.name("n")
        kind = self.rnd.choice([timer("timeDuration", "PT1H"), timer("timeCycle", "R3/PT1H"), MESSAGE("m")])
        return user(u) + boundary(b, u, kind, False) + user(n) + flows(f"{b}>{n}"), u, u

    def job(self, depth):
        w, b, x = self.name("w"), self.name("b"), self.name("x")
        return service(w) + boundary(b, w, ERROR("X")) + gate(x) + flows(f"{w}>{x} {b}>{x}"), w, x

    def script(self, depth):
        k = self.name("k")
        return script(k, "=if n = null then 1 else n + 1", "n"), k, k

    def timer(self, depth):
        t = self.name("t")
        return f'<intermediateCatchEvent id="{t}">{timer("timeDuration", "PT2H")}</intermediateCatchEvent>', t, t

    def race(self, depth):
        g, t, m, x = self.name("g"), self.name("t"), self.name("m"), self.name("x")
        events = f'<intermediateCatchEvent id="{t}">{timer("timeDuration", "PT2H")}</intermediateCatchEvent>'
        events += f'<intermediateCatchEvent id="{m}">{MESSAGE("m")}</intermediateCatchEvent>'
        return gate(g, "event") + events + gate(x) + flows(f"{g}>{t} {g}>{m} {t}>{x} {m}>{x}"), g, x

    def signal(self, depth):
        """One branch waits for what the other throws."""
        g, c, u, t, j = (self.name(n) for n in ("g", "c", "u", "t", "j"))
        xml = gate(g, "parallel") + f'<intermediateCatchEvent id="{c}">{SIGNAL}</intermediateCatchEvent>' + user(u)
        xml += f'<intermediateThrowEvent id="{t}">{SIGNAL}</intermediateThrowEvent>' + gate(j, "parallel")
        return xml + flows(f"{g}>{c} {g}>{u} {u}>{t} {t}>{j} {c}>{j}"), g, j

    def condition(self, depth):
        """One branch waits for what the other writes, and a boundary event looks on."""
        g, c, u, k, b, n, j = (self.name(n) for n in ("g", "c", "u", "k", "b", "n", "j"))
        when = "<conditionalEventDefinition><condition>={}</condition></conditionalEventDefinition>".format
        xml = gate(g, "parallel") + f'<intermediateCatchEvent id="{c}">{when(k + "_set")}</intermediateCatchEvent>' + user(u)
        xml += boundary(b, u, when("n != null"), False) + user(n) + script(k, "=true", f"{k}_set") + gate(j, "parallel")
        return xml + flows(f"{g}>{c} {g}>{u} {u}>{k} {k}>{j} {c}>{j} {b}>{n}"), g, j

    def adhoc(self, depth):
        p = self.name("p")
        (a, b, c), (d, e, f), y, z = self.draw(depth - 1), self.draw(depth - 1), self.name("y"), self.name("z")
        rest = f'<task id="{y}"/><task id="{z}"/>' + flows(f"{c}>{y} {f}>{z}")
        done = self.rnd.choice(["", "<completionCondition>=true</completionCondition>"])
        return (f'<adHocSubProcess id="{p}"><extensionElements><zeebe:adHoc activeElementsCollection="=[&quot;{b}&quot;, '
                f'&quot;{e}&quot;]"/></extensionElements>{a}{d}{rest}{done}</adHocSubProcess>'), p, p

    def undone(self, depth):
        """A finished subprocess is undone, with a task of its own beside a random block inside."""
        s, u, b, h, e, t = (self.name(n) for n in ("s", "u", "b", "h", "e", "t"))
        a, first, last = self.draw(depth - 1)
        body = (start(s) + user(u) + boundary(b, u, UNDO) + user(h).replace("<userTask ", '<userTask isForCompensation="true" ', 1)
                + f'<association id="{b}_a" sourceRef="{b}" targetRef="{h}"/>' + a + end(e)
                + flows(f"{s}>{u} {u}>{first} {last}>{e}"))
        if self.rnd.random() < .3:
            body += loop("=items", "item")
        p = self.name("p")
        return (sub(p, body) + f'<intermediateThrowEvent id="{t}">{UNDO}</intermediateThrowEvent>' + flows(f"{p}>{t}")), p, t

    def seq(self, depth):
        (a, b, c), (d, e, f) = self.draw(depth - 1), self.draw(depth - 1)
        return a + d + flows(f"{c}>{e}"), b, f

    def fork(self, kind: str, depth: int, tests: list[str]):
        g, j = self.name("g"), self.name("j")
        xml = gate(g, kind, kind == "inclusive") + gate(j, kind)
        for test in tests:
            a, b, c = self.draw(depth - 1)
            xml += a + flows(f"{g}>{b}{test} {c}>{j}")
        return xml, g, j

    def par(self, depth):
        return self.fork("parallel", depth, ["", ""])

    def inc(self, depth):
        return self.fork("inclusive", depth, [self.rnd.choice([":=true", ":=false"]) for _ in range(2)] + ["*"])

    def inner(self, depth: int, extra: str = "") -> str:
        s, e = self.name("s"), self.name("e")
        a, b, c = self.draw(depth - 1)
        return start(s) + a + end(e) + flows(f"{s}>{b} {c}>{e}") + extra

    def sub(self, depth):
        p, b, x = self.name("p"), self.name("b"), self.name("x")
        kind = self.rnd.choice([timer("timeDuration", "PT3H"), MESSAGE("m")])
        return (sub(p, self.inner(depth)) + boundary(b, p, kind) + gate(x) + flows(f"{p}>{x} {b}>{x}")), p, x

    def multi(self, depth):
        p = self.name("p")
        more = loop("=items", "item", self.rnd.random() < .5)
        return f'<subProcess id="{p}">{self.inner(depth)}{more}</subProcess>', p, p

    def call(self, depth):
        c = self.name("c")
        return (f'<callActivity id="{c}"><extensionElements><zeebe:calledElement processId="child"/></extensionElements>'
                "</callActivity>"), c, c

    def handled(self, depth):
        p, h, s, u, e = (self.name(x) for x in ("p", "h", "hs", "hu", "he"))
        stop = self.rnd.random() < .5
        begin = f'<startEvent id="{s}" isInterrupting="{str(stop).lower()}">{MESSAGE("m")}</startEvent>'
        handler = sub(h, begin + user(u) + end(e) + flows(f"{s}>{u} {u}>{e}"), event=True)
        return sub(p, self.inner(depth, handler)), p, p

    def guarded(self, depth):
        """A subprocess that throws an error or an escalation at its end."""
        p, b, x, s, e = (self.name(n) for n in ("p", "b", "x", "s", "e"))
        thrown = self.rnd.choice([ERROR("X"), ESCALATION("E")])
        a, first, last = self.draw(depth - 1)
        body = start(s) + a + end(e, thrown) + flows(f"{s}>{first} {last}>{e}")
        return sub(p, body) + boundary(b, p, thrown) + gate(x) + flows(f"{p}>{x} {b}>{x}"), p, x


def choices(c: Case) -> list:
    r = c.result
    return ([CompleteTask(t.task_id, {"note": 1}) for t in r.open_tasks] + [CompleteJob(j.task_id) for j in r.jobs]
            + [ThrowJobError(j.task_id, "X") for j in r.jobs] + [FireTimer(t.task_id) for t in r.timers]
            + [DeliverMessage(s.task_id, s.name, s.key, {"told": True}) for s in r.subscriptions])


@pytest.mark.parametrize("seed", range(160))
def test_every_random_walk_ends(seed):
    print("seed", seed)
    rnd = random.Random(seed)
    xml, first, last = Blocks(rnd).draw(1 + seed % 4)
    c = Case(process(start() + xml + end() + flows(f"s>{first} {last}>e"), top=TOP), CHILD, id="C", items=[1, 2])
    for step in range(600):
        if c.done:
            break
        assert not c.result.incidents, c.result.incidents
        todo = choices(c)
        if step > 80:                                      # then only forwards, so that the walk ends
            todo = [s for s in todo if not isinstance(s, DeliverMessage | FireTimer)] or todo
        chosen = rnd.choice(todo)
        if isinstance(chosen, FireTimer):
            c.now = max(c.now, next(t.due_at for t in c.result.timers if t.task_id == chosen.task_id))
        c.do(chosen)
    assert c.done
