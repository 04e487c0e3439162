"""Fixed statements, asked of the driver: running one by way of an ORM session costs more than its answer.

Nothing else is left out: the session's transaction with its role, types of columns, objects of plain tables, events of
statements, and errors as SQLAlchemy's.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn, cast
from uuid import UUID

from sqlalchemy import Connection, Dialect, Executable, Float, Numeric, Select
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from app.kernel.connections import LeanConnection
from app.kernel.errors import TenantMissing
from app.kernel.fixed import OBJECTS, SCOPED
from app.kernel.loading import Make, maker

Values = dict[str, Any]
Ask = tuple[Executable, Values]
"""A statement that `fixed` made, and its parameters, `tenant` among them."""
FORETOLD = "foretold"
FLOAT8, NUMERIC = 701, 1700
"""Oids of PostgreSQL."""


def rows(session: Session, statement: Executable, given: Values) -> list[Any]:
    """All rows of a statement that `fixed` made, as named tuples; as lists that begin with objects where it is one of
    `objects`. `given`: its parameters, `tenant` among them.

    ValueError for a statement that does not say itself whose rows it means, TenantMissing for another tenant than the
    session's. A query sees what the session holds, as one by way of the session does; an insert needs no flush.
    """
    _check(session.info["tenant_id"], given)
    if isinstance(statement, Select) and session.autoflush:
        session.flush()
    foretold = session.info.get(FORETOLD)
    found = foretold.pop(_place(statement, given), None) if foretold else None
    connection = connection_of(session)
    plan = _plan(statement, connection.dialect, tuple(given))
    if found is None:
        (found,) = run_all(connection, [(plan.text, plan.parameters(given))])
    return plan.read(session, found)


def plain_rows(connection: Connection, tenant_id: UUID, statement: Executable, given: Values) -> list[Any]:
    """As `rows`, of a connection that is the tenant's and has no session. ValueError for a statement of objects."""
    _check(tenant_id, given)
    plan = _plan(statement, connection.dialect, tuple(given))
    if plan.make is not None:
        raise ValueError("objects need a session")
    (found,) = run_all(connection, [(plan.text, plan.parameters(given))])
    return [plan.row(one) for one in found]


def first_of(session: Session, ask: Ask, coming: Sequence[Ask]) -> list[Any]:
    """As `rows` of `ask`, and what will be asked next in this transaction goes along in the same message.

    `rows` gives those answers to whoever asks the same, once, and only while nothing has been written since. A database
    in this process has no messages to save and is asked when it is time.
    """
    for _statement, given in (ask, *coming):
        _check(session.info["tenant_id"], given)
    connection = connection_of(session)
    if connection.dialect.name != "postgresql" or not coming:
        return rows(session, *ask)
    plans = [(_plan(statement, connection.dialect, tuple(given)), given) for statement, given in (ask, *coming)]
    mine, *others = run_all(connection, [(plan.text, plan.parameters(given)) for plan, given in plans])
    session.info[FORETOLD] = {_place(*one): found for one, found in zip(coming, others, strict=True)}
    return plans[0][0].read(session, mine)


def connection_of(session: Session) -> Connection:
    """As `session.connection()`, which looks for it by way of engines and states."""
    inner = session.get_nested_transaction() or session.get_transaction()
    for known, *_rest in inner._connections.values() if inner is not None else ():
        return known
    return session.connection()


def _check(tenant_id: UUID | None, given: Values) -> None:
    for name in ("tenant", "tenant_id"):
        said = given.get(name, tenant_id)
        if not tenant_id or (said is not tenant_id and said != tenant_id):
            raise TenantMissing("a fixed statement about another tenant")


def _place(statement: Executable, given: Values) -> tuple[Any, ...]:
    return statement, *given.values()


def run_all(connection: Connection, asked: Sequence[tuple[str, Any]], *, commit: bool = False) -> list[list[Any]]:
    """The rows of each of several statements with parameters.

    They are sent to PostgreSQL in one message, with the COMMIT of their transaction if `commit`; whoever owns it
    commits it anyway. Raises what SQLAlchemy raises; what stands behind a failing one is not done.
    """
    driver: Any = connection.connection.dbapi_connection
    if not isinstance(driver, LeanConnection):
        return [_told(connection, text, parameters, lambda cursor: cursor.fetchall()) for text, parameters in asked]
    cursor: Any = connection.connection.cursor()
    told: list[tuple[str, Any]] = []
    try:
        for text, parameters in asked:
            for hook in _hooks(connection):
                text, parameters = hook(connection, cursor, text, parameters, None, False)
            told.append((text, parameters))
        cursor.execute_all(told, commit=commit)
        found = [cursor.fetchall()]
        while cursor.nextset():
            found.append(cursor.fetchall())
        cursor.close()
    except BaseException as error:  # of which of them it is, the driver does not tell
        _raise(connection, error, ";\n".join(one[0] for one in told), [one[1] for one in told], cursor)
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
    of what the driver gives; `make`: makes the objects at its beginning.
    """

    text: str
    names: tuple[str, ...] | None
    own: Values
    binders: dict[str, Callable[[Any], Any]]
    row: Callable[[Any], Any]
    make: Make | None

    def read(self, session: Session, found: Iterable[Any]) -> list[Any]:
        """Rows as whoever asked wants them."""
        if self.make is None:
            return [self.row(one) for one in found]
        return [self.make(session, self.row(one)) for one in found]

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
    types = [(name, one.type.dialect_impl(dialect).bind_processor(dialect)) for one, name in made.bind_names.items()]
    return Plan(str(made), tuple(made.positiontup) if made.positional else None,
                {name: value for name, value in made.construct_params(_check=False).items() if value is not None},
                {name: bind for name, bind in types if bind is not None}, _reader(made, dialect),
                maker(models) if (models := statement.get_execution_options().get(OBJECTS)) else None)


def _reader(made: SQLCompiler, dialect: Dialect) -> Callable[[Any], Any]:
    columns = made._result_columns
    kind: Any = namedtuple("Row", [one.keyname for one in columns], rename=True)  # type: ignore[misc]
    readers = [(at, one.type.dialect_impl(dialect).result_processor(dialect, _oid(one.type)))
               for at, one in enumerate(columns)]
    wanted = tuple((at, read) for at, read in readers if read is not None)
    return (lambda found: kind._make(_read(found, wanted))) if wanted else kind._make


def _oid(kind: Any) -> int | None:
    """PostgreSQL's type of a column of numbers, on which it depends what becomes of them; None for others."""
    return FLOAT8 if isinstance(kind, Float) else NUMERIC if isinstance(kind, Numeric) else None


def _read(found: Sequence[Any], readers: Sequence[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    values = list(found)
    for at, read in readers:
        values[at] = read(values[at])
    return values
