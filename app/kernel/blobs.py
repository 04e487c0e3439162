"""Files by the hash of their content: in a folder, or in the database (`blob_rows`). Who may read one is decided
elsewhere."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast
from uuid import UUID

from app.kernel import clock
from app.kernel.errors import NotFound, msg

CHUNK = 256 * 1024
_NAME = re.compile(r"[0-9a-f]{64}\Z")
_ASIDE, _HOLDS = ".aside", ".holds"
_FORGOTTEN = timedelta(days=1)
"""After which a hold belongs to a process that is gone."""


class BlobStore(Protocol):
    """What a store can do. Contents never change, so any process on any machine may keep copies."""

    def put(self, tenant_id: UUID, data: bytes) -> str:
        """Keep `data` durably and give its SHA-256 in hex; once more is harmless."""

    def put_file(self, tenant_id: UUID, path: Path) -> str:
        """As `put`, for a file that may be larger than the memory."""

    def open(self, tenant_id: UUID, sha256: str) -> BinaryIO:
        """The content as a binary stream for the caller to close. Raises NotFound."""

    def has(self, tenant_id: UUID, sha256: str) -> bool:
        """Whether a content is kept."""

    def remove(self, tenant_id: UUID, sha256: str) -> None:
        """Forget a content; nothing happens when it is not there."""

    def holding(self) -> AbstractContextManager[None]:
        """Within it, nothing that was there at its beginning is lost to `open`, whoever removes it on any machine."""


class FolderStore:
    """A folder (local or mounted): <root>/<tenant>/<2 hex>/<62 hex>."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._hold: Path | None = None

    def put(self, tenant_id: UUID, data: bytes) -> str:
        """Written beside its place, forced to disk, then renamed: a reader or a crash never sees half a file."""
        return self._keep(tenant_id, io.BytesIO(data))

    def put_file(self, tenant_id: UUID, path: Path) -> str:
        """Likewise."""
        with path.open("rb") as file:
            return self._keep(tenant_id, file)

    def _keep(self, tenant_id: UUID, content: BinaryIO) -> str:
        sha256 = hashlib.file_digest(cast(Any, content), "sha256").hexdigest()
        path = self._path(tenant_id, sha256)
        if path.exists():
            return sha256
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                content.seek(0)
                shutil.copyfileobj(content, file, CHUNK)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _force_folder(path.parent)
        return sha256

    def open(self, tenant_id: UUID, sha256: str) -> BinaryIO:
        """A plain open file. Who holds the store also finds what was removed meanwhile."""
        path = self._path(tenant_id, sha256)
        for place in (path,) if self._hold is None else (path, self._aside(path), path):
            try:
                return place.open("rb")
            except FileNotFoundError:
                continue
        raise NotFound(msg("This file is not there."))

    def has(self, tenant_id: UUID, sha256: str) -> bool:
        """A look at the folder."""
        return self._path(tenant_id, sha256).exists()

    def remove(self, tenant_id: UUID, sha256: str) -> None:
        """Unlink; a reader that has it open reads on. While somebody holds the store it is put aside instead."""
        path = self._path(tenant_id, sha256)
        if not self._held():
            path.unlink(missing_ok=True)
            shutil.rmtree(self.root / _ASIDE, ignore_errors=True)  # of a backup that was killed
        elif path.exists():
            aside = self._aside(path)
            aside.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.replace(aside)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """A file says so, which every machine with this folder sees; the last one to end removes what was put aside."""
        folder = self.root / _HOLDS
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=folder)
        os.close(descriptor)
        self._hold = Path(name)
        at = clock.now().timestamp()
        os.utime(self._hold, (at, at))
        try:
            yield
        finally:
            self._hold.unlink(missing_ok=True)
            self._hold = None
            if not self._held():
                shutil.rmtree(self.root / _ASIDE, ignore_errors=True)

    def _held(self) -> bool:
        found = False
        for hold in (self.root / _HOLDS).glob("*"):
            try:
                fresh = clock.now().timestamp() - hold.stat().st_mtime < _FORGOTTEN.total_seconds()
            except FileNotFoundError:
                continue
            found = found or fresh
            if not fresh:
                hold.unlink(missing_ok=True)
        return found

    def _aside(self, path: Path) -> Path:
        return self.root / _ASIDE / path.relative_to(self.root)

    def names(self, tenant_id: UUID) -> Iterator[str]:
        """Every kept hash of an office, for comparing with its rows."""
        for path in sorted((self.root / str(tenant_id)).glob("??/*")):
            if _NAME.match(path.parent.name + path.name):
                yield path.parent.name + path.name

    def _path(self, tenant_id: UUID, sha256: str) -> Path:
        if not _NAME.match(sha256):
            raise NotFound(msg("This file is not there."))
        return self.root / str(UUID(str(tenant_id))) / sha256[:2] / sha256[2:]


def _force_folder(folder: Path) -> None:
    """The rename itself must survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_current: list[BlobStore] = []


def install(store: BlobStore) -> None:
    """Make `store` the one that `current()` gives."""
    _current[:] = [store]


def current() -> BlobStore:
    """The installed store; RuntimeError before `install`."""
    if not _current:
        raise RuntimeError("no blob store is installed")
    return _current[0]
