"""The program of the guarded child process: durable_rules over JSON lines, and nothing else of the application.

It is started by its path, so that it imports no room, has no database and no settings; only it may die of the memory
faults of the C library. Profile and reasons: facts are asserted and never removed, joins are one flat `$and` with the
always-true conjunct last, each rule has a ruleset of its own, chains are chosen here (the newest, no event twice).

Requests: {"load": name, "shape": ..., "steps": k, "within": seconds} and {"feed": [[name, n, ts, key, [step, ...]]]}.
Answers: {"ok": true} or {"error": text}; {"fired": [[name, key, [n, ...]]], "facts", "most", "rss"}.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import zlib
from contextlib import suppress
from typing import Any

from durable import engine

SHARDS = 64
LONGEST_ANSWER = 60
"""Seconds after which the system ends this process, also inside a loop of the library and without a parent."""


def definition(shape: str, steps: int, within: int) -> dict[str, Any]:
    """The ruleset of one rule; written here only, because the library accepts much that it then does not do."""
    if shape == "match":
        return {"x": {"all": [{"e1": {"k1": 1}}], "run": "fire"}}
    patterns: list[dict[str, Any]] = [{"e1": {"k1": 1}}]
    for i in range(2, steps + 1):
        patterns.append({f"e{i}": {"$and": [
            {f"k{i}": 1}, {"key": {"e1": "key"}}, {"$gt": {"n": {f"e{i - 1}": "n"}}},
            {"$lte": {"ts": {"$add": {"$l": {"e1": "ts"}, "$r": within}}}}, {"$gte": {"one": {"e1": "one"}}}]}})
    return {"x": {"all": patterns, "run": "fire"}}


class Rules(engine.Host):  # type: ignore[misc]  # the library has no types
    """One host with a ruleset for each rule, without the library's polling threads."""

    def __init__(self) -> None:
        self.shapes: dict[str, tuple[str, int]] = {}
        self.used: dict[str, set[int]] = {}
        self.numbers: dict[int, int] = {}
        self.found: list[list[int]] = []
        self.fault: BaseException | None = None
        self.facts = self.most = self.last = 0
        super().__init__()

    def _run(self) -> None:
        """No threads: nothing here has timers."""

    def get_action(self, _name: str) -> Any:
        """Every rule fires into `found`; the library swallows what an action raises, so it is kept."""
        return self._note

    def _note(self, context: Any) -> None:
        try:
            messages = context._m
            if "e1" in messages:
                self.found.append([messages[f"e{i}"]["id"] for i in range(1, len(messages) + 1)])
            else:
                self.found.append([messages["id"]])
        except BaseException as error:
            self.fault = error
            raise

    def load(self, name: str, shape: str, steps: int, within: int) -> None:
        """Compile a rule and prove it: a chain in time fires once, a late one never."""
        self.set_rulesets({name: definition(shape, steps, within)})
        self.shapes[name], self.used[name] = (shape, steps), set()
        for sid, last, expected in (("smoke", 0, 1), ("late", within + 1, 0 if shape == "sequence" else 1)):
            fired = []
            for step in range(1, steps + 1):
                at = step + (last if step == steps else 0)
                fired += self.post_one(name, step, at, sid, [step], sid)
            if len(fired) != expected:
                raise RuntimeError(f"{name}: the {sid} events fired {len(fired)} times")

    def post_one(self, name: str, n: int, ts: int, key: str, steps: list[int], sid: str) -> list[list[int]]:
        """The chains (event numbers) that this event completes: none or one."""
        self.last += 1
        self.numbers[self.last] = n
        message = {"id": self.last, "n": n, "ts": ts, "key": key, "one": 1, "sid": sid, **{f"k{i}": 1 for i in steps}}
        self.found = []
        shape = self.shapes[name][0]
        with suppress(engine.MessageNotHandledException):  # it matched no pattern
            (self.post if shape == "match" else self.assert_fact)(name, message)
        if self.fault is not None:
            raise self.fault
        if shape == "match":
            return [[self.numbers.pop(ids[0])] for ids in self.found]
        self.facts, self.most = self.facts + 1, max(self.most, len(self.found))
        chains = [ids for ids in self.found if self.used[name].isdisjoint(ids)]
        if not chains:
            return []
        self.used[name].update(max(chains))
        return [[self.numbers[one] for one in max(chains)]]

    def feed(self, messages: list[Any]) -> dict[str, Any]:
        """Everything in order."""
        fired, self.most = [], 0
        for name, n, ts, key, steps in messages:
            sid = str(zlib.crc32(key.encode()) % SHARDS)
            fired += [[name, key, chain] for chain in self.post_one(name, n, ts, key, steps, sid)]
        return {"fired": fired, "facts": self.facts, "most": self.most, "rss": memory()}


def memory() -> int:
    """Resident memory of this process in KB: now where the system tells it, else the most it ever had."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123  read at each batch
            return int(file.read().split()[1]) * (resource.getpagesize() // 1024)
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most // 1024 if sys.platform == "darwin" else most


def answer(rules: Rules, request: dict[str, Any]) -> dict[str, Any]:
    """One request."""
    if "load" in request:
        rules.load(request["load"], request["shape"], request["steps"], request["within"])
        return {"ok": True}
    return rules.feed(request["feed"])


def main() -> None:
    """Until the parent closes the pipe. What the library prints does not get among the answers."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with suppress(ValueError, OSError):
        limit = int(sys.argv[1]) * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends with the pipe, after the answer in hand
    rules = Rules()
    for line in sys.stdin:
        signal.alarm(LONGEST_ANSWER)
        try:
            found = answer(rules, json.loads(line))
        except Exception as error:
            found = {"error": f"{type(error).__name__}: {error}"[:300]}
        out.write(json.dumps(found) + "\n")
        out.flush()
        signal.alarm(0)


if __name__ == "__main__":
    main()
