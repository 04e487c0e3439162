"""The session of a unit of work: everything it holds goes to the database at once.

SQLAlchemy writes a statement for each table and kind of change, and spends more processor time on that than a step of
the engine takes. Tables here are plain (no relationships, no inheritance, every key made by us), so all changes of a
flush become one statement on PostgreSQL, and one for each table and kind on SQLite, where a statement costs no journey.
What is unusual (a part of the session, an SQL expression as a value, a deleted row that is made again) is left to
SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ClauseElement, event
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.orm.base import NO_VALUE

from app.kernel import direct, documents, writing
from app.kernel.errors import TenantMissing
from app.kernel.model import Base
from app.kernel.writing import Group, Table, Values, table_of

_VALUES = frozenset({str, int, bool, float, bytes, dict, list, UUID, datetime, type(None)})
"""Looked at first: asking whether each of a hundred values is an expression takes as long as writing them."""


class BundlingSession(Session):
    """As its base, with a flush of its own."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **{"expire_on_commit": False, **more})  # it ends with its commit
        self._puts: list[tuple[Table, Values]] = []
        self._discards: list[tuple[Table, Values]] = []
        self._last = False

    def send_with_commit(self) -> None:
        """What is still to be written may go along with the COMMIT: the caller commits right now."""
        self._last = not self.in_nested_transaction()

    def put(self, model: type[Base], **values: Any) -> None:
        """With the next flush, insert a row that nobody needs as an object: of a journal, mostly."""
        values.setdefault("tenant_id", self.info.get("tenant_id"))
        if values["tenant_id"] != self.info.get("tenant_id", values["tenant_id"]):
            raise TenantMissing(f"{model.__name__} of another tenant in this transaction")
        self._puts.append((table_of(model.__mapper__), values))

    def discard(self, model: type[Base], **equal: Any) -> None:
        """With the next flush, delete the rows of `model` that have these values; there may be none.

        For rows that the session does not hold as objects; those that it made and has not written are written first.
        """
        table = table_of(model.__mapper__)
        if any(isinstance(row, model) for row in self.new) or any(table is one for one, _values in self._puts):
            self.flush()
        self._discards.append((table, {"tenant_id": self.info.get("tenant_id"), **equal}))

    def forget(self) -> None:
        """What was not flushed is not to be: a rollback, also to a savepoint, which flushes when it begins."""
        self._puts, self._discards = [], []

    def rollback(self) -> None:
        """As its base, also before the transaction has begun."""
        self.forget()
        self._last = False
        super().rollback()

    def _is_clean(self) -> bool:
        return not self._discards and not self._puts and super()._is_clean()

    def _flush(self, objects: Sequence[object] | None = None) -> None:
        self.dispatch.before_flush(self, None, objects)
        gone = list(self._deleted)
        changed = [state for state in self.identity_map._dirty_states() if state not in self._deleted]
        made = [state for state in self._new if state not in self._deleted]
        usual = not objects and not _unusual(made, changed, gone)
        if not usual:
            self.info.pop(direct.FORETOLD, None)
            super()._flush(objects)
            made, changed, gone = [], [], []
        groups = _ordered([*_inserts(made, self._puts), *_updates(changed)], _deletes(gone), self._discards)
        self.forget()
        if groups:
            self.info.pop(direct.FORETOLD, None)
            last, self._last = self._last, False  # once: what comes after it is another transaction's
            writing.write(direct.connection_of(self), groups, last=last)
        self._remove_newly_deleted(gone)
        self._register_persistent({*made, *changed})


@event.listens_for(BundlingSession, "after_soft_rollback")
def _forget(session: BundlingSession, _transaction: SessionTransaction) -> None:
    session.forget()


def _unusual(made: Iterable[Any], changed: Iterable[Any], gone: Iterable[Any]) -> bool:
    again = {state.key for state in gone}
    return any(_expression(state.dict.values())
               or (again and state.mapper._identity_key_from_state(state) in again) for state in made) or any(
        _expression(state.dict[name] for name in state.committed_state if name in state.dict) for state in changed)


def _expression(values: Iterable[Any]) -> bool:
    return any(isinstance(value, ClauseElement) for value in values if type(value) not in _VALUES)


def _inserts(made: Iterable[Any], puts: Iterable[tuple[Table, Values]]) -> Iterable[Group]:
    groups: dict[Table, Group] = {}
    for table, values in [*((table_of(state.mapper), state.dict) for state in made), *puts]:
        for name, default in table.defaults:
            if values.get(name) is None:
                values[name] = default()
        row = {name: values.setdefault(name, None) for name in table.names}
        groups.setdefault(table, Group("insert", table, table.names)).rows.append(row)
    return groups.values()


def _updates(changed: Iterable[Any]) -> Iterable[Group]:
    groups: dict[Any, Group] = {}
    for state in changed:
        table, values, before = table_of(state.mapper), state.dict, state.committed_state
        names = tuple(sorted(name for name in before if name in values and _differs(table, name, before, values)))
        if not names:
            continue
        row = {name: values[name] for name in (*table.key, *names)}
        guarded = table.guard is not None and before.get(table.guard, NO_VALUE) is not NO_VALUE
        if guarded:
            row[writing.BEFORE] = before[table.guard]
        groups.setdefault((table, names, guarded), Group("update", table, names, guarded)).rows.append(row)
    return groups.values()


def _differs(table: Table, name: str, before: Values, values: Values) -> bool:
    """Whether an attribute has another value than was read; in a document, `1` is another value than `true`."""
    old, new = before[name], values[name]
    if old is new:
        return False
    if old is NO_VALUE or old != new:
        return True
    return name in table.documents and documents.dump(old) != documents.dump(new)


def _deletes(gone: Iterable[Any]) -> Iterable[Group]:
    groups: dict[Table, Group] = {}
    for state in gone:
        table = table_of(state.mapper)
        row = dict(zip(table.key, state.key[1], strict=True))
        groups.setdefault(table, Group("delete", table, table.key)).rows.append(row)
    return groups.values()


def _ordered(saves: list[Group], deletes: Iterable[Group], discards: list[tuple[Table, Values]]) -> list[Group]:
    """Parents before children; what goes in the other direction."""
    thrown: dict[Any, Group] = {}
    for table, equal in discards:
        thrown.setdefault((table, tuple(equal)), Group("discard", table, tuple(equal))).rows.append(equal)
    saves.sort(key=lambda group: (group.table.rank, group.kind == "insert"))
    return [*saves, *sorted([*thrown.values(), *deletes], key=lambda group: -group.table.rank)]
