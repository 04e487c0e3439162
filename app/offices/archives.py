"""Everything of an office as one ZIP file: tables as JSON lines, files, definitions, and a manifest with digests.

Written row by row and piece by piece, so that memory does not grow with the office.
"""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import Table, select, text
from sqlalchemy.orm import Session

from app import catalog
from app.kernel import blobs, clock, documents, sequencer
from app.kernel.errors import NotFound, msg
from app.kernel.model import Base
from app.offices import archive_words
from app.tenancy import attachments
from app.tenancy.model import Tenant

CHUNK, ROWS = 256 * 1024, 500
FORMAT = 1
FILES = "files/"
"""Pictures and films, which are small already: stored as they are."""
_folder: list[Path | None] = []


def configure(folder: Path | None) -> None:
    """Where exports lie: a folder that web and worker share, or None: where the offices' files are."""
    _folder[:] = [folder]


def path(tenant_id: UUID, export_id: UUID) -> Path:
    """The file of an export. RuntimeError where no folder is configured."""
    if not _folder or _folder[0] is None:
        raise RuntimeError("no folder for exports is configured")
    return _folder[0] / str(UUID(str(tenant_id))) / f"{UUID(str(export_id))}.zip"


def tables() -> list[Table]:
    """Every table with rows of one office, by name: whatever the models declare, but contents of files (`files/`)."""
    return [table for name, table in sorted(Base.metadata.tables.items())
            if "tenant_id" in table.columns and not table.info.get("contents")]


def left_out() -> list[dict[str, str]]:
    """What no export holds: what the models mark as secret. {"table"} alone: the whole table; {"rows"}: such rows."""
    found: list[dict[str, str]] = []
    for table in tables():
        if table.info.get("secret"):
            found.append({"table": table.name})
            continue
        found += [{"table": table.name, "column": column.name} for column in table.columns if column.info.get("secret")]
        found += [{"table": table.name, "rows": column.name} for column in table.columns
                  if column.info.get("secret_rows")]
    return found


@dataclass
class _Archive:
    """A ZIP that notes size and SHA-256 of each member as it is written."""

    zip: zipfile.ZipFile
    members: list[dict[str, Any]] = field(default_factory=list)

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        digest, size = hashlib.sha256(), 0
        at = clock.now().timetuple()[:6]
        info = zipfile.ZipInfo(name, at)
        info.compress_type = zipfile.ZIP_STORED if name.startswith(FILES) else zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        with self.zip.open(info, "w", force_zip64=True) as out:
            for piece in pieces:
                out.write(piece)
                digest.update(piece)
                size += len(piece)
        self.members.append({"name": name, "size": size, "sha256": digest.hexdigest()})


def write(session: Session, tenant_id: UUID, target: Path) -> tuple[str, int]:
    """Write the office that the session reads; (SHA-256, size) of the file, which is there whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in target.parent.glob(f".{target.name}.*"):
        left.unlink(missing_ok=True)  # of a worker that was ended meanwhile
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
                _fill(_Archive(opened), session, tenant_id)
            file.flush()
            os.fsync(file.fileno())
        found = _digest(temporary)
        temporary.replace(target)
        return found
    finally:
        temporary.unlink(missing_ok=True)


def _fill(archive: _Archive, session: Session, tenant_id: UUID) -> None:
    office = session.get_one(Tenant, tenant_id)
    archive.add("README.md", [archive_words.readme(office.name_zh, office.name_en).encode()])
    counts: dict[str, int] = {}
    for table in tables():
        if not table.info.get("secret"):
            counts[table.name] = 0
            archive.add(f"data/{table.name}.jsonl", _lines(session, table, tenant_id, counts))
    missing, unchecked = _files(archive, session, tenant_id)
    folder = f"tenants/{office.slug}"
    for one in catalog.all_live(session, tenant_id):
        where = folder if one.tenant_id == tenant_id else "base"
        archive.add(f"definitions/{catalog.kind_named(one.kind).path(one.key, where)}", [one.data])
    number, last = sequencer.head(session)
    manifest = {
        "format": FORMAT, "office": {"tenant_id": tenant_id, "slug": office.slug, "name_zh": office.name_zh,
                                     "name_en": office.name_en},
        "made_at": clock.now(), "schema_revision": session.scalar(text("SELECT version_num FROM alembic_version")),
        "event_chain": {"number": number, "sha256": last}, "tables": counts, "left_out": left_out(),
        "missing_files": missing, "unchecked_files": unchecked, "members": archive.members}
    archive.zip.writestr("manifest.json", documents.dump(manifest))


def _lines(session: Session, table: Table, tenant_id: UUID, counts: dict[str, int]) -> Iterator[bytes]:
    columns = [column for column in table.columns if not column.info.get("secret")]
    query = select(*columns).where(table.c.tenant_id == tenant_id).order_by(*table.primary_key.columns)
    for column in table.columns:
        if column.info.get("secret_rows"):
            query = query.where(column.is_(False))
    for row in session.execute(query, execution_options={"yield_per": ROWS}):
        counts[table.name] += 1
        values = {column.name: _plain(value) for column, value in zip(columns, row, strict=True)}
        yield documents.dump(values).encode() + b"\n"


def _plain(value: Any) -> Any:
    """Bytes and days as texts; a document knows the rest."""
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    return value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value


def _files(archive: _Archive, session: Session, tenant_id: UUID) -> tuple[list[str], list[str]]:
    """Named by id, with the extension; the attachment's row says what its sender called it.

    Answers the ids whose content is lost, and those that the virus scanner has not seen: nobody may open them yet.
    """
    table = Base.metadata.tables["attachment"]
    query = (select(table.c.id, table.c.sha256, table.c.file_name, table.c.scan)
             .where(table.c.tenant_id == tenant_id, table.c.removed_at.is_(None)).order_by(table.c.id))
    missing, unchecked = list[str](), list[str]()
    for file_id, sha256, name, scan in session.execute(query, execution_options={"yield_per": ROWS}):
        if scan == attachments.WAITING and attachments.has_scanner():
            unchecked.append(str(file_id))
            continue
        extension = "".join(c for c in name.rpartition(".")[2].lower() if c.isascii() and c.isalnum())[:10]
        try:
            archive.add(f"{FILES}{file_id}.{extension or 'bin'}", _pieces(tenant_id, sha256))
        except NotFound:
            missing.append(str(file_id))
    return missing, unchecked


def _pieces(tenant_id: UUID, sha256: str) -> Iterator[bytes]:
    with blobs.current().open(tenant_id, sha256) as content:
        while piece := content.read(CHUNK):
            yield piece


def _digest(file: Path) -> tuple[str, int]:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while piece := content.read(CHUNK):
            digest.update(piece)
    return digest.hexdigest(), file.stat().st_size


def keep(session: Session, tenant_id: UUID, export_id: UUID) -> tuple[str, int]:
    """Write the office that the session reads to where exports lie; (SHA-256, size)."""
    if _folder and _folder[0] is not None:
        return write(session, tenant_id, path(tenant_id, export_id))
    with tempfile.TemporaryDirectory(prefix="yikou-export-") as folder:
        target = Path(folder) / f"{export_id}.zip"
        found = write(session, tenant_id, target)
        blobs.current().put_file(tenant_id, target)
        return found


def content(tenant_id: UUID, export_id: UUID, sha256: str) -> BinaryIO:
    """The file of an export as a stream for the caller to close. Raises NotFound."""
    if _folder and _folder[0] is not None:
        return opened(tenant_id, export_id).open("rb")
    return blobs.current().open(tenant_id, sha256)


def drop(tenant_id: UUID, export_id: UUID, sha256: str) -> None:
    """Remove the file of an export; nothing happens when it is not there."""
    if _folder and _folder[0] is not None:
        path(tenant_id, export_id).unlink(missing_ok=True)
    else:
        blobs.current().remove(tenant_id, sha256)


def opened(tenant_id: UUID, export_id: UUID) -> Path:
    """The file of an export that is there. Raises NotFound."""
    found = path(tenant_id, export_id)
    if not found.is_file():
        raise NotFound(msg("This file is not there."))
    return found
