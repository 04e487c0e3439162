"""Sessions: short read-only ones, the write transaction of a unit of work, and the narrow one of workers.

The tenant of a session filters every ORM statement; on PostgreSQL each transaction also takes a role that
row-level security binds, and tells it the tenant.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Executable, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import LoaderCriteriaOption, ORMExecuteState, Session, SessionTransaction, with_loader_criteria

from app.kernel import direct, network
from app.kernel.connections import TAKE_ROLE, LeanConnection
from app.kernel.errors import TenantMissing as TenantMissing
from app.kernel.fixed import SCOPED
from app.kernel.flushing import BundlingSession
from app.kernel.model import BASE_TENANT_ID, SharedWithBase, TenantScoped, _TenantKey

APP_ROLE, WORKER_ROLE = "yikou_app", "yikou_worker"
"""PostgreSQL roles that own nothing. The worker's reads what is due for all tenants, and nothing else."""


class Database:
    """One engine and the ways to open a session on it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.dialect = engine.dialect.name
        self._writer = engine.execution_options(yikou_write=True)
        steady = self.dialect != "sqlite"  # whose read transactions are so by themselves
        self._steady = engine.execution_options(isolation_level="REPEATABLE READ") if steady else engine
        if self.dialect == "sqlite":
            _prepare_sqlite(engine)
        network.prepare(engine)

    @contextmanager
    def read(self, tenant_id: UUID) -> Iterator[Session]:
        """A short session that only reads. On PostgreSQL each statement sees what is committed when it begins, and
        one that writes is refused; on SQLite all see the same, and what one writes is rolled back."""
        info = {"tenant_id": tenant_id, "role": APP_ROLE, "reading": True}
        with Session(self.engine, info=info, autoflush=False) as session:
            yield session

    def ask(self, tenant_id: UUID, statement: Executable, given: dict[str, Any]) -> list[Any]:
        """As `direct.rows` of one `fixed` statement in a `read` of its own, without a session's cost."""
        with self.engine.connect() as connection:
            driver: Any = connection.connection.dbapi_connection
            if isinstance(driver, LeanConnection):
                driver.begin_with(APP_ROLE, str(tenant_id), reading=True)
            elif self.dialect == "postgresql":
                connection.exec_driver_sql(TAKE_ROLE, (APP_ROLE, str(tenant_id)))
            return direct.plain_rows(connection, tenant_id, statement, given)

    @contextmanager
    def snapshot(self, tenant_id: UUID) -> Iterator[Session]:
        """As `read`, for a long one: everything it reads is as it was when it began."""
        with Session(self._steady, info={"tenant_id": tenant_id, "role": APP_ROLE}, autoflush=False) as session:
            yield session

    @contextmanager
    def whole(self) -> Iterator[Connection]:
        """As `snapshot` of everything, as whoever connected: for a backup. PostgreSQL shows it the rows of tenants
        only in the application's role, one tenant at a time."""
        with self._steady.connect() as connection:
            yield connection

    @contextmanager
    def write(self, tenant_id: UUID) -> Iterator[BundlingSession]:
        """The session of a unit of work. SQLite: BEGIN IMMEDIATE, so that a reader never upgrades."""
        with BundlingSession(self._writer, info={"tenant_id": tenant_id, "role": APP_ROLE}) as session:
            yield session

    @contextmanager
    def claim(self) -> Iterator[Session]:
        """A reading session over all tenants, for what workers look for: due rows, leases, tenants."""
        with Session(self.engine, info={"all_tenants": True, "role": WORKER_ROLE, "reading": True}) as session:
            yield session

    @contextmanager
    def claim_write(self) -> Iterator[Session]:
        """As `claim`, for the rows that belong to the installation: leases."""
        with Session(self._writer, info={"all_tenants": True, "role": WORKER_ROLE}) as session:
            yield session


_current: list[Database] = []


def install(database: Database) -> None:
    """Make `database` the one that `current()` gives."""
    _current[:] = [database]


def installed() -> Database | None:
    """The installed database, if there is one: for whoever puts another in its place for a while."""
    return _current[0] if _current else None


def current() -> Database:
    """The installed database; RuntimeError before `install`."""
    if not _current:
        raise RuntimeError("no database is installed")
    return _current[0]


SQLITE_TROUBLE = ("locked", "readonly", "full", "disk I/O", "unable to open")
TROUBLE = ("08", "25", "53", "55", "57", "58")
"""SQLSTATE classes of a database that cannot be asked now: connection, read-only, resources, shutdown, its machine."""


def cannot_be_asked(error: BaseException) -> bool:
    """Whether an error says that the database is gone, full, locked or read-only just now, and nothing of what was
    asked: the same may be asked again."""
    if not isinstance(error, DBAPIError):
        return False
    if isinstance(error.orig, sqlite3.Error):
        return any(word in str(error.orig) for word in SQLITE_TROUBLE)
    state = str(getattr(error.orig, "sqlstate", None) or "")
    return error.connection_invalidated or state.startswith(TROUBLE) or isinstance(error, OperationalError)


def _prepare_sqlite(engine: Engine) -> None:
    if getattr(engine, "_yikou_prepared", False):
        return
    engine._yikou_prepared = True  # type: ignore[attr-defined]

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("busy_timeout=5000", "journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("yikou_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@event.listens_for(Session, "after_begin")
def _take_role(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    """PostgreSQL: the transaction runs as a role that row-level security binds, for one tenant.

    It is said with the transaction's first statement.
    """
    role = session.info.get("role")
    if connection.dialect.name != "postgresql" or role is None:
        return
    tenant_id = str(session.info.get("tenant_id") or "")
    driver: Any = connection.connection.dbapi_connection
    if isinstance(driver, LeanConnection) and driver.idle:
        driver.begin_with(role, tenant_id, reading=bool(session.info.get("reading")))
    else:  # a connection from before the engine was ours, or a transaction that others began
        connection.exec_driver_sql(TAKE_ROLE, (role, tenant_id))


@event.listens_for(Session, "do_orm_execute")
def _scope(state: ORMExecuteState) -> None:
    """Every ORM statement sees the rows of the session's tenant only."""
    info = state.session.info
    if (info.get("all_tenants") or "role" not in info or state.is_column_load
            or state.execution_options.get(SCOPED)):
        return
    tenant_id = info.get("tenant_id")
    if tenant_id is None:
        raise TenantMissing("a session on tenants' tables has no tenant")
    kind = "criteria_of_reads" if state.is_select else "criteria_of_writes"
    if kind not in info:  # made once for a session: making them takes as long as running a small statement
        info[kind] = _criteria(tenant_id, (tenant_id, BASE_TENANT_ID) if state.is_select else (tenant_id,))
    state.statement = state.statement.options(*info[kind])


def _criteria(tenant_id: UUID, shared: tuple[UUID, ...]) -> tuple[LoaderCriteriaOption, LoaderCriteriaOption]:
    return (with_loader_criteria(TenantScoped, lambda cls: cls.tenant_id == tenant_id, include_aliases=True),
            with_loader_criteria(SharedWithBase, lambda cls: cls.tenant_id.in_(shared), include_aliases=True))


@event.listens_for(Session, "before_flush")
def _stamp(session: Session, _context: Any, _instances: Any) -> None:
    """New rows get the session's tenant; rows of another tenant are a fault of the code."""
    tenant_id = session.info.get("tenant_id")
    if tenant_id is None:
        return
    for row in [*session.new, *session.dirty, *session.deleted]:
        if not isinstance(row, _TenantKey):
            continue
        row.tenant_id = row.tenant_id or tenant_id
        if row.tenant_id != tenant_id:
            raise TenantMissing(f"{type(row).__name__} of another tenant in this transaction")
