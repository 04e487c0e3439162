"""Who was erased, outside the database: a backup from before must not bring people back.

One file beside the stored files, only ids and times, one line for each erased person. Each backup takes a copy along.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from app.kernel import documents

_file: list[Path] = []


def configure(file: Path) -> None:
    """Where the list stands."""
    _file[:] = [file]


def note(tenant_id: UUID, person_id: UUID, at: str) -> None:
    """Add a line, on disk before anybody goes on; a line that is there twice says the same."""
    file = _file[0]
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    line = documents.dump({"tenant_id": tenant_id, "person_id": person_id, "at": at}).encode() + b"\n"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def kept() -> list[dict[str, Any]]:
    """All lines of this installation."""
    if not _file or not _file[0].is_file():
        return []
    with _file[0].open("rb") as lines:
        return list(parsed(lines))


def parsed(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Lines as they were written; what a power cut left of the last one is no line."""
    for line in lines:
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict) and {"tenant_id", "person_id", "at"} <= found.keys():
            yield found
