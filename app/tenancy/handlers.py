"""Handlers of the office's commands."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.auth import policy
from app.kernel.bus import handles
from app.kernel.errors import Conflict, FieldErrors, Invalid, msg
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import imports, office, places, uses, versions, watching
from app.tenancy.commands import CreateTenant, ImportPlaces, ImportUnits, SaveUnit, SetTenantSettings
from app.tenancy.events import PlacesImported, TenantCreated, TenantSettingsChanged, UnitSaved, UnitsImported
from app.tenancy.model import SLUG, UNIT_KINDS, Place, Tenant, Unit

__all__ = ["office", "places"]


@handles(CreateTenant)
def create_tenant(command: CreateTenant, uow: UnitOfWork) -> dict[str, Any]:
    """Needs the right `tenant.manage`, which the operator and the system have."""
    policy.require(uow.actor, "tenant.manage")
    if not SLUG.fullmatch(command.slug):
        raise Invalid(msg("The short name of an office has letters a to z, digits and hyphens."))
    if command.time_zone not in zoneinfo.available_timezones():
        raise Invalid(msg("There is no time zone %(name)s."), name=command.time_zone)
    if uow.session.scalars(select(Tenant.slug).where(Tenant.slug == command.slug)).first():
        raise Conflict(msg("There is an office with this short name already."))
    uow.session.add(Tenant(
        tenant_id=uow.tenant_id, slug=command.slug, host=command.host.lower() if command.host else None,
        name_zh=command.name_zh, name_en=command.name_en, time_zone=command.time_zone, locale=command.locale,
        is_demo=command.is_demo, settings=dict(command.settings)))
    uow.record(TenantCreated(slug=command.slug))
    return {"tenant_id": str(uow.tenant_id)}


@handles(SetTenantSettings)
def set_tenant_settings(command: SetTenantSettings, uow: UnitOfWork) -> None:
    """Merge the values into the document."""
    policy.require(uow.actor, "settings.manage")
    tenant = uow.session.get_one(Tenant, uow.tenant_id)
    before = tenant.settings or {}
    after = {name: value for name, value in {**before, **command.values}.items() if value is not None}
    tenant.settings = after
    uow.session.flush()
    watching.tell(uow, {name for name in command.values if before.get(name) != after.get(name)})
    uow.record(TenantSettingsChanged(names=",".join(sorted(command.values))[:200]))


@handles(SaveUnit)
def save_unit(command: SaveUnit, uow: UnitOfWork) -> dict[str, Any]:
    """The code is the key; it never changes."""
    policy.require(uow.actor, "unit.manage")
    if not imports.CODE.match(command.code) or len(command.code) > imports.UNIT_CODE_LENGTH:
        raise Invalid(msg("Please check the marked fields."),
                      fields={"code": [(msg("Letters, digits and _ . : - only, at most 40."), {})]})
    if command.kind not in UNIT_KINDS or not command.name_zh.strip():
        raise Invalid(msg("Please check the marked fields."), fields={"name_zh": [(msg("Please fill this in."), {})]})
    _check_texts(command)
    versions.claim(uow, "unit", command.code, command.begun_from)
    row, before = _upsert_unit(uow, command.code, command.name_zh.strip(), command.name_en.strip(), command.kind,
                               {name: getattr(command, name) for name in imports.UNIT_TEXTS})
    if row.active and not command.active:
        _refuse_needed(uow, command.code)
    row.active = command.active
    versions.keep(uow, "unit", row.code, before, row.document(), command.reason)
    uow.record(UnitSaved(unit_id=row.id, code=row.code))
    return {"unit_id": str(row.id)}


def _check_texts(command: SaveUnit) -> None:
    long: FieldErrors = {name: [(msg("At most %(limit)s characters."), {"limit": limit})]
                         for name, limit in imports.UNIT_TEXTS.items() if len(getattr(command, name).strip()) > limit}
    if long:
        raise Invalid(msg("Please check the marked fields."), fields=long)


def _refuse_needed(uow: UnitOfWork, code: str) -> None:
    """A unit to which requests still go is not switched off: they would stand still."""
    found = uses.of(uow.session, uow.tenant_id, "unit", code)
    if found:
        raise Invalid(msg("This unit is still needed."), fields={"active": found})


def _upsert_unit(uow: UnitOfWork, code: str, zh: str, en: str, kind: str,
                 texts: Mapping[str, str]) -> tuple[Unit, versions.Document | None]:
    """The row, and what it said before; None for a new one."""
    row = uow.session.scalars(select(Unit).where(Unit.code == code)).one_or_none()
    before = row.document() if row is not None else None
    if row is None:
        row = Unit(tenant_id=uow.tenant_id, code=code, active=True)
        uow.session.add(row)
    row.name_zh, row.name_en, row.kind = zh[:120], (en or zh)[:120], kind
    for name, text in texts.items():
        setattr(row, name, text.strip())
    uow.session.flush()
    return row, before


@handles(ImportUnits)
def import_units(command: ImportUnits, uow: UnitOfWork) -> dict[str, Any]:
    """Rows are matched by code; units that the table does not name stay as they are."""
    policy.require(uow.actor, "unit.manage")
    rows = imports.units(command.csv_text)
    versions.claim(uow, "unit", "", None)
    found = [_upsert_unit(uow, r["code"], r["zh"], r["en"], r["kind"],
                          {name: r[name] for name in imports.UNIT_TEXTS if name in r}) for r in rows]
    versions.keep_all(uow, "unit", {row.code: (before, row.document()) for row, before in found if before is not None})
    made = sum(before is None for _row, before in found)
    uow.record(UnitsImported(made=made, changed=len(rows) - made))
    return {"made": made, "changed": len(rows) - made}


@handles(ImportPlaces)
def import_places(command: ImportPlaces, uow: UnitOfWork) -> dict[str, Any]:
    """Rows are matched by code; a parent must stand in the table or in the office's places already."""
    policy.require(uow.actor, "place.manage")
    rows = imports.places(command.csv_text)
    versions.claim(uow, "place", "", None)
    known = {place.code: place for place in uow.session.scalars(select(Place))}
    before = {code: place.document() for code, place in known.items()}
    codes = set(known) | {row["code"] for row in rows}
    lost = [row for row in rows if row["parent_code"] and row["parent_code"] not in codes]
    if lost:
        raise Invalid(msg("The table has %(count)s faults; nothing was stored."), count=len(lost), fields={"csv": [
            (msg("The place %(code)s names a parent that is not known: %(parent)s"),
             {"code": row["code"], "parent": row["parent_code"][:60]}) for row in lost[:100]]})
    for row in rows:
        place = known.get(row["code"])
        if place is None:
            place = Place(tenant_id=uow.tenant_id, code=row["code"])
            uow.session.add(place)
        place.kind, place.name, place.parent_code = row["kind"], row["name"], row["parent_code"]
        place.lat, place.lng = row["lat"], row["lng"]
    versions.keep_all(uow, "place", {row["code"]: (before[row["code"]], known[row["code"]].document())
                                     for row in rows if row["code"] in before})
    made = len({row["code"] for row in rows} - set(known))
    uow.record(PlacesImported(made=made, changed=len(rows) - made))
    return {"made": made, "changed": len(rows) - made}
