"""Versions of what an office writes itself: services, answers, units, places, settings; kept by whoever saves them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel.errors import Conflict, NotFound, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy.model import ContentVersion
from app.tenancy.numbers import next_value

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Version:
    """One version. `by` is None for what was found when versions began, and for the system."""

    number: int
    document: dict[str, Any]
    at: datetime
    by: UUID | None
    reason: str


def claim(uow: UnitOfWork, kind: str, key: str, begun_from: int | None) -> None:
    """Lock the office's content until the commit. Conflict when it is not at version `begun_from` (None: not asked)."""
    next_value(uow, "content")
    if begun_from is not None and newest_number(uow.session, kind, key) != begun_from:
        raise Conflict(msg("Somebody else saved this meanwhile."))


def keep(uow: UnitOfWork, kind: str, key: str, before: Document | None, after: Document, reason: str = "") -> None:
    """A version of what was saved; without any so far, what stood there before is the first."""
    keep_all(uow, kind, {key: (before, after)}, reason)


def keep_all(uow: UnitOfWork, kind: str, pairs: Mapping[str, tuple[Document | None, Document]],
             reason: str = "") -> None:
    """As `keep`, for a whole table; what did not change is left out."""
    changed = {key: (before, plain(after)) for key, (before, after) in pairs.items()
               if before is None or plain(before) != plain(after)}
    numbers = _numbers(uow.session, kind) if changed else {}
    for key, (before, after) in changed.items():
        number = numbers.get(key, 0)
        if not number and before is not None:
            number = 1
            _add(uow, kind, key, 1, plain(before), None, "")
        _add(uow, kind, key, number + 1, after, uow.actor.user_id, reason)


def _add(uow: UnitOfWork, kind: str, key: str, number: int, document: dict[str, Any], by: UUID | None,
         reason: str) -> None:
    uow.session.add(ContentVersion(
        tenant_id=uow.tenant_id, id=new_id(), kind=kind, key=key, number=number, document=document, at=uow.now,
        by=by, reason=reason.strip()[:500]))


def plain(document: Document) -> dict[str, Any]:
    """As it is stored and compared: days as texts."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in document.items()}


def newest_number(session: Session, kind: str, key: str) -> int:
    """0 while nothing was saved since versions are kept."""
    query = select(func.max(ContentVersion.number)).where(ContentVersion.kind == kind, ContentVersion.key == key)
    return session.scalar(query) or 0


def _numbers(session: Session, kind: str) -> dict[str, int]:
    query = (select(ContentVersion.key, func.max(ContentVersion.number)).where(ContentVersion.kind == kind)
             .group_by(ContentVersion.key))
    return {row[0]: row[1] for row in session.execute(query)}


def history(session: Session, kind: str, key: str) -> list[Version]:
    """The newest first."""
    query = select(ContentVersion).where(ContentVersion.kind == kind, ContentVersion.key == key)
    return [Version(row.number, dict(row.document), row.at, row.by, row.reason)
            for row in session.scalars(query.order_by(ContentVersion.number.desc()))]


def version(session: Session, kind: str, key: str, number: int) -> Version:
    """One version. Raises NotFound."""
    found = next((one for one in history(session, kind, key) if one.number == number), None)
    if found is None:
        raise NotFound(msg("There is no such version."))
    return found
