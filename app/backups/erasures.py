"""Who was erased: a backup from before must not bring people back.

Rows of the database, which every machine reads, and a file beside the stored files, which outlives the database; only
ids and times. Each backup takes a copy of both along.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, select

from app.backups.model import ErasedPerson
from app.kernel import database, documents
from app.kernel.unit_of_work import UnitOfWork
from app.kernel.upsert import insert_missing

Line = dict[str, Any]
"""`tenant_id`, `person_id` and `at` (ISO), as texts."""
_file: list[Path] = []


def configure(file: Path) -> None:
    """Where the list outside the database stands."""
    _file[:] = [file]


def note(uow: UnitOfWork, person_id: UUID, at: datetime) -> None:
    """Add a row, and a line that is on disk before anybody goes on; done again it says the same."""
    insert_missing(uow.session, ErasedPerson, tenant_id=uow.tenant_id, id=person_id, at=at)
    file = _file[0]
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    line = documents.dump(_line(uow.tenant_id, person_id, at)).encode() + b"\n"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _line(tenant_id: UUID, person_id: UUID, at: datetime) -> Line:
    return {"tenant_id": str(tenant_id), "person_id": str(person_id), "at": at.isoformat()}


def kept() -> list[Line]:
    """All that this machine and its database know, each person once. A database without the table knows nobody."""
    found = {(one["tenant_id"], one["person_id"]): one for one in [*_in_file(), *_in_rows()]}
    return list(found.values())


def _in_file() -> list[Line]:
    if not _file or not _file[0].is_file():
        return []
    with _file[0].open("rb") as lines:
        return list(parsed(lines))


def _in_rows() -> list[Line]:
    here = database.installed()
    if here is None or not inspect(here.engine).has_table(ErasedPerson.__tablename__):
        return []
    with here.claim() as session:
        return [_line(*row) for row in session.execute(select(ErasedPerson.tenant_id, ErasedPerson.id, ErasedPerson.at)
                                                       .order_by(ErasedPerson.at, ErasedPerson.id))]


def of_office(lines: Iterable[Line], tenant_id: UUID) -> tuple[tuple[UUID, str], ...]:
    """(person, when) of one office, each person once."""
    found = {UUID(one["person_id"]): one["at"] for one in lines if one["tenant_id"] == str(tenant_id)}
    return tuple(sorted(found.items()))


def take_over(people: Iterable[tuple[UUID, str]], uow: UnitOfWork) -> None:
    """What came from elsewhere (a backup, another machine's file) stands in the office's rows, too."""
    for person_id, at in people:
        insert_missing(uow.session, ErasedPerson, tenant_id=uow.tenant_id, id=person_id, at=datetime.fromisoformat(at))


def parsed(lines: Iterable[bytes]) -> Iterator[Line]:
    """Lines as they were written; what a power cut left of the last one is no line."""
    for line in lines:
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict) and {"tenant_id", "person_id", "at"} <= found.keys():
            yield {name: str(found[name]) for name in ("tenant_id", "person_id", "at")}
