"""Statements that are made once: building one and finding its compiled form costs more than running it.

They name their tenant themselves (`TENANT`), so the session adds no condition to them; `fixed` looks that each tenant's
table in them has one.
"""

from __future__ import annotations

from typing import Any, TypeVar, cast

from sqlalchemy import ClauseElement, ColumnElement, Executable, Insert, Select, Table, Uuid, bindparam, select
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BinaryExpression

from app.kernel.model import Base

S = TypeVar("S", bound=Executable)
SCOPED = "yikou_scoped"
"""Execution option of a statement that says itself whose rows it means."""
OBJECTS = "yikou_objects"
"""Execution option: the mapped classes whose columns a row begins with."""
TENANT = bindparam("tenant", type_=Uuid)
"""The tenant of the session, to be given with the other parameters."""


def fixed(statement: S) -> S:
    """The statement, to be run with `tenant`. ValueError when a table of tenants is not held to one.

    What is inserted says its tenant itself, as one of the given values; whoever runs it looks (`direct.rows`).
    """
    held: set[object] = set()
    found: set[Table] = set()
    if isinstance(statement, Insert):
        held.add(statement.table)
    for part in visitors.iterate(cast(ClauseElement, statement)):
        if isinstance(part, BinaryExpression):
            held |= {side.table for side in (part.left, part.right) if getattr(side, "key", "") == "tenant_id"}
        elif isinstance(part, Table):
            found.add(part)
    loose = {_root(one).name for one in found if "tenant_id" in one.c} - {_root(one).name for one in held}
    if loose:
        raise ValueError(f"a fixed statement reads {sorted(loose)} of all tenants")
    return statement.execution_options(**{SCOPED: True})


def objects(*models: type[Base], also: tuple[ColumnElement[Any], ...] = ()) -> Select[Any]:
    """A statement whose rows are an object of each class, refreshed, and more columns: for `direct.rows` only.

    The object is None where its columns are, as in an outer join.
    """
    columns = [column for model in models for column in model.__table__.c]
    return select(*columns, *also).execution_options(**{OBJECTS: models})


def _root(table: object) -> Table:
    """The table behind an alias."""
    while not isinstance(table, Table):
        table = table.element  # type: ignore[attr-defined]
    return table
