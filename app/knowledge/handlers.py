"""Handlers of the catalogue's commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import delete, select

from app.auth import policy
from app.kernel.bus import handles
from app.kernel.errors import Invalid, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.knowledge import finding, imports, placing, reviewing
from app.knowledge import replies as replies  # registers the handler of reply templates
from app.knowledge.commands import (
    ImportKnowledge,
    ImportServices,
    RetrainSuggestion,
    SaveKnowledgeItem,
    SaveService,
)
from app.knowledge.events import (
    KnowledgeImported,
    KnowledgeItemSaved,
    ServiceSaved,
    ServicesImported,
    TextModelTrained,
)
from app.knowledge.model import ITEM_FIELDS, SERVICE_FIELDS, KnowledgeItem, ServiceItem, TextModelVersion
from app.tenancy import queries as tenancy
from app.tenancy import versions

__all__ = ["reviewing"]
KEPT_MODELS = 5
T = TypeVar("T", ServiceItem, KnowledgeItem)


def _values(command: SaveService | SaveKnowledgeItem) -> dict[str, Any]:
    names = SERVICE_FIELDS if isinstance(command, SaveService) else ITEM_FIELDS
    own = {name: getattr(command, name) for name in names}
    return {name: value.strip() if isinstance(value, str) else value for name, value in own.items()}


def _refuse(faults: list[str]) -> None:
    if faults:
        marked = {fault.split(":")[0]: [(msg("%(fault)s"), {"fault": fault})] for fault in faults}
        raise Invalid(msg("Please check the marked fields."), fields=marked)


def _upsert(uow: UnitOfWork, kind: type[T], values: Mapping[str, Any]) -> tuple[T, versions.Document | None]:
    """The row, and what it said before; None for a new one."""
    row = uow.session.scalars(select(kind).where(kind.code == values["code"])).one_or_none()
    before = row.document() if row is not None else None
    if row is None:
        row = kind(tenant_id=uow.tenant_id, id=new_id(), active=True)
        uow.session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    uow.session.flush()
    finding.index(uow.session, row)
    return row, before


def _keep_changed(uow: UnitOfWork, kind: str, rows: list[tuple[Any, versions.Document | None]]) -> dict[str, int]:
    """Versions of what a table changed; how many rows were made and changed."""
    versions.keep_all(uow, kind, {row.code: (before, row.document()) for row, before in rows if before is not None})
    made = sum(before is None for _row, before in rows)
    return {"made": made, "changed": len(rows) - made}


@handles(SaveService)
def save_service(command: SaveService, uow: UnitOfWork) -> dict[str, Any]:
    """The code is the key; it never changes, since cases and tables name it."""
    policy.require(uow.actor, "service.manage")
    values = _values(command)
    values["name_en"] = values["name_en"] or values["name_zh"]
    wish = placing.Wish(command.unit, command.at_once, command.reply_amount, command.reply_span)
    _refuse(imports.service_faults(values))
    placing.check_wish(uow.session, wish)
    versions.claim(uow, "service", values["code"], command.begun_from)
    row, before = _upsert(uow, ServiceItem, values)
    if command.unit is not None:
        placing.place(uow, values, wish, command.reason)
    if row.active:
        placing.check(uow.session, uow.tenant_id, values, wish)
    versions.keep(uow, "service", row.code, before, row.document(), command.reason)
    uow.record(ServiceSaved(service_id=row.id, code=row.code, active=row.active))
    return {"service_id": str(row.id)}


@handles(ImportServices)
def import_services(command: ImportServices, uow: UnitOfWork) -> dict[str, Any]:
    """Rows are matched by code; services that the table does not name stay as they are."""
    policy.require(uow.actor, "service.manage")
    rows = imports.services(command.csv_text)
    lost = placing.unhandled(uow.session, uow.tenant_id, rows)
    if lost:
        raise Invalid(msg("The table has %(count)s faults; nothing was stored."), count=len(lost), fields={"csv": [
            (msg("%(code)s: nobody would handle it. Give it a unit in the table of units first."), {"code": code})
            for code in sorted(lost)[:100]]})
    versions.claim(uow, "service", "", None)
    counted = _keep_changed(uow, "service", [_upsert(uow, ServiceItem, row) for row in rows])
    uow.record(ServicesImported(**counted))
    return counted


@handles(SaveKnowledgeItem)
def save_knowledge_item(command: SaveKnowledgeItem, uow: UnitOfWork) -> dict[str, Any]:
    """A named service must be in the catalogue."""
    policy.require(uow.actor, "knowledge.edit")
    values = _values(command)
    faults = imports.item_faults(values)
    if values["service_code"] and values["service_code"] not in _service_codes(uow):
        faults.append("service_code: not in the catalogue")
    _refuse(faults)
    _require_owner(uow, values)
    versions.claim(uow, "knowledge", values["code"], command.begun_from)
    row, before = _upsert(uow, KnowledgeItem, values)
    versions.keep(uow, "knowledge", row.code, before, row.document(), command.reason)
    uow.record(KnowledgeItemSaved(item_id=row.id, code=row.code, active=row.active))
    return {"item_id": str(row.id)}


@handles(ImportKnowledge)
def import_knowledge(command: ImportKnowledge, uow: UnitOfWork) -> dict[str, Any]:
    """Rows are matched by code."""
    policy.require(uow.actor, "knowledge.edit")
    rows, known = imports.knowledge(command.csv_text), _service_codes(uow)
    lost = [row for row in rows if row["service_code"] and row["service_code"] not in known]
    if lost:
        raise Invalid(msg("The table has %(count)s faults; nothing was stored."), count=len(lost), fields={"csv": [
            (msg("%(code)s names a service that is not in the catalogue: %(service)s"),
             {"code": row["code"], "service": row["service_code"][:60]}) for row in lost[:100]]})
    versions.claim(uow, "knowledge", "", None)
    rows = [row if row["owner_unit"] else {**row, "active": False} for row in rows]
    counted = _keep_changed(uow, "knowledge", [_upsert(uow, KnowledgeItem, row) for row in rows])
    uow.record(KnowledgeImported(**counted))
    return counted


def _require_owner(uow: UnitOfWork, values: Mapping[str, Any]) -> None:
    """An answer that residents find has a unit that answers for it; a draft may wait for one."""
    owner = values["owner_unit"]
    known = {unit.code for unit in tenancy.units(uow.session)}
    if owner and owner not in known:
        text = msg("Please choose from the list.")
    elif values["active"] and not owner:
        text = msg("Nobody answers for it yet: choose a unit, or save it as a draft.")
    else:
        return
    raise Invalid(msg("Please check the marked fields."), fields={"owner_unit": [(text, {})]})


@handles(RetrainSuggestion)
def retrain_suggestion(command: RetrainSuggestion, uow: UnitOfWork) -> dict[str, Any]:
    """Keeps the last few models, so that a person can see how they came on."""
    policy.require(uow.actor, "settings.manage")
    row = TextModelVersion(
        tenant_id=uow.tenant_id, id=new_id(), data=command.data, trained_at=uow.now, n_cases=command.cases,
        n_codes=command.codes, source="cases", accuracy=command.accuracy, threshold=command.threshold)
    uow.session.add(row)
    uow.session.flush()
    newest = select(TextModelVersion.id).order_by(TextModelVersion.trained_at.desc(), TextModelVersion.id.desc())
    old = list(uow.session.scalars(newest))[KEPT_MODELS:]
    uow.session.execute(delete(TextModelVersion).where(TextModelVersion.id.in_(old)))
    uow.record(TextModelTrained(model_id=row.id, cases=command.cases, codes=command.codes,
                                accuracy=command.accuracy, threshold=command.threshold))
    return {"model_id": str(row.id)}


def _service_codes(uow: UnitOfWork) -> set[str]:
    return set(uow.session.scalars(select(ServiceItem.code)))
