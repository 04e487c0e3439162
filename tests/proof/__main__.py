"""`make proof ISSUE=n`: each claim, shown by the tests named beside it, on fresh databases.

All tests run once, side by side; then each claim is shown with the tests that stand for it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import yaml

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
Results = dict[str, str]
"""`tests/unit/x.py::test_name` (without parameters) -> `passed`, `failed` or `skipped`; the worst of its parameters."""
ORDER = ("passed", "skipped", "failed")


def main(words: list[str]) -> int:
    """1 when a claim is not shown, 2 for an issue without claims."""
    known = sorted(p.stem.removeprefix("claims_") for p in HERE.glob("claims_*.yaml"))
    if not words or words[0] not in known:
        print(f"usage: make proof ISSUE=n, n one of: {', '.join(known)}")
        return 2
    claims = yaml.safe_load((HERE / f"claims_{words[0]}.yaml").read_text(encoding="utf-8"))
    began = time.monotonic()
    results, output = _run(sorted({test for claim in claims for test in claim["tests"]}))
    shown = sum(_show(number, claim, results) for number, claim in enumerate(claims, 1))
    if shown < len(claims):
        print(output[-6000:])
    print(f"{shown} of {len(claims)} claims shown in {time.monotonic() - began:.0f} s")
    return 0 if shown == len(claims) else 1


def _run(tests: list[str]) -> tuple[Results, str]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", "-n", "2", "--dist",
                   "loadfile", "--no-loadscope-reorder", f"--junitxml={report}", *tests]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if not report.exists():
            return {}, done.stdout + done.stderr
        return _read(report), done.stdout


def _read(report: Path) -> Results:
    found: Results = {}
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314  pytest wrote it just now
        state = next((kind for kind, tag in (("failed", "failure"), ("failed", "error"), ("skipped", "skipped"))
                      if case.find(tag) is not None), "passed")
        file = case.get("classname", "").replace(".", "/") + ".py"
        name = f"{file}::{case.get('name', '').partition('[')[0]}"
        found[name] = max(found.get(name, "passed"), state, key=ORDER.index)
    return found


def _show(number: int, claim: dict[str, Any], results: Results) -> bool:
    """A claim is shown when tests stand for it, none failed, and not all were skipped."""
    mine = {name: state for name, state in results.items() if any(_stands_for(test, name) for test in claim["tests"])}
    counts = Counter(mine.values())
    good = bool(counts["passed"]) and not counts["failed"]
    told = ", ".join(f"{counts[state]} {state}" for state in ORDER if counts[state]) or "no test ran"
    print(f"{'shown ' if good else 'FAILED'} {number:2}. {claim['claim']}  [{told}]", flush=True)
    for name in sorted(name for name, state in mine.items() if state == "failed"):
        print(f"            {name}")
    return good


def _stands_for(test: str, name: str) -> bool:
    return name == test or name.startswith((f"{test}::", f"{test.rstrip('/')}/"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
