"""Changed rows as statements: one for all of them on PostgreSQL, one for each table and kind of change on SQLite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, LargeBinary, Numeric, Uuid
from sqlalchemy import types as sql
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Mapper

from app.kernel import direct, documents
from app.kernel.errors import Conflict, msg
from app.kernel.model import Base, JsonDocument, UtcDateTime

Values = dict[str, Any]
BEFORE = " before"
"""Name, in a row of values, of what a guarded column held."""
GUARDS = ("update", "delete")
NOT_AS_IT_WAS = "yikou: not as it was:"
TYPES: tuple[tuple[type[Any], str], ...] = (
    (Uuid, "uuid"), (UtcDateTime, "timestamptz"), (sql.Date, "date"), (sql.Boolean, "boolean"),
    (sql.BigInteger, "bigint"), (sql.Integer, "integer"), (sql.Float, "double precision"), (Numeric, "numeric"),
    (LargeBinary, "bytea"), (JsonDocument, "text"), (sql.String, "text"))


@dataclass(frozen=True, eq=False)
class Table:
    """What writing needs to know of a mapped table. `rank`: parents have a lower one; `guard`: column of versions."""

    name: str
    rank: int
    names: tuple[str, ...]
    key: tuple[str, ...]
    defaults: tuple[tuple[str, Callable[[], Any]], ...]
    columns: dict[str, Column[Any]]
    documents: frozenset[str]
    guard: str | None


@dataclass(frozen=True)
class Group:
    """Changes of one kind (insert, update, delete, discard) in one table. `names`: the columns that count.

    `guarded`: an update finds a row only if the guard column holds what it held before.
    """

    kind: str
    table: Table
    names: tuple[str, ...]
    guarded: bool = False
    rows: list[Values] = field(default_factory=list)

    @property
    def guards(self) -> bool:
        """Whether each of its rows has to be there."""
        return self.kind in GUARDS

    @property
    def shape(self) -> tuple[str, Table, tuple[str, ...], bool]:
        """What its statement depends on."""
        return self.kind, self.table, self.names, self.guarded


@cache
def table_of(mapper: Mapper[Any]) -> Table:
    """The table of a mapped class; TypeError where there is more than one, or something about it is unusual."""
    known = {one.name: rank for rank, one in enumerate(Base.metadata.sorted_tables)}
    columns: dict[str, Any] = {attr.key: attr.columns[0] for attr in mapper.column_attrs}
    if mapper.inherits or mapper.relationships or any(key != one.name for key, one in columns.items()):
        raise TypeError(f"{mapper} is no plain table")
    guard = mapper.version_id_col
    return Table(
        mapper.local_table.name, known[mapper.local_table.name], tuple(columns),  # type: ignore[attr-defined]
        tuple(column.name for column in mapper.primary_key),
        tuple((key, _default(one)) for key, one in columns.items() if one.default is not None), columns,
        frozenset(key for key, one in columns.items() if isinstance(one.type, JsonDocument)),
        guard.name if guard is not None else None)


def _default(column: Column[Any]) -> Callable[[], Any]:
    default: Any = column.default
    if default.is_callable:
        return lambda: default.arg(None)  # SQLAlchemy wraps each default to take a context
    return lambda: default.arg


def write(connection: Connection, groups: Sequence[Group], *, last: bool = False) -> None:
    """Carry out all of it. Raises Conflict when a row to be changed is not as it was, and what the database raises.

    `last`: the transaction may be committed with it, where that saves a message; who owns it commits it anyway.
    """
    if connection.dialect.name == "postgresql":
        _write_at_once(connection, groups, commit=last)
        return
    for group in groups:
        statement, makers = _each(group.shape, connection.dialect)
        rows = [tuple(make(row[name]) for name, make in makers) for row in group.rows]
        found = direct.change(connection, statement, rows)
        if group.guards and found != len(group.rows):
            raise _conflict()


def _conflict() -> Conflict:
    return Conflict(msg("This is being worked on right now. Please try again in a moment."))


def _write_at_once(connection: Connection, groups: Sequence[Group], *, commit: bool) -> None:
    """Data-modifying WITH: foreign keys are looked at when the whole statement is done.

    The statement fails by itself when a row is not as it was, so that a COMMIT can stand right behind it.
    """
    given = [_rows([_plain(group.table, row) for row in group.rows]) for group in groups]
    wanted = [len(group.rows) for group in groups if group.guards]
    statement = _at_once(tuple(group.shape for group in groups))
    try:
        direct.run_all(connection, [(statement, (*given, *wanted))], commit=commit)
    except DataError as error:
        if NOT_AS_IT_WAS in str(error.orig):
            raise _conflict() from error
        raise


def _plain(table: Table, row: Values) -> Values:
    """Documents are text: their numbers are exact."""
    for name in table.documents.intersection(row):
        if row[name] is not None:
            row[name] = documents.dump(row[name])
    return row


def _text(value: Any) -> Any:
    """What JSON does not know, as PostgreSQL reads it."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a stored time must be aware")
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return "\\x" + bytes(value).hex()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"a column cannot hold {type(value).__name__}")


_rows = documents.writer(_text)


@lru_cache(maxsize=4_096)  # combinations of changes are many, and each is one text
def _at_once(shapes: tuple[tuple[str, Table, tuple[str, ...], bool], ...]) -> str:
    """It fails by making a number of a text that is none: without a function, PostgreSQL has no other way to fail."""
    parts = [f"c{number} AS ({_statement(*shape)} RETURNING 1)" for number, shape in enumerate(shapes)]
    checks = [f"CASE (SELECT count(*) FROM c{number}) WHEN %s THEN 0 "
              f"ELSE CAST('{NOT_AS_IT_WAS} ' || (SELECT count(*) FROM c{number}) AS integer) END"
              for number, (kind, *_rest) in enumerate(shapes) if kind in GUARDS]
    return f"WITH {', '.join(parts)} SELECT {', '.join(checks) or '0'}"


def _statement(kind: str, table: Table, names: tuple[str, ...], guarded: bool) -> str:
    wanted = names if kind != "update" else (*table.key, *names)
    typed = [f'"{name}" {_type(table, name)}' for name in wanted]
    if guarded:
        typed.append(f'"{BEFORE}" {_type(table, str(table.guard))}')
    given = f"json_to_recordset(%s::json) AS x({', '.join(typed)})"
    if kind == "insert":
        listed = ", ".join(f'"{name}"' for name in names)
        return f'INSERT INTO "{table.name}" ({listed}) SELECT {listed} FROM {given}'
    found = [f't."{name}" = x."{name}"' for name in (table.key if kind == "update" else names)]
    if guarded:
        found.append(f't."{table.guard}" = x."{BEFORE}"')
    if kind == "update":
        values = ", ".join(f'"{name}" = x."{name}"' for name in names)
        return f'UPDATE "{table.name}" t SET {values} FROM {given} WHERE {" AND ".join(found)}'
    return f'DELETE FROM "{table.name}" t USING {given} WHERE {" AND ".join(found)}'


def _type(table: Table, name: str) -> str:
    kind = table.columns[name].type
    return next(text for one, text in TYPES if isinstance(kind, one))


@cache
def _each(shape: tuple[str, Table, tuple[str, ...], bool], dialect: Any) -> tuple[str, list[tuple[str, Any]]]:
    """The statement of one row with question marks, and how each value is made."""
    kind, table, names, guarded = shape
    if kind == "insert":
        listed = ", ".join(f'"{name}"' for name in names)
        marks = ", ".join("?" * len(names))
        return f'INSERT INTO "{table.name}" ({listed}) VALUES ({marks})', [_maker(table, name, dialect)
                                                                           for name in names]
    key = table.key if kind == "update" else names
    found = [f'"{name}" = ?' for name in key]
    makers = [_maker(table, name, dialect) for name in key]
    if guarded:
        found.append(f'"{table.guard}" = ?')
        makers.append((BEFORE, _maker(table, str(table.guard), dialect)[1]))
    where = " AND ".join(found)
    if kind != "update":
        return f'DELETE FROM "{table.name}" WHERE {where}', makers
    values = ", ".join(f'"{name}" = ?' for name in names)
    return (f'UPDATE "{table.name}" SET {values} WHERE {where}',
            [*(_maker(table, name, dialect) for name in names), *makers])


def _maker(table: Table, name: str, dialect: Any) -> tuple[str, Callable[[Any], Any]]:
    process = table.columns[name].type.dialect_impl(dialect).bind_processor(dialect)
    return name, process or _as_it_is


def _as_it_is(value: Any) -> Any:
    return value
