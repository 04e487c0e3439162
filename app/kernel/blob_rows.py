"""Files in the database, in pieces: any machine finds what another one took in, and a backup has both."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, cast
from uuid import UUID

from sqlalchemy import Index, Integer, LargeBinary, String, delete, exists, select
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import database
from app.kernel.blobs import CHUNK, FolderStore
from app.kernel.commands import SYSTEM
from app.kernel.connections import TAKE_ROLE
from app.kernel.errors import NotFound, msg
from app.kernel.model import Base, TenantScoped
from app.kernel.unit_of_work import UnitOfWork, transact
from app.kernel.upsert import insert_missing


class BlobPiece(TenantScoped, Base):
    """A piece of a content, `number` counting from 0. The id follows from both: what is there is there once."""

    __tablename__ = "blob_piece"
    __table_args__ = (Index(None, "tenant_id", "sha256", "number", unique=True), {"info": {"contents": True}})

    sha256: Mapped[str] = mapped_column(String(64))
    number: Mapped[int] = mapped_column(Integer)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class RowStore:
    """A BlobStore. `before`: the folder of an installation that began on one machine; it is still read."""

    def __init__(self, before: FolderStore | None = None) -> None:
        self.before = before

    def put(self, tenant_id: UUID, data: bytes) -> str:
        """In a transaction of its own."""
        return self._keep(tenant_id, io.BytesIO(data))

    def put_file(self, tenant_id: UUID, path: Path) -> str:
        """Read twice: for its hash, then piece by piece."""
        with path.open("rb") as file:
            return self._keep(tenant_id, file)

    def _keep(self, tenant_id: UUID, file: BinaryIO) -> str:
        sha256 = hashlib.file_digest(cast(Any, file), "sha256").hexdigest()
        if self._has_rows(tenant_id, sha256):
            return sha256

        def write(uow: UnitOfWork) -> None:
            file.seek(0)
            for number, piece in enumerate(pieces(file)):
                insert_missing(uow.session, BlobPiece, tenant_id=tenant_id, id=piece_id(sha256, number), sha256=sha256,
                               number=number, data=piece)

        transact(tenant_id, SYSTEM, write)
        return sha256

    def open(self, tenant_id: UUID, sha256: str) -> BinaryIO:
        """A stream that asks for a piece when it is needed, each in a session of its own."""
        if self._has_rows(tenant_id, sha256):
            return cast(BinaryIO, io.BufferedReader(_Stream(tenant_id, sha256), CHUNK))
        if self.before is not None:
            return self.before.open(tenant_id, sha256)
        raise NotFound(msg("This file is not there."))

    def has(self, tenant_id: UUID, sha256: str) -> bool:
        """All pieces or none: they are written in one transaction."""
        return self._has_rows(tenant_id, sha256) or (self.before is not None and self.before.has(tenant_id, sha256))

    def _has_rows(self, tenant_id: UUID, sha256: str) -> bool:
        query = select(exists().where(BlobPiece.tenant_id == tenant_id, BlobPiece.id == piece_id(sha256, 0)))
        return bool(_ask(tenant_id, query))

    def remove(self, tenant_id: UUID, sha256: str) -> None:
        """At once; a reader in the middle of it ends early and says so."""

        def forget(uow: UnitOfWork) -> None:
            uow.session.execute(delete(BlobPiece).where(BlobPiece.tenant_id == tenant_id, BlobPiece.sha256 == sha256))

        transact(tenant_id, SYSTEM, forget)
        if self.before is not None:
            self.before.remove(tenant_id, sha256)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """One snapshot for what this thread opens; what came later is read as ever."""
        with database.current().whole() as connection, self._before_held():
            connection.exec_driver_sql("SELECT 1")  # with it the snapshot begins
            _held.connection = connection
            try:
                yield
            finally:
                _held.connection = None

    def _before_held(self) -> AbstractContextManager[None]:
        return self.before.holding() if self.before is not None else nullcontext()

    def names(self, tenant_id: UUID) -> Iterator[str]:
        """Every kept hash of an office, for comparing with its rows."""
        with database.current().read(tenant_id) as session:
            found = set(session.scalars(select(BlobPiece.sha256).where(BlobPiece.number == 0)))
        yield from sorted(found | set(self.before.names(tenant_id) if self.before is not None else ()))

    def take_over(self, tenant_id: UUID) -> int:
        """Bring what the folder of before holds into the database; the files stay. The number brought."""
        missing = self._missing(tenant_id)
        for sha256 in missing:
            assert self.before is not None  # noqa: S101  it named them
            with self.before.open(tenant_id, sha256) as file:
                self._keep(tenant_id, file)
        return len(missing)

    def left(self, tenant_id: UUID) -> int:
        """How many contents only the folder of before holds."""
        return len(self._missing(tenant_id))

    def _missing(self, tenant_id: UUID) -> list[str]:
        names = self.before.names(tenant_id) if self.before is not None else ()
        return [sha256 for sha256 in names if not self._has_rows(tenant_id, sha256)]


_held = threading.local()


def _ask(tenant_id: UUID, query: Any) -> Any:
    """The one value, of the snapshot that this thread holds, else as things are now."""
    connection = getattr(_held, "connection", None)
    if connection is not None:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(TAKE_ROLE, (database.APP_ROLE, str(tenant_id)))
        found = connection.scalar(query)
        if found:
            return found
    with database.current().read(tenant_id) as session:
        return session.scalar(query)


class _Stream(io.RawIOBase):
    """The pieces of one content, one after the other."""

    def __init__(self, tenant_id: UUID, sha256: str) -> None:
        self._tenant_id, self._sha256 = tenant_id, sha256
        self._next, self._left, self._digest = 0, memoryview(b""), hashlib.sha256()

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill from the present piece. Raises OSError when the whole was not what its name says."""
        if not self._left:
            self._left = memoryview(self._piece())
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size

    def _piece(self) -> bytes:
        query = select(BlobPiece.data).where(BlobPiece.tenant_id == self._tenant_id,
                                             BlobPiece.id == piece_id(self._sha256, self._next))
        found = _ask(self._tenant_id, query)
        if found is None:
            if self._digest.hexdigest() != self._sha256:
                raise OSError("a file ended early: it was removed meanwhile, or a piece of it is lost")
            return b""
        self._digest.update(found)
        self._next += 1
        return bytes(found)


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """A content as it is kept."""
    first = True
    while (piece := file.read(CHUNK)) or first:  # an empty file has one empty piece
        first = False
        yield piece


def piece_id(sha256: str, number: int) -> UUID:
    """The id of a piece."""
    return UUID(hex=hashlib.sha256(f"{sha256}:{number}".encode()).hexdigest()[:32])
