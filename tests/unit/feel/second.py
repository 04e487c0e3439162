"""The second implementation at work: questions to both, answers made alike, and the comparison."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest

from app.feel import (
    DaysTimeDuration,
    FeelDate,
    FeelDateTime,
    FeelError,
    FeelTime,
    Range,
    YearsMonthsDuration,
    compile_expression,
    compile_unary_tests,
)

BUILT = Path(__file__).resolve().parents[3] / "node_modules" / ".feelin.js"
SECONDS = 20
CHILD = """
import pathlib, sys
from py_mini_racer import MiniRacer
engine = MiniRacer()
engine.eval(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
for line in sys.stdin:
    print(engine.call("answers", line), flush=True)
"""
KINDS = {FeelDate: "date", FeelTime: "time", FeelDateTime: "date and time", DaysTimeDuration: "duration", YearsMonthsDuration: "duration"}
CLOSE = Decimal("1e-9")
"""How near numbers must be: the other computes with 15 digits in binary, we with 34 decimal ones (10.3.2.3.1)."""

NUMBER = re.compile(r"(-?[0-9]+\.[0-9]+)")
Question = dict[str, str]
"""`text`: an expression; `cell`: the tests it is put to, if any."""


def require() -> None:
    """Skip where the second implementation was not built; that is a failure where it must be there."""
    if not BUILT.is_file():
        say = "the second FEEL implementation is not built: run scripts/build_frontend.py (make does)"
        if os.environ.get("CI") == "true":
            pytest.fail(say)
        pytest.skip(say)


class Other:
    """The second implementation in a process of its own: whatever it does there can be ended in time."""

    def __init__(self) -> None:
        self._child = subprocess.Popen([sys.executable, "-c", CHILD, str(BUILT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       text=True, encoding="utf-8")

    def answers(self, questions: Sequence[Question]) -> list[dict[str, Any]]:
        """{value} or {fault} for each question. An AssertionError when it does not answer in time."""
        watch = threading.Timer(SECONDS, self._child.kill)
        watch.start()
        try:
            assert self._child.stdin is not None and self._child.stdout is not None
            self._child.stdin.write(json.dumps(list(questions)) + "\n")
            self._child.stdin.flush()
            line = self._child.stdout.readline()
        finally:
            watch.cancel()
        assert line, f"no answer within {SECONDS} s: {questions}"
        found: list[dict[str, Any]] = json.loads(line)
        return found

    def close(self) -> None:
        """End the process."""
        self._child.kill()
        self._child.communicate()


def ours(question: Question) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Our answer in the same form, and the reasons why parts of it are null."""
    try:
        given = compile_expression(question["text"]).evaluate({})
        if "cell" not in question:
            return {"value": plain(given.value)}, given.reasons
        found = compile_unary_tests(question["cell"]).evaluate({"?": given.value})
        return {"value": plain(found.value)}, given.reasons + found.reasons
    except FeelError as error:
        return {"fault": str(error)}, ()


def plain(value: Any) -> Any:
    """A value of ours as the other's are written; numbers stay Decimal."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Decimal):
        return {"number": value}
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {"context": [[name, plain(item)] for name, item in value.items()]}
    if isinstance(value, Range):
        return {"range": [plain(value.low), plain(value.high), value.low_included, value.high_included]}
    return {KINDS[type(value)]: str(value)} if type(value) in KINDS else {"function": True}


def alike(own: Any, other: Any) -> bool:
    """The same value: numbers nearly, contexts whatever their order, all else exactly."""
    if isinstance(own, list) and isinstance(other, list):
        return len(own) == len(other) and all(map(alike, own, other))
    if not (isinstance(own, dict) and isinstance(other, dict)):
        return own is other
    if own.keys() != other.keys():
        return False
    (kind,) = own
    if kind == "number":
        return _close(own[kind], other[kind])
    if kind == "text":
        return _texts(own[kind], other[kind])
    if kind == "context":
        here, there = dict(own[kind]), dict(other[kind])
        return here.keys() == there.keys() and all(alike(here[name], there[name]) for name in here)
    return alike(own[kind], other[kind]) if kind == "range" else bool(own == other)


def _texts(own: str, other: str) -> bool:
    """The same text, but for numbers in it that are nearly the same."""
    if own == other:
        return True
    here, there = NUMBER.split(own), NUMBER.split(other)
    return len(here) == len(there) and all(
        _close(Decimal(one), two) if at % 2 else one == two for at, (one, two) in enumerate(zip(here, there, strict=True)))


def _close(own: Decimal, other: str) -> bool:
    try:
        found = Decimal(other)
    except InvalidOperation:
        return False
    return found.is_finite() and abs(found - own) <= CLOSE * max(1, abs(own))

