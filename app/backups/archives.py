"""Writes a backup: one ZIP with the rows of every table as of one moment, the files they name, and a manifest.

The database's snapshot comes first; files are read afterwards, while the store keeps for us what is removed meanwhile.
Nothing is locked, so the offices work on.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from app.backups import erasures, rows
from app.config import ROOT
from app.kernel import blobs, clock, database
from app.kernel.errors import Conflict, NotFound, msg
from app.kernel.model import BASE_TENANT_ID

FORMAT = 1
MANIFEST, ERASED = "manifest.json", "erased.jsonl"
ROWS, FILES = "rows/", "files/"
PIECE = 256 * 1024


@dataclass(frozen=True)
class Made:
    """A backup that is there, whole."""

    target: Path
    size: int
    sha256: str
    manifest: dict[str, Any]


@dataclass
class Writer:
    """A ZIP that notes size and SHA-256 of each part as it is written."""

    zip: zipfile.ZipFile
    compression: int
    parts: list[dict[str, Any]] = field(default_factory=list)

    def add(self, name: str, pieces: Iterable[bytes], *, packed: bool = True) -> None:
        """One part, read piece by piece."""
        digest, size = hashlib.sha256(), 0
        info = zipfile.ZipInfo(name, clock.now().timetuple()[:6])
        info.compress_type = self.compression if packed else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        with self.zip.open(info, "w", force_zip64=True) as out:
            for piece in pieces:
                out.write(piece)
                digest.update(piece)
                size += len(piece)
        self.parts.append({"name": name, "size": size, "sha256": digest.hexdigest()})


def release() -> str:
    """The version of this product, as its project file says it."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return next(line.split('"')[1] for line in text.splitlines() if line.startswith("version"))


def write(target: Path, *, compression: int = zipfile.ZIP_DEFLATED) -> Made:
    """Back the installed database and file store up. The file is there whole or not at all; only its owner may read it.

    Raises Conflict for a database without a schema.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with zipfile.ZipFile(file, "w", compression) as opened, blobs.current().holding():
                manifest = _fill(Writer(opened, compression))
            file.flush()
            os.fsync(file.fileno())
        sha256 = _digest(temporary)
        temporary.replace(target)
        return Made(target, target.stat().st_size, sha256, manifest)
    finally:
        temporary.unlink(missing_ok=True)


def _fill(writer: Writer) -> dict[str, Any]:
    with database.current().whole() as connection:
        head = rows.revision(connection)
        if head is None:
            raise Conflict(msg("This database has no tables yet: run the migrations first."))
        began = clock.now()
        kept = rows.tables(connection)
        tenants = [*_tenants(connection), BASE_TENANT_ID]
        files, told = dict[tuple[str, str], None](), list[dict[str, Any]]()
        for table in kept:
            counter = _Counter(table, files)
            writer.add(f"{ROWS}{table.name}.jsonl", counter.lines(rows.read(connection, table, tenants)))
            told.append({"name": table.name, "rows": counter.count,
                         "columns": [[column.name, column.kind] for column in table.columns]})
    missing = _files(writer, files)
    writer.add(ERASED, [json.dumps(one).encode() + b"\n" for one in erasures.kept()])
    manifest = {
        "format": FORMAT, "product": "yikou", "version": release(), "migration": head,
        "database": database.current().dialect, "made_at": began.isoformat(), "finished_at": clock.now().isoformat(),
        "tables": told, "files": len(files) - len(missing), "missing_files": missing,
        "left_out": sorted(rows.OPENING | rows.ELSEWHERE), "parts": writer.parts}
    writer.zip.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    return manifest


def _tenants(connection: Connection) -> list[UUID]:
    """Every office; row-level security shows them to the application's role, not to an owner."""
    if connection.dialect.name == "postgresql":
        rows.take_role(connection, BASE_TENANT_ID)
    found = connection.exec_driver_sql("SELECT tenant_id FROM tenant ORDER BY tenant_id").scalars()
    return [one if isinstance(one, UUID) else UUID(one) for one in found]


@dataclass
class _Counter:
    """Counts the rows of a table that pass by, and notes which files they name."""

    table: rows.Table
    files: dict[tuple[str, str], None]
    count: int = 0

    def lines(self, found: Iterable[list[Any]]) -> Iterator[bytes]:
        """Each row as a line."""
        names = [column.name for column in self.table.columns]
        named = self.table.name == "attachment"
        for row in found:
            self.count += 1
            if named:
                values = dict(zip(names, row, strict=True))
                if values["removed_at"] is None:
                    self.files[str(UUID(values["tenant_id"])), values["sha256"]] = None
            yield rows.line(row)


def _files(writer: Writer, files: Iterable[tuple[str, str]]) -> list[str]:
    """Contents by office and digest; those that the store has lost are named, and are no reason to have no backup."""
    missing = []
    for tenant, sha256 in files:
        try:
            with _content(UUID(tenant), sha256) as pieces:
                writer.add(f"{FILES}{tenant}/{sha256}", pieces, packed=False)
        except NotFound:
            missing.append(f"{tenant}/{sha256}")
    return missing


@contextmanager
def _content(tenant_id: UUID, sha256: str) -> Iterator[Iterator[bytes]]:
    with blobs.current().open(tenant_id, sha256) as content:
        yield iter(lambda: content.read(PIECE), b"")


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
