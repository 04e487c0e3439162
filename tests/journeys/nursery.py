"""Processes of the product for journeys, forked from one that has imported it.

Two interpreters that import everything anew cost each journey more processor time than what its people do; what they run
(`python -m app.cli.serve`, `flask worker`) and with which settings stays the same. The real start is what
`tests/integration/test_start.py` and `test_deploy.py` are about.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
IMPORTED = ("app.web.admin", "app.web.api", "app.web.resident", "app.web.staff", "app.web.studio", "app.cli.worker",
            "waitress", "flask.cli")
LOOK_SECONDS = 0.02


class Child:
    """A process that was started in the nursery, as `subprocess.Popen` shows one."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self.nursery, self.pid = nursery, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code once it has ended."""
        if self.returncode is None:
            self.returncode = self.nursery.ask({"ended": self.pid})
        return self.returncode

    def terminate(self) -> None:
        """SIGTERM, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)

    def wait(self, timeout: float) -> int:
        """The exit code. subprocess.TimeoutExpired after so many seconds."""
        end = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
            time.sleep(LOOK_SECONDS)
        return code


class Nursery:
    """The process that has imported the product. It ends with whoever made it, and its children with it."""

    def __init__(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-m", __spec__.name], cwd=ROOT,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def start(self, words: Sequence[str], environment: Mapping[str, str], log: Path) -> Child:
        """As `python -m WORDS` in this environment; what it says is added to `log`."""
        return Child(self, int(self.ask({"words": list(words), "environment": dict(environment), "log": str(log)})))

    def ask(self, order: dict[str, Any]) -> Any:
        """One line there and one back. RuntimeError when the nursery has ended."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the nursery ended with {self.process.wait(20)}")
        return json.loads(answer)


def main() -> int:
    """Take orders until nobody gives any; in a child, do what was ordered and return its exit code."""
    from app import assemble

    assemble()
    for name in IMPORTED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # nothing of it is garbage, and looking would copy the pages that all share
    children: set[int] = set()
    for line in sys.stdin:
        order = json.loads(line)
        if "ended" in order:
            answer: int | None = _ended(order["ended"], children)
        else:
            answer = os.fork()
            if answer == 0:
                return _become(**order)
            children.add(answer)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    for pid in children:
        os.kill(pid, signal.SIGKILL)
    return 0


def _ended(pid: int, children: set[int]) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    if found == 0:
        return None
    children.discard(pid)
    return os.waitstatus_to_exitcode(status)


def _become(words: list[str], environment: dict[str, str], log: str) -> int:
    """Run a module as `python -m` does, with its own input, output and environment."""
    for target, (name, flags) in {0: (os.devnull, os.O_RDONLY), 1: (log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)}.items():
        opened = os.open(name, flags, 0o600)
        os.dup2(opened, target)
        os.close(opened)
    os.dup2(1, 2)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = words
    try:
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
