"""A child as the shipped one, which dies of certain things, as C code with memory faults would. Run by its path."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

SPEC = importlib.util.spec_from_file_location("child", Path(__file__).with_name("child.py"))
assert SPEC is not None and SPEC.loader is not None
child: Any = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(child)
WORDS = Path(__file__).with_name("deadly.txt")
"""Tests run a copy of this file, beside a copy of the shipped child and a `deadly.txt` of their own."""


class Deadly(child.Rules):  # type: ignore[misc]
    """`deadly.txt`: numbers of events that kill, or `load:<within>` for a rule that kills at its start."""

    def load(self, name: str, shape: str, steps: int, within: int) -> None:
        if f"load:{within}" in words():
            os._exit(139)
        super().load(name, shape, steps, within)

    def post_one(self, name: str, n: int, ts: int, key: str, steps: list[int], sid: str) -> Any:
        if sid not in ("smoke", "late") and str(n) in words():
            os._exit(139)
        return super().post_one(name, n, ts, key, steps, sid)


def words() -> list[str]:
    return WORDS.read_text().split()


if __name__ == "__main__":
    child.Rules = Deadly
    child.main()
