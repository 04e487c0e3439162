"""Handlers of single places: made, changed, taken away."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import delete, func, select

from app.auth import policy
from app.kernel.bus import handles
from app.kernel.errors import FieldErrors, Invalid, NotFound, msg
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import imports, uses, versions
from app.tenancy.commands import RemovePlace, SavePlace
from app.tenancy.events import PlaceRemoved, PlaceSaved
from app.tenancy.model import PLACE_KINDS, Place

DEGREES = re.compile(r"[+-]?\d{1,3}(\.\d{1,12})?\Z", re.ASCII)


@handles(SavePlace)
def save_place(command: SavePlace, uow: UnitOfWork) -> dict[str, Any]:
    """The code is the key; a place is never part of itself, over however many steps."""
    policy.require(uow.actor, "place.manage")
    versions.claim(uow, "place", command.code, command.begun_from)
    faults = _faults(command) or _parent_faults(command, uow)
    if faults:
        raise Invalid(msg("Please check the marked fields."), fields=faults)
    row = uow.session.scalars(select(Place).where(Place.code == command.code)).one_or_none()
    before = row.document() if row is not None else None
    if row is None:
        row = Place(tenant_id=uow.tenant_id, code=command.code)
        uow.session.add(row)
    row.kind, row.name, row.parent_code = command.kind, command.name.strip(), command.parent_code or None
    row.lat, row.lng = (float(text) if text else None for text in (command.lat, command.lng))
    uow.session.flush()
    versions.keep(uow, "place", row.code, before, row.document(), command.reason)
    uow.record(PlaceSaved(place_id=row.id, code=row.code))
    return {"place_id": str(row.id)}


def _faults(command: SavePlace) -> FieldErrors:
    faults: FieldErrors = {}
    if not imports.CODE.match(command.code):
        faults["code"] = [(msg("Letters, digits and _ . : - only, at most 60."), {})]
    if command.kind not in PLACE_KINDS:
        faults["kind"] = [(msg("Please choose from the list."), {})]
    if not 0 < len(command.name.strip()) <= 200:
        faults["name"] = [(msg("Please write 1 to %(limit)s characters."), {"limit": 200})]
    for name, bound in (("lat", 90), ("lng", 180)):
        text = getattr(command, name)
        if text and not (DEGREES.match(text) and abs(float(text)) <= bound):
            faults[name] = [(msg("Degrees between -%(bound)s and %(bound)s, such as 31.23041."), {"bound": bound})]
    if bool(command.lat) != bool(command.lng):
        faults.setdefault("lng", [(msg("Please give both degrees, or none."), {})])
    return faults


def _parent_faults(command: SavePlace, uow: UnitOfWork) -> FieldErrors:
    above = {row.code: row.parent_code for row in uow.session.scalars(select(Place))}
    if command.parent_code and command.parent_code not in above:
        return {"parent_code": [(msg("There is no place with this code."), {})]}
    at: str | None = command.parent_code or None
    for _step in range(len(above) + 1):
        if at == command.code:
            return {"parent_code": [(msg("A place cannot be part of itself."), {})]}
        at = above.get(at or "")
    return {}


@handles(RemovePlace)
def remove_place(command: RemovePlace, uow: UnitOfWork) -> None:
    """Refused with what still refers to it."""
    policy.require(uow.actor, "place.manage")
    row = uow.session.scalars(select(Place).where(Place.code == command.code)).one_or_none()
    if row is None:
        raise NotFound(msg("There is no such place."))
    versions.claim(uow, "place", row.code, None)
    found = uses.of(uow.session, uow.tenant_id, "place", row.code)
    parts = uow.session.scalar(select(func.count()).select_from(Place).where(Place.parent_code == row.code)) or 0
    if parts:
        found = [(msg("%(count)s places are part of it."), {"count": parts}), *found]
    if found:
        raise Invalid(msg("This place is still needed."), fields={"place": found})
    versions.keep(uow, "place", row.code, row.document(), {**row.document(), "removed": True})
    uow.session.execute(delete(Place).where(Place.tenant_id == uow.tenant_id, Place.id == row.id))
    uow.record(PlaceRemoved(code=row.code))
