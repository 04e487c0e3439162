"""Rows in one neutral form for both databases, read by the tables as they stand there and not as the models of this
release declare them: an older schema is read and written as it is.

A row is a list in the order of its table's columns. Kinds of values: `uuid` 32 hex digits, `time` UTC as
`2026-11-26 09:51:32.000000`, `date` as `2026-11-26`, `flag` 0 or 1, `bytes` base64, `decimal` digits as text,
`whole`, `float`, `text`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, inspect, types

from app.kernel.database import APP_ROLE
from app.kernel.model import BASE_TENANT_ID

VERSION_TABLE = "alembic_version"
OPENING = frozenset({"lease", "phone_code", "rate_count", "sign_in_lock", "sign_in_session"})
"""Not kept: who held what at that moment, and codes and sessions that would open doors which were closed since."""
ELSEWHERE = frozenset({"blob_piece", "installation_secret"})
"""Contents of files, which a backup carries as files wherever they lie, and the key of cookies, which it never does."""
FULL_TEXT = "search_fts"
"""What full-text search adds in each database's own way; it follows from the rows."""
CHUNK = 1_000

_KINDS: tuple[tuple[type[types.TypeEngine[Any]], str], ...] = (
    (types.Uuid, "uuid"), (types.DateTime, "time"), (types.Date, "date"), (types.Boolean, "flag"),
    (types.LargeBinary, "bytes"), (types.Integer, "whole"), (types.Float, "float"), (types.Numeric, "decimal"),
    (types.String, "text"))
_POSTGRESQL = {
    "uuid": "replace({0}::text, '-', '')", "date": "to_char({0}, 'YYYY-MM-DD')", "flag": "{0}::int",
    "time": "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')", "bytes": "encode({0}, 'base64')",
    "decimal": "trim_scale({0})::text"}


class Misfit(ValueError):
    """A table or a column that cannot be written down like this, or is not there."""


@dataclass(frozen=True)
class Column:
    """Name and kind."""

    name: str
    kind: str


@dataclass(frozen=True)
class Table:
    """A table as it stands in a database."""

    name: str
    columns: tuple[Column, ...]

    @property
    def of_tenants(self) -> bool:
        """Whether each row belongs to an office or to the base."""
        return any(column.name == "tenant_id" for column in self.columns)


def revision(connection: Connection) -> str | None:
    """The migration that the schema stands at; None for a database without one."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar()
    return str(found) if found else None


def tables(connection: Connection) -> list[Table]:
    """All tables with rows to keep, each behind those that it refers to. Raises Misfit."""
    looked = inspect(connection)
    names = [name for name, _keys in looked.get_sorted_table_and_fkc_names() if name]
    return [Table(name, _columns(name, looked.get_columns(name))) for name in names
            if name not in {VERSION_TABLE} | OPENING | ELSEWHERE and not name.startswith(FULL_TEXT)]


def _columns(table: str, found: Iterable[Any]) -> tuple[Column, ...]:
    return tuple(Column(one["name"], _kind(table, one["name"], one["type"])) for one in found
                 if not one.get("computed"))


def _kind(table: str, column: str, given: Any) -> str:
    if isinstance(given, types.CHAR) and given.length == 32:  # what SQLite makes of a UUID
        return "uuid"
    for kind, name in _KINDS:
        if isinstance(given, kind):
            return name
    raise Misfit(f"{table}.{column}: {given}")


def read(connection: Connection, table: Table, tenants: Iterable[UUID]) -> Iterator[list[Any]]:
    """Every row of a table, of all tenants; the connection holds one snapshot.

    PostgreSQL: in the application's role and for one tenant after another, because row-level security binds owners.
    """
    if connection.dialect.name == "sqlite":
        yield from _sqlite(connection, table)
        return
    for tenant_id in tenants if table.of_tenants else [BASE_TENANT_ID]:
        take_role(connection, tenant_id)
        yield from _postgresql(connection, table, tenant_id)


def take_role(connection: Connection, tenant_id: UUID) -> None:
    """PostgreSQL: the rest of the transaction is the application's, for one tenant."""
    connection.exec_driver_sql(f"SET LOCAL ROLE {APP_ROLE}")
    connection.exec_driver_sql("SELECT set_config('app.tenant_id', %s, true)", (str(tenant_id),))


def _sqlite(connection: Connection, table: Table) -> Iterator[list[Any]]:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    found = connection.exec_driver_sql(f'SELECT {names} FROM "{table.name}"')
    coded = [(place, _CODED[column.kind]) for place, column in enumerate(table.columns) if column.kind in _CODED]
    while chunk := found.fetchmany(CHUNK):
        for row in chunk:
            values = list(row)
            for place, code in coded:
                if values[place] is not None:
                    values[place] = code(values[place])
            yield values


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _digits(value: float) -> str:
    return f"{Decimal(str(value)).normalize():f}"


_CODED: dict[str, Callable[[Any], str]] = {"bytes": _base64, "decimal": _digits}


def _postgresql(connection: Connection, table: Table, tenant_id: UUID) -> Iterator[list[Any]]:
    said = ", ".join(_POSTGRESQL.get(column.kind, "{0}").format(f'"{column.name}"') for column in table.columns)
    query = f'SELECT {said} FROM "{table.name}"'.replace("%", "%%")
    given: tuple[Any, ...] = ()
    if table.of_tenants:
        query, given = query + " WHERE tenant_id = %s", (tenant_id,)
    for row in connection.exec_driver_sql(query, given, execution_options={"yield_per": CHUNK}):
        yield [value.replace("\n", "") if column.kind == "bytes" and value else value
               for column, value in zip(table.columns, row, strict=True)]


def line(row: list[Any]) -> bytes:
    """A row as one line."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def write(connection: Connection, table: Table, lines: Iterable[bytes]) -> int:
    """Add rows to an empty table; how many there were. Raises Misfit for a line of another shape."""
    rows = (_parsed(table, one) for one in lines)
    return (_into_sqlite if connection.dialect.name == "sqlite" else _into_postgresql)(connection, table, rows)


def _parsed(table: Table, given: bytes) -> list[Any]:
    row = json.loads(given)
    if not isinstance(row, list) or len(row) != len(table.columns):
        raise Misfit(table.name)
    for place, column in enumerate(table.columns):
        if column.kind == "bytes" and row[place] is not None:
            row[place] = base64.b64decode(row[place])
    return row


def _into_sqlite(connection: Connection, table: Table, rows: Iterator[list[Any]]) -> int:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    marks = ", ".join("?" for _ in table.columns)
    statement, count, chunk = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', 0, list[tuple[Any, ...]]()
    for row in rows:
        chunk.append(tuple(row))
        if len(chunk) == CHUNK:
            connection.exec_driver_sql(statement, chunk)
            count, chunk = count + len(chunk), []
    if chunk:
        connection.exec_driver_sql(statement, chunk)
    return count + len(chunk)


def _into_postgresql(connection: Connection, table: Table, rows: Iterator[list[Any]]) -> int:
    names, count = ", ".join(f'"{column.name}"' for column in table.columns), 0
    times = [place for place, column in enumerate(table.columns) if column.kind == "time"]
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
        for row in rows:
            for place in times:
                if row[place] is not None:
                    row[place] += "+00"
            copy.write_row(row)
            count += 1
    return count
