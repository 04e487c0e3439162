"""What a driver means to do, written down and synced before it is sent: the harness's own book, outside the product."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Intent:
    """One command of a lane. `key` goes with it, however often it is sent; `answer` is None until one was heard."""

    number: int
    case: int
    kind: str
    values: dict[str, Any]
    key: str
    answer: dict[str, Any] | None = None


@dataclass
class Intents:
    """The book of one lane; whoever takes the lane over reads it."""

    path: Path
    lane: str
    known: list[Intent] = field(default_factory=list)

    def __post_init__(self) -> None:
        for line in self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else ():
            try:
                row = json.loads(line)
            except ValueError:
                continue  # the writer died in the middle of the line: nothing was sent for it
            if "answer" in row:
                self.known[row["number"]].answer = row["answer"]
            elif row["number"] == len(self.known):
                self.known.append(Intent(**row))

    def open(self) -> list[Intent]:
        """What was meant and perhaps sent, and never heard of."""
        return [intent for intent in self.known if intent.answer is None]

    def mean(self, case: int, kind: str, values: dict[str, Any]) -> Intent:
        """Write an intent down; it is on the disk when this returns."""
        number = len(self.known)
        intent = Intent(number, case, kind, values, f"{self.lane}:{number}")
        self._write({"number": number, "case": case, "kind": kind, "values": values, "key": intent.key})
        self.known.append(intent)
        return intent

    def heard(self, intent: Intent, answer: dict[str, Any]) -> None:
        """Note the answer."""
        self._write({"number": intent.number, "answer": answer})
        intent.answer = answer

    def _write(self, row: dict[str, Any]) -> None:
        start = b"\n" if self._torn() else b""
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, start + json.dumps(row, ensure_ascii=False).encode() + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _torn(self) -> bool:
        """Whether the last line lacks its end."""
        if not self.path.exists() or self.path.stat().st_size == 0:
            return False
        with self.path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\n"
