"""What is wrong with a notice, field by field."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.kernel.errors import FieldErrors, Invalid, msg
from app.kernel.unit_of_work import UnitOfWork
from app.knowledge.model import ServiceItem
from app.knowledge.notices.commands import SaveNotice
from app.knowledge.notices.model import KINDS
from app.tenancy import interests
from app.tenancy.model import Place, Unit

LENGTHS = {"title_zh": 120, "title_en": 160, "body_zh": 10_000, "body_en": 10_000, "reason": 500}
MOST_PLACES = 5_000


def check(command: SaveNotice, uow: UnitOfWork) -> None:
    """Raise Invalid with every fault."""
    errors: FieldErrors = {}
    for name, longest in LENGTHS.items():
        value = str(getattr(command, name)).strip()
        if name in ("title_zh", "body_zh") and not value:
            errors[name] = [(msg("Please fill this in."), {})]
        elif len(value) > longest:
            errors[name] = [(msg("At most %(limit)s characters."), {"limit": longest})]
    if command.kind not in KINDS:
        errors["kind"] = [(msg("Please choose from the list."), {})]
    errors.update(_time_faults(command))
    errors.update(_unknown(command, uow))
    if errors:
        raise Invalid(msg("Please check the marked fields."), fields=errors)


def _time_faults(command: SaveNotice) -> FieldErrors:
    errors: FieldErrors = {}
    for name in ("starts_at", "ends_at"):
        if getattr(command, name) is None:
            errors[name] = [(msg("Please write day and time."), {})]
    if command.starts_at and command.ends_at and command.ends_at <= command.starts_at:
        errors["ends_at"] = [(msg("The end must come after the beginning."), {})]
    return errors


def _unknown(command: SaveNotice, uow: UnitOfWork) -> FieldErrors:
    """Places, interests, units and services that this office does not have."""
    errors: FieldErrors = {}
    session = uow.session
    unknown: list[tuple[str, dict[str, Any]]] = [(msg("Please choose from the list."), {})]
    places = set(command.place_codes)
    if len(places) > MOST_PLACES or places - set(session.scalars(select(Place.code).where(Place.code.in_(places)))):
        errors["places"] = unknown
    if set(command.interests) - set(interests.of(session)):
        errors["interests"] = unknown
    if command.unit and not session.scalars(select(Unit.code).where(Unit.code == command.unit)).first():
        errors["unit"] = unknown
    known = session.scalars(select(ServiceItem.code).where(ServiceItem.code == command.service_code)).first()
    if command.service_code and not known:
        errors["service_code"] = unknown
    return errors
