"""Fixed statements on columns, asked of the driver: running one by way of an ORM session costs more than its answer.

Nothing else is left out: the session's transaction with its role, types of columns, events of statements, and errors as
SQLAlchemy's. Objects are none of its business.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn, cast

from sqlalchemy import Connection, Dialect, Executable, Select
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from app.kernel.errors import TenantMissing
from app.kernel.fixed import SCOPED

Values = dict[str, Any]


def rows(session: Session, statement: Executable, given: Values) -> list[Any]:
    """All rows of a statement that `fixed` made, as named tuples. `given`: its parameters, `tenant` among them.

    ValueError for a statement that does not say itself whose rows it means, TenantMissing for another tenant than the
    session's. A query sees what the session holds, as one by way of the session does; an insert needs no flush.
    """
    tenant_id = session.info["tenant_id"]
    if not tenant_id or {given.get("tenant", tenant_id), given.get("tenant_id", tenant_id)} != {tenant_id}:
        raise TenantMissing("a fixed statement about another tenant")
    if isinstance(statement, Select) and session.autoflush:
        session.flush()
    connection = session.connection()
    plan = _plan(statement, connection.dialect, tuple(given))
    found = run(connection, plan.text, plan.parameters(given))
    return [plan.row(one) for one in found]


def run(connection: Connection, text: str, parameters: Any) -> list[Any]:
    """The rows of a statement that has some, as the driver gives them. Raises what SQLAlchemy raises."""
    found: list[Any] = _told(connection, text, parameters, lambda cursor: cursor.fetchall())
    return found


def change(connection: Connection, text: str, rows: Sequence[tuple[Any, ...]]) -> int:
    """How many rows a statement found that is carried out for each of `rows`. Raises what SQLAlchemy raises."""
    many = len(rows) > 1
    return int(_told(connection, text, rows if many else rows[0], lambda cursor: cursor.rowcount, many=many))


def _told(connection: Connection, text: str, parameters: Any, look: Callable[[Any], Any], *, many: bool = False) -> Any:
    cursor = connection.connection.cursor()
    try:
        for hook in _hooks(connection):
            text, parameters = hook(connection, cursor, text, parameters, None, many)
        (cursor.executemany if many else cursor.execute)(text, parameters)
        found = look(cursor)
        cursor.close()
    except BaseException as error:
        _raise(connection, error, text, parameters, cursor)
    return found


def _hooks(connection: Connection) -> Iterable[Callable[..., Any]]:
    """Whoever listens to statements of this connection or its engine."""
    if not (connection._has_events or connection.engine._has_events):
        return ()
    return cast(Iterable[Callable[..., Any]], connection.dispatch.before_cursor_execute)


def _raise(connection: Connection, error: BaseException, text: str, parameters: Any, cursor: Any) -> NoReturn:
    """As SQLAlchemy tells of it: a lost connection leaves the pool, an error of the driver becomes one of its own."""
    connection._handle_dbapi_exception(error, text, parameters, cursor, None)


@dataclass(frozen=True)
class Plan:
    """A statement for one database. `names`: parameters in the order of question marks, where those are used;
    `own`: values that stand in the statement; `binders`: what changes a value on its way, by name; `row`: makes one
    of what the driver gives.
    """

    text: str
    names: tuple[str, ...] | None
    own: Values
    binders: dict[str, Callable[[Any], Any]]
    row: Callable[[Any], Any]

    def parameters(self, given: Values) -> Any:
        """As the driver takes them."""
        values = {**self.own, **given}
        for name, bind in self.binders.items():
            values[name] = bind(values[name])
        return values if self.names is None else tuple(values[name] for name in self.names)


@lru_cache(maxsize=256)
def _plan(statement: Executable, dialect: Dialect, given: tuple[str, ...]) -> Plan:
    if not statement.get_execution_options().get(SCOPED):
        raise ValueError("a statement that is asked of the driver must be a fixed one")
    made: Any = statement.compile(dialect=dialect, column_keys=list(given))  # type: ignore[attr-defined]
    if made.post_compile_params or made.insert_prefetch or made.update_prefetch:
        raise ValueError("a statement of lists or defaults cannot be asked of the driver")
    types = [(name, made.binds[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in made.binds]
    return Plan(str(made), tuple(made.positiontup) if made.positional else None,
                {name: value for name, value in made.construct_params(_check=False).items() if value is not None},
                {name: bind for name, bind in types if bind is not None}, _reader(made, dialect))


def _reader(made: SQLCompiler, dialect: Dialect) -> Callable[[Any], Any]:
    columns = made._result_columns
    kind: Any = namedtuple("Row", [one.keyname for one in columns], rename=True)  # type: ignore[misc]
    readers = [(at, one.type.dialect_impl(dialect).result_processor(dialect, None)) for at, one in enumerate(columns)]
    wanted = tuple((at, read) for at, read in readers if read is not None)
    return (lambda found: kind._make(_read(found, wanted))) if wanted else kind._make


def _read(found: Sequence[Any], readers: Sequence[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    values = list(found)
    for at, read in readers:
        values[at] = read(values[at])
    return values
