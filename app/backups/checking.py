"""Reads a backup and says whether it is whole, before anything is touched."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from app.backups import archives, erasures, rows, schema
from app.kernel.errors import Invalid, NotFound, msg

TORN = msg("%(file)s is not a whole backup: %(fault)s")
KINDS = frozenset({"uuid", "time", "date", "flag", "bytes", "whole", "float", "decimal", "text"})


@dataclass(frozen=True)
class Backup:
    """One that was read through: every part is what its manifest says."""

    path: Path
    zip: zipfile.ZipFile
    manifest: dict[str, Any]

    def tables(self) -> list[rows.Table]:
        """In the order in which they are filled."""
        return [rows.Table(one["name"], tuple(rows.Column(*column) for column in one["columns"]))
                for one in self.manifest["tables"]]

    def lines(self, table: str) -> Iterator[bytes]:
        """The rows of a table."""
        with self.zip.open(f"{archives.ROWS}{table}.jsonl") as lines:
            yield from lines

    def files(self) -> Iterator[tuple[UUID, str, bytes]]:
        """(tenant, SHA-256, content) of every file."""
        for part in self.manifest["parts"]:
            if part["name"].startswith(archives.FILES):
                _files, tenant, sha256 = part["name"].split("/")
                yield UUID(tenant), sha256, self.zip.read(part["name"])

    def erased(self) -> list[erasures.Line]:
        """The list of erased people at that time."""
        with self.zip.open(archives.ERASED) as lines:
            return list(erasures.parsed(lines))


@contextmanager
def opened(path: Path) -> Iterator[Backup]:
    """Open a backup and read all of it once.

    Raises NotFound, Invalid for what is torn, changed or no backup, or of a newer release than this one.
    """
    if not path.is_file():
        raise NotFound(msg("There is no file %(file)s."), file=str(path))
    try:
        with zipfile.ZipFile(path) as found:
            yield _checked(path, found)
    except (zipfile.BadZipFile, EOFError, OSError, zipfile.LargeZipFile) as error:
        raise Invalid(TORN, file=path.name, fault=str(error)) from error


def _checked(path: Path, found: zipfile.ZipFile) -> Backup:
    try:
        manifest = json.loads(found.read(archives.MANIFEST))
        if (manifest["product"], manifest["format"]) != ("yikou", archives.FORMAT):
            raise _torn(path, "format")
        if not schema.known(str(manifest["migration"])):
            raise Invalid(msg("This backup is of a newer release (%(version)s, schema %(migration)s): restore it with "
                              "that release or a later one."), version=str(manifest["version"]),
                          migration=str(manifest["migration"]))
        backup = Backup(path, found, manifest)
        names = {one["name"] for one in manifest["parts"]}
        wanted = {f"{archives.ROWS}{table.name}.jsonl" for table in backup.tables()} | {archives.ERASED}
        if names | {archives.MANIFEST} != set(found.namelist()) or not wanted <= names:
            raise _torn(path, "parts")
        counts = {f"{archives.ROWS}{one['name']}.jsonl": one["rows"] for one in manifest["tables"]}
        for part in manifest["parts"]:
            _check(path, found, part, counts.get(part["name"]))
    except (KeyError, TypeError, ValueError) as error:
        raise _torn(path, f"{archives.MANIFEST}: {type(error).__name__}") from error
    return backup


def _check(path: Path, found: zipfile.ZipFile, part: dict[str, Any], rows_told: int | None) -> None:
    name, digest, lines = part["name"], hashlib.sha256(), 0
    with found.open(name) as content:
        while piece := content.read(archives.PIECE):
            digest.update(piece)
            lines += piece.count(b"\n")
    said = digest.hexdigest()
    if said != part["sha256"] or (rows_told is not None and lines != rows_told):
        raise _torn(path, name)
    if name.startswith(archives.FILES) and name.rpartition("/")[2] != said:
        raise _torn(path, name)


def _torn(path: Path, fault: str) -> Invalid:
    return Invalid(TORN, file=path.name, fault=fault)
