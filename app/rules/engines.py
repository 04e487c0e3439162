"""The engine behind a small interface, and its guard: the child process, its time limits, its memory, its death."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

PROGRAM = Path(__file__).with_name("child.py")
RSS_LIMIT_MB = 512
RECYCLE_FACTS, MOST_CHAINS = 20_000, 500
ANSWER_SECONDS = 10.0


class EngineDied(Exception):
    """The child died, or did not answer in time and was ended."""


class EngineRefused(Exception):
    """The child lives and could not do what was asked."""


@dataclass(frozen=True)
class Message:
    """All that the engine sees of an event. `n`: its number, `ts`: seconds, `steps`: those whose condition it meets."""

    ruleset: str
    n: int
    ts: int
    key: str
    steps: tuple[int, ...]


@dataclass(frozen=True)
class Chain:
    """A rule fired: the numbers of the events in the order of the steps."""

    ruleset: str
    key: str
    numbers: tuple[int, ...]


class RuleEngine(Protocol):
    """What the owner needs of an engine."""

    def load(self, ruleset: str, shape: str, steps: int, within: int) -> None:
        """Compile and prove a rule. Raises EngineDied, EngineRefused."""

    def feed(self, messages: list[Message]) -> list[Chain]:
        """The chains completed, in order. Raises EngineDied, EngineRefused."""

    def worn(self) -> bool:
        """Whether it should be replaced by a fresh one."""

    def settled(self) -> None:
        """What was fed so far was replay: facts count from here. Raises EngineRefused when it takes too much memory."""

    def memory_mb(self) -> int:
        """What it took at its last answer."""

    def close(self) -> None:
        """End it; once more is harmless."""


class ChildEngine:
    """durable_rules in a process of its own, spawned with an empty environment."""

    def __init__(self, program: Path = PROGRAM, rss_limit_mb: int = RSS_LIMIT_MB,
                 answer_seconds: float = ANSWER_SECONDS) -> None:
        self._limit, self._seconds = rss_limit_mb, answer_seconds
        self._rest = b""
        self._facts = self._replayed = self._most = self._rss = 0
        self.process = subprocess.Popen(  # noqa: S603  our own program, no shell, nothing of a person in the words
            [sys.executable, "-I", str(program), str(rss_limit_mb * 2)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env={"PYTHONHASHSEED": "0"}, close_fds=True, cwd=program.parent)

    def load(self, ruleset: str, shape: str, steps: int, within: int) -> None:
        """See RuleEngine."""
        self._ask({"load": ruleset, "shape": shape, "steps": steps, "within": within})

    def feed(self, messages: list[Message]) -> list[Chain]:
        """See RuleEngine."""
        if not messages:
            return []
        found = self._ask({"feed": [[m.ruleset, m.n, m.ts, m.key, list(m.steps)] for m in messages]})
        self._facts, self._rss = int(found["facts"]), int(found["rss"])
        self._most = max(self._most, int(found["most"]))
        return [Chain(name, key, tuple(numbers)) for name, key, numbers in found["fired"]]

    def worn(self) -> bool:
        """Its memory only grows: after many facts, past the limit, or when one fact made too many chains."""
        return (self._facts - self._replayed > RECYCLE_FACTS or self._rss > self._limit * 1024
                or self._most > MOST_CHAINS)

    def settled(self) -> None:
        """The windows alone may take half of the limit, or every replacement would be worn at once."""
        self._replayed, self._most = self._facts, 0
        if self._rss > self._limit * 1024 // 2:
            raise EngineRefused(f"the windows of the rules take {self._rss // 1024} MB")

    def memory_mb(self) -> int:
        """See RuleEngine; 0 before the first answer."""
        return self._rss // 1024

    def close(self) -> None:
        """Kill: it holds nothing that is not in the database."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        pipe = self.process.stdin
        try:
            if pipe is None or pipe.closed:
                raise EngineDied("closed")
            pipe.write(json.dumps(request, ensure_ascii=False).encode() + b"\n")
            pipe.flush()
            found: dict[str, Any] = json.loads(self._line())
        except (OSError, ValueError) as error:
            self.close()
            raise EngineDied(str(error)) from error
        if "error" in found:
            raise EngineRefused(found["error"])
        return found

    def _line(self) -> bytes:
        """One line of the answer within the time limit."""
        assert self.process.stdout is not None  # noqa: S101  narrows the type: it was opened with a pipe
        descriptor, ends = self.process.stdout.fileno(), time.monotonic() + self._seconds
        poller = select.poll()
        poller.register(descriptor, select.POLLIN)
        while b"\n" not in self._rest:
            ready = poller.poll(max(0.0, ends - time.monotonic()) * 1000)
            more = os.read(descriptor, 1 << 16) if ready else b""
            if not more:
                raise OSError("no answer in time" if not ready else "the process died")
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\n")
        return line
