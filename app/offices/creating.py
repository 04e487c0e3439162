"""Handler of making an office: its row, calendar, term, units, first administrator and services in one transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import deadlines
from app.auth import policy
from app.auth.commands import CreateUser
from app.kernel.bus import handles
from app.kernel.errors import FieldErrors, Invalid, msg
from app.kernel.unit_of_work import UnitOfWork
from app.knowledge.commands import ImportServices
from app.offices import reading, starters, subscribing
from app.offices.commands import CreateOffice
from app.offices.events import OfficeMade
from app.tenancy.commands import CreateTenant, ImportUnits
from app.tenancy.model import Tenant

CHECK = msg("Please check the marked fields.")
TAKEN = msg("There is an office with this short name already.")
HOST_TAKEN = msg("Another office has this host name.")
BRING_IN = {"units": ImportUnits, "services": ImportServices}


@handles(CreateOffice)
def create_office(command: CreateOffice, uow: UnitOfWork) -> dict[str, Any]:
    """Only an operator. Parts are made by the commands their rooms have, so that nothing is laid down twice."""
    policy.require(uow.actor, "tenant.manage")
    reader = reading.Reader({**command.term, **command.values})
    values, term = reading.office(reader), reading.term(reader)
    _check_free(uow, values, reader.faults)
    if "services" in command.starters and "units" not in command.starters:
        reader.fault("services", msg("The starter services need the starter units, which handle them."))
    if reader.faults:
        raise Invalid(CHECK, fields=reader.faults)
    with uow.as_machine():
        _make_row(command, uow, values)
        deadlines.seed(uow.session, uow.tenant_id, values["years"])
        for kind in starters.KINDS:
            if kind in command.starters:
                uow.dispatch_nested(BRING_IN[kind](
                    tenant_id=uow.tenant_id, actor=uow.actor, csv_text=starters.table(kind)))
        administrator = _make_administrator(command, uow, values)
    subscribing.put(uow, term)
    uow.record(OfficeMade(administrator_id=administrator, starters=",".join(command.starters)[:60]))
    return {"tenant_id": str(uow.tenant_id), "slug": values["slug"], "login": values["admin_login"]}


def _check_free(uow: UnitOfWork, values: dict[str, Any], faults: FieldErrors) -> None:
    """A lost race between two operators is found by the unique index instead."""
    if uow.session.scalars(select(Tenant.slug).where(Tenant.slug == values["slug"])).first():
        faults.setdefault("slug", []).append((TAKEN, {}))
    host = values["host"]
    if host and uow.session.scalars(select(Tenant.slug).where(Tenant.host == host)).first():
        faults.setdefault("host", []).append((HOST_TAKEN, {}))


def _make_row(command: CreateOffice, uow: UnitOfWork, values: dict[str, Any]) -> None:
    phone = values["contact_phone"]
    uow.dispatch_nested(CreateTenant(
        tenant_id=uow.tenant_id, actor=uow.actor, slug=values["slug"], host=values["host"],
        name_zh=values["name_zh"], name_en=values["name_en"] or values["name_zh"], time_zone=values["time_zone"],
        locale=values["locale"], settings={"contact_phone": phone} if phone else {}))
    try:
        uow.session.flush()
    except IntegrityError:
        raise Invalid(CHECK, fields={"slug": [(TAKEN, {})]}) from None


def _make_administrator(command: CreateOffice, uow: UnitOfWork, values: dict[str, Any]) -> UUID:
    """Also at the window at first, where that was wished for: then the first request finds somebody."""
    unit = starters.WINDOW if "units" in command.starters else None
    roles: list[tuple[str, str | None]] = [("administrator", None)]
    if command.takes_in:
        roles += [("intake_clerk", unit), ("dispatcher", unit)]
    answer = uow.dispatch_nested(CreateUser(
        tenant_id=uow.tenant_id, actor=uow.actor, login=values["admin_login"], name=values["admin_name"],
        password=command.first_password, locale=values["locale"], memberships=tuple(roles), one_time=True))
    return UUID(answer["user_id"])
