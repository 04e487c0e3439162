"""Poison cases beside ordinary work: each becomes an incident within its budget, and how much longer others wait.

A worker in a process of its own begins the cases that this process sends: a wrong expression, an endless loop, a
variable of 1 MB, 20,000 instances. This process completes tasks meanwhile, as people do. Five interleaved pairs of
windows, with poison and without; the rise of the median latency, median of the pairs.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from app.cases import starts
from app.engine.model import IncidentRow, StartRow
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from tests.bench.offices import HEAD, NAMED, ROUNDS, begin_rounds, go_round, office, publish
from tests.bench.record import ROOT
from tests.integration.play import Office

PAIRS, TASKS, EVERY = 5, int(os.environ.get("BENCH_TASKS") or 160), int(os.environ.get("BENCH_EVERY") or 20)
"""Windows, tasks in one, and after how many a case comes: some three a second."""
KINDS = ("wrong", "endless", "big", "many")
MESSAGES = "".join(f'<message id="m_{kind}" name="poison_{kind}"/>' for kind in KINDS)
STARTS = "".join(f'<startEvent id="s_{kind}"><messageEventDefinition messageRef="m_{kind}"/></startEvent>' for kind in KINDS)
FLOWS = "".join(f'<sequenceFlow id="f_{kind}" sourceRef="s_{kind}" targetRef="{to}"/>' for kind, to in zip(
    KINDS, ("wrong", "turn", "big", "many"), strict=True))
POISON = f"""{HEAD}{MESSAGES}<process id="poison" name="毒" isExecutable="true">{NAMED.format("Poison")}{STARTS}{FLOWS}
<exclusiveGateway id="wrong" default="w2"/><endEvent id="e"/>
<sequenceFlow id="w1" sourceRef="wrong" targetRef="e"><conditionExpression>=missing.part</conditionExpression></sequenceFlow>
<sequenceFlow id="w2" sourceRef="wrong" targetRef="e"/>
<exclusiveGateway id="turn"/><callActivity id="step"><extensionElements><zeebe:calledElement processId="poison_step"/>
  </extensionElements></callActivity><exclusiveGateway id="enough" default="again"/>
<sequenceFlow id="t1" sourceRef="turn" targetRef="step"/><sequenceFlow id="t2" sourceRef="step" targetRef="enough"/>
<sequenceFlow id="again" sourceRef="enough" targetRef="turn"/>
<sequenceFlow id="t3" sourceRef="enough" targetRef="e"><conditionExpression>=1 = 2</conditionExpression></sequenceFlow>
<scriptTask id="big"><extensionElements><zeebe:script resultVariable="text"
  expression="=string join(for i in 1..9999 return &quot;{'0123456789' * 10}&quot;)"/></extensionElements></scriptTask>
<sequenceFlow id="b1" sourceRef="big" targetRef="e"/>
<task id="many"><multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics
  inputCollection="=items" inputElement="item"/></extensionElements></multiInstanceLoopCharacteristics></task>
<sequenceFlow id="n1" sourceRef="many" targetRef="e"/></process></definitions>"""
STEP = f"""{HEAD}<process id="poison_step" name="一步" isExecutable="true">{NAMED.format("Step")}
<startEvent id="s"/><endEvent id="e"/><sequenceFlow id="f" sourceRef="s" targetRef="e"/></process></definitions>"""
CODES = {"wrong": "type", "endless": "budget_steps", "big": "budget_variable", "many": "instances"}


def _send(played: Office, kind: str) -> None:
    values: dict[str, Any] = {"items": [0] * 20_000} if kind == "many" else {}
    dispatch(starts.PublishMessage(tenant_id=played.tenant_id, actor=SYSTEM, name=f"poison_{kind}", variables=values))


def _window(played: Office, poison: bool) -> list[float]:
    """Milliseconds of each completed task."""
    matter, taken = begin_rounds(played), list[float]()
    for number in range(TASKS):
        if poison and number % EVERY == 0:
            _send(played, KINDS[number // EVERY % len(KINDS)])
        command = go_round(played, matter)
        began = time.perf_counter()
        dispatch(command)
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def _caught(played: Office, wanted: int) -> Counter[str]:
    """Incidents by their code, once the worker has had time for all."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = Counter(row.code for row in played.rows(IncidentRow))
        if found.total() >= wanted:
            return found
        time.sleep(0.2)
    return Counter(row.code for row in played.rows(IncidentRow))


def _measure(played: Office) -> tuple[list[tuple[float, float]], Counter[str], int]:
    """(median without, median with) of each pair; the incidents; the cases sent."""
    while not played.rows(StartRow):                                    # the worker has read how they begin
        time.sleep(0.1)
    _window(played, True)
    pairs, each = list[tuple[float, float]](), len(range(0, TASKS, EVERY))
    for number in range(PAIRS):
        found = {}
        for poison in ((False, True) if number % 2 else (True, False)):
            _caught(played, each * (number + 1))                        # nothing of the window before is left
            found[poison] = statistics.median(_window(played, poison))
        pairs.append((found[False], found[True]))
    sent = each * (PAIRS + 1)
    return pairs, _caught(played, sent), sent


def figures() -> Iterator[dict[str, Any]]:
    for kind in ("sqlite", "postgres"):
        with office(kind) as (played, url), tempfile.TemporaryDirectory() as folder:
            for key, text in (("rounds", ROUNDS), ("poison_step", STEP), ("poison", POISON)):
                publish(played, key, text)
            environment = {**os.environ, "DATABASE_URL": url, "INSTANCE_PATH": folder, "SECRET_KEY": "bench"}
            worker = subprocess.Popen([sys.executable, "-m", "flask", "--app", "app", "worker"], cwd=ROOT, env=environment,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                pairs, caught, sent = _measure(played)
            finally:
                worker.terminate()
                worker.wait(30)
        assert set(caught) == set(CODES.values()), caught
        rise = statistics.median(with_it / without - 1 for without, with_it in pairs)
        yield {"figure": "poison.latency_rise", "value": round(rise, 3), "database": kind, "pairs": PAIRS,
               "without_ms": round(statistics.median(one[0] for one in pairs), 2),
               "with_ms": round(statistics.median(one[1] for one in pairs), 2), "raw": pairs}
        yield {"figure": "poison.caught", "value": caught.total() / sent, "unit": "1", "database": kind, "cases": sent,
               "incidents": dict(caught)}
