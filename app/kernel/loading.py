"""Objects of a session from the columns of a row, for plain tables: an ORM statement costs several times as much."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sqlalchemy.orm import Mapper, Session
from sqlalchemy.orm.attributes import instance_dict, instance_state

from app.kernel.model import Base

Make = Callable[[Session, Sequence[Any]], list[Any]]


@cache
def maker(models: tuple[type[Base], ...]) -> Make:
    """What makes of a row the object of each class, as far as its columns go, and leaves the rest as it is."""
    parts: list[tuple[Mapper[Any], tuple[str, ...], int]] = []
    end = 0
    for model in models:
        names = tuple(column.name for column in model.__table__.c)
        if set(names) != {attr.key for attr in model.__mapper__.attrs}:
            raise TypeError(f"{model.__name__} is no plain table")
        parts.append((model.__mapper__, names, end))
        end += len(names)

    def make(session: Session, row: Sequence[Any]) -> list[Any]:
        made = [_object(session, mapper, names, row[at:at + len(names)]) for mapper, names, at in parts]
        return [*made, *row[end:]]

    return make


def _object(session: Session, mapper: Mapper[Any], names: tuple[str, ...], values: Sequence[Any]) -> Any:
    """The one that the session holds with this key, refreshed, or a new one; None for a row that is not there."""
    found = dict(zip(names, values, strict=True))
    key = tuple(found[column.name] for column in mapper.primary_key)
    if None in key:
        return None
    identity = mapper.identity_key_from_primary_key(key)
    row = session.identity_map.get(identity)
    if row is None:
        row = mapper.class_manager.new_instance()
        state = instance_state(row)
        state.key, state.session_id = identity, session.hash_key
        session.identity_map.add(state)
    instance_dict(row).update(found)
    instance_state(row)._commit_all(instance_dict(row), session.identity_map)
    return row
