"""Handlers of the catalogue's commands."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import delete, select

from app.auth import policy
from app.kernel.bus import handles
from app.kernel.commands import Command
from app.kernel.errors import Invalid, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.knowledge import finding, imports
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
from app.knowledge.model import KnowledgeItem, ServiceItem, TextModelVersion

KEPT_MODELS = 5
T = TypeVar("T", ServiceItem, KnowledgeItem)


def _values(command: Command) -> dict[str, Any]:
    own = {f.name: getattr(command, f.name) for f in fields(command) if f.name not in ("tenant_id", "actor", "key")}
    return {name: value.strip() if isinstance(value, str) else value for name, value in own.items()}


def _refuse(faults: list[str]) -> None:
    if faults:
        marked = {fault.split(":")[0]: [(msg("%(fault)s"), {"fault": fault})] for fault in faults}
        raise Invalid(msg("Please check the marked fields."), fields=marked)


def _upsert(uow: UnitOfWork, kind: type[T], values: dict[str, Any]) -> tuple[T, bool]:
    row = uow.session.scalars(select(kind).where(kind.code == values["code"])).one_or_none()
    made = row is None
    if row is None:
        row = kind(tenant_id=uow.tenant_id, id=new_id(), active=True)
        uow.session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    uow.session.flush()
    finding.index(uow.session, row)
    return row, made


@handles(SaveService)
def save_service(command: SaveService, uow: UnitOfWork) -> dict[str, Any]:
    """The code is the key; it never changes, since cases and tables name it."""
    policy.require(uow.actor, "service.manage")
    values = _values(command)
    values["name_en"] = values["name_en"] or values["name_zh"]
    _refuse(imports.service_faults(values))
    row, _made = _upsert(uow, ServiceItem, values)
    uow.record(ServiceSaved(service_id=row.id, code=row.code, active=row.active))
    return {"service_id": str(row.id)}


@handles(ImportServices)
def import_services(command: ImportServices, uow: UnitOfWork) -> dict[str, Any]:
    """Rows are matched by code; services that the table does not name stay as they are."""
    policy.require(uow.actor, "service.manage")
    made = [_upsert(uow, ServiceItem, row)[1] for row in imports.services(command.csv_text)]
    uow.record(ServicesImported(made=sum(made), changed=len(made) - sum(made)))
    return {"made": sum(made), "changed": len(made) - sum(made)}


@handles(SaveKnowledgeItem)
def save_knowledge_item(command: SaveKnowledgeItem, uow: UnitOfWork) -> dict[str, Any]:
    """A named service must be in the catalogue."""
    policy.require(uow.actor, "knowledge.edit")
    values = _values(command)
    faults = imports.item_faults(values)
    if values["service_code"] and values["service_code"] not in _service_codes(uow):
        faults.append("service_code: not in the catalogue")
    _refuse(faults)
    row, _made = _upsert(uow, KnowledgeItem, values)
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
    made = [_upsert(uow, KnowledgeItem, row)[1] for row in rows]
    uow.record(KnowledgeImported(made=sum(made), changed=len(made) - sum(made)))
    return {"made": sum(made), "changed": len(made) - sum(made)}


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
