"""Who is the same person: each request has a row of its own, so an account or a phone tells."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.cases.model import Person


def same_people(session: Session, person_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Person -> the first row with the same account or phone, often the row itself; nothing for unknown ids.

    Whoever was erased, or left neither, is only like themselves.
    """
    if not person_ids:
        return {}
    rows = session.execute(select(Person.id, Person.user_id, Person.phone).where(Person.id.in_(list(person_ids)))).all()
    by_user = _first(session, Person.user_id, {row[1] for row in rows if row[1] is not None})
    by_phone = _first(session, Person.phone, {row[2] for row in rows if row[2]})
    return {row[0]: min(row[0], by_user.get(row[1], row[0]), by_phone.get(row[2], row[0])) for row in rows}


def _first(session: Session, column: InstrumentedAttribute[Any], values: Collection[Any]) -> dict[Any, UUID]:
    """The smallest id for each value; as text, because not every database has a minimum of ids."""
    if not values:
        return {}
    query = select(column, func.min(cast(Person.id, String))).where(column.in_(list(values))).group_by(column)
    return {value: UUID(found) for value, found in session.execute(query)}
