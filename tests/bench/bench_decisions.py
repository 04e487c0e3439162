"""Decisions a second on one core, beside SpiffWorkflow's own DMN with the same table in the same minute."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app import dmn, feel

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ROUNDS, EACH = 7, 20_000
HEAD = ('<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
        '<inputData id="in1" name="kind"><variable name="kind" typeRef="string"/></inputData>'
        '<inputData id="in2" name="amount"><variable name="amount" typeRef="number"/></inputData>'
        '<decision id="limit" name="limit"><variable name="limit" typeRef="number"/>'
        '<informationRequirement id="q1"><requiredInput href="#in1"/></informationRequirement>'
        '<informationRequirement id="q2"><requiredInput href="#in2"/></informationRequirement>'
        '<decisionTable id="t" hitPolicy="{policy}">'
        '<input id="c1" label="kind"><inputExpression id="e1" typeRef="string"><text>kind</text></inputExpression></input>'
        '<input id="c2" label="amount"><inputExpression id="e2" typeRef="number"><text>amount</text></inputExpression></input>'
        '<output id="o" name="limit" typeRef="number"/>')
Row = tuple[str, str, str]


def file(rows: list[Row], policy: str = "FIRST") -> bytes:
    """A table of two inputs as a file."""
    rules = "".join(
        f'<rule id="r{n}"><inputEntry id="i{n}a"><text>{a}</text></inputEntry><inputEntry id="i{n}b"><text>{b}</text>'
        f'</inputEntry><outputEntry id="o{n}"><text>{out}</text></outputEntry></rule>' for n, (a, b, out) in enumerate(rows))
    return (HEAD.format(policy=policy) + rules + "</decisionTable></decision></definitions>").encode()


def fourteen() -> list[Row]:
    """Five kinds, ranges and bounds, and a last row for all else."""
    rows = [(f'"k{n % 5}"', f"[{n * 10}..{n * 10 + 200}]" if n % 3 else f"&lt; {n * 7}", str(n)) for n in range(13)]
    return [*rows, ("-", "-", "99")]


def equal(count: int) -> list[Row]:
    """One kind a row."""
    return [(f'"k{n}"', "-", str(n)) for n in range(count)]


def ranges(count: int) -> bytes:
    """Rows of ten ranges each, all different: the hardest kind for the checks before publishing."""
    chance, names = random.Random(1), [f"x{at}" for at in range(10)]
    inputs = "".join(f'<inputData id="n{one}" name="{one}"><variable name="{one}" typeRef="number"/></inputData>'
                     for one in names)
    needs = "".join(f'<informationRequirement><requiredInput href="#n{one}"/></informationRequirement>' for one in names)
    columns = "".join(f"<input><inputExpression><text>{one}</text></inputExpression></input>" for one in names)
    rows = ""
    for number in range(count):
        lows = [chance.randrange(1000) for _ in names]
        cells = "".join(f"<inputEntry><text>[{low}..{low + chance.randrange(300)}]</text></inputEntry>" for low in lows)
        rows += f"<rule>{cells}<outputEntry><text>{number}</text></outputEntry></rule>"
    return (f'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">{inputs}'
            f'<decision id="a" name="a"><variable name="a"/>{needs}<decisionTable id="t" hitPolicy="UNIQUE">{columns}'
            f'<output name="a"/>{rows}</decisionTable></decision></definitions>').encode()


def milliseconds(one: Callable[[], Any], rounds: int = 3) -> list[float]:
    """What one call takes, several times."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        one()
        taken.append(1e3 * (time.perf_counter() - began))
    return taken


@dataclass(frozen=True)
class Rates:
    """Rounds of calls a second: by the clock on the wall, and by the processor's own time, which other work disturbs less."""

    wall: list[float]
    cpu: list[float]

    @property
    def middle(self) -> tuple[float, float]:
        """The medians."""
        return statistics.median(self.wall), statistics.median(self.cpu)


def per_second(one: Callable[[int], Any], count: int = EACH) -> Rates:
    """The rates of some rounds, after one to warm up."""
    wall, cpu = [], []
    for _ in range(ROUNDS + 1):
        began, used = time.perf_counter(), time.process_time()
        for number in range(count):
            one(number)
        wall.append(count / (time.perf_counter() - began))
        cpu.append(count / (time.process_time() - used))
    return Rates(wall[1:], cpu[1:])


def spiff() -> Rates:
    """The same fourteen rules by SpiffWorkflow's engine: cells in Python, COLLECT, since it knows no FIRST."""
    from lxml import etree
    from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
    from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine
    from SpiffWorkflow.dmn.parser.DMNParser import DMNParser
    from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser

    rows = [(a, f"{n * 10} &lt;= ? &lt;= {n * 10 + 200}" if n % 3 else f"? &lt; {n * 7}", out)
            for n, (a, _b, out) in enumerate(fourteen()[:13])]
    root = etree.fromstring(file(rows, "COLLECT"))
    parser = DMNParser(SpiffBpmnParser(), root, {"dmn": "https://www.omg.org/spec/DMN/20191111/MODEL/"},
                       filename="spiff.dmn")
    parser.parse()
    engine = DMNEngine(parser.decision.decisionTables[0])

    class Task:
        """As much of a task as the engine asks for."""

        def __init__(self, data: dict[str, Any]) -> None:
            self.data = data
            self.workflow = type("Workflow", (), {"script_engine": PythonScriptEngine()})()

    tasks = [Task({"kind": f"k{number % 5}", "amount": number % 300}) for number in range(100)]
    return per_second(lambda number: engine.decide(tasks[number % 100]), 500)


def figures() -> Iterator[dict[str, Any]]:
    """Names as the issue of the decision engine gives them. `value` by the clock on the wall, `cpu` by the processor's."""
    small, large = dmn.load(file(fourteen()), "t.dmn"), dmn.load(file(equal(1000)), "t.dmn")
    hundred = file(equal(100))
    inputs = [{"kind": f"k{n % 5}", "amount": n % 300} for n in range(1000)]
    wide = [{"kind": f"k{n * 37 % 1000}", "amount": n} for n in range(1000)]
    condition = feel.compile_expression('status = "open" and amount > 100')
    context = {"status": "open", "amount": 150}
    plain = per_second(lambda n: dmn.decide(small, "limit", inputs[n % 1000], now=NOW))
    traced = per_second(lambda n: dmn.decide(small, "limit", inputs[n % 1000], now=NOW).trace)
    many = per_second(lambda n: dmn.decide(large, "limit", wide[n % 1000], now=NOW))
    asked = per_second(lambda n: condition.evaluate(context, now=NOW))
    loaded = per_second(lambda n: dmn.load(hundred, "t.dmn"), 5)
    thousand = ranges(1000)
    linted, read = milliseconds(lambda: dmn.lint(thousand, "t.dmn")), milliseconds(lambda: dmn.load(thousand, "t.dmn"))
    own = spiff()
    beside = {"beside": {"spiff": round(own.middle[0]), "spiff_cpu": round(own.middle[1])}}
    yield {**_rate("decision_14.per_s", plain), "goal": 200_000, **beside}
    yield {**_rate("decision_14_trace.per_s", traced), "goal": 50_000, **beside}
    yield _rate("decision_14_spiff.per_s", own)
    wall, cpu = (one / other for one, other in zip(plain.middle, many.middle, strict=True))
    yield {"name": "decision_1000.ratio", "value": round(wall, 2), "unit": "1", "cpu": round(cpu, 2), "goal": 5, "raw": many.wall}
    yield {**_time("feel_condition.us", 1e6, asked), "goal": 3}
    yield {**_time("table_100_compile.ms", 1e3, loaded), "goal": 50}
    yield {"name": "table_1000_analysis.ms", "value": round(statistics.median(linted) - statistics.median(read)),
           "unit": "ms", "goal": 3000, "beside": {"load": round(statistics.median(read))}, "raw": linted}


def _rate(name: str, rates: Rates) -> dict[str, Any]:
    wall, cpu = rates.middle
    return {"name": name, "value": round(wall), "unit": "1/s", "cpu": round(cpu), "raw": rates.wall}


def _time(name: str, scale: float, rates: Rates) -> dict[str, Any]:
    wall, cpu = rates.middle
    return {"name": name, "value": round(scale / wall, 2), "unit": name.rpartition(".")[2], "cpu": round(scale / cpu, 2), "raw": rates.wall}
