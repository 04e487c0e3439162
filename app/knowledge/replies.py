"""Reply templates: texts with a few `{places}` to fill in, and no logic at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.auth import policy
from app.kernel.bus import handles
from app.kernel.errors import FieldErrors, Invalid, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.knowledge.commands import SaveReplyTemplate
from app.knowledge.events import ReplyTemplateSaved
from app.knowledge.model import ReplyTemplate, ReplyTemplateVersion, ServiceItem

PLACES = ("number", "service", "unit", "date", "due", "place")
"""What a template may ask for: nothing of a person."""
MODULES = ("LI", "LS", "PS", "CS")
LIMITS = {"name_zh": 120, "name_en": 120, "text_zh": 4_000, "text_en": 4_000, "form": 120, "field": 120}
CODE = re.compile(r"[A-Za-z0-9_-]{2,40}", re.ASCII)
_PLACE = re.compile(r"\{([^{}]{0,40})\}")
WORDS = ("name_zh", "name_en", "text_zh", "text_en", "modules", "services", "form", "field", "active")


def filled(text: str, values: Mapping[str, str]) -> str:
    """One pass: what a value brings along is never read as a place; an unknown place stays as it is."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]) if found[1] in PLACES else found[0], text)


def fits(row: ReplyTemplate, form: str, module: str | None, service: str | None) -> bool:
    """Whether a template is meant for this form and case."""
    return ((not row.form or row.form == form) and (not row.services or service in row.services)
            and (not row.modules or module in row.modules))


@handles(SaveReplyTemplate)
def save_reply_template(command: SaveReplyTemplate, uow: UnitOfWork) -> dict[str, Any]:
    """Administrators, and heads of units."""
    policy.require(uow.actor, "reply_template.manage")
    values = _values(command)
    _check(command.code, values, set(uow.session.scalars(select(ServiceItem.code))))
    query = select(ReplyTemplate).where(ReplyTemplate.code == command.code)
    row = uow.session.scalars(query.with_for_update()).one_or_none()
    if row is not None and all(getattr(row, name) == value for name, value in values.items()):
        return {"code": row.code, "version": row.version}
    if row is None:
        row = ReplyTemplate(tenant_id=uow.tenant_id, id=new_id(), code=command.code, version=0)
        uow.session.add(row)
    values |= {"version": row.version + 1, "changed_by": uow.actor.user_id, "changed_at": uow.now}
    for name, value in values.items():
        setattr(row, name, value)
    uow.session.add(ReplyTemplateVersion(tenant_id=uow.tenant_id, id=new_id(), code=row.code, **values))
    uow.record(ReplyTemplateSaved(template_id=row.id, code=row.code, version=row.version, active=row.active))
    return {"code": row.code, "version": row.version}


def _values(command: SaveReplyTemplate) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in WORDS:
        value = getattr(command, name)
        found[name] = value.strip().replace("\r\n", "\n") if isinstance(value, str) else (
            list(value) if isinstance(value, tuple) else value)
    return found


def _check(code: str, values: Mapping[str, Any], services: set[str]) -> None:
    errors: FieldErrors = {}
    if not CODE.fullmatch(code):
        errors["code"] = [(msg("A code has 2 to 40 letters, digits, - and _."), {})]
    for name in ("name_zh", "text_zh"):
        if not values[name]:
            errors[name] = [(msg("Please write something."), {})]
    for name, limit in LIMITS.items():
        if len(values[name]) > limit:
            errors[name] = [(msg("At most %(limit)s characters."), {"limit": limit})]
    for name in ("text_zh", "text_en"):
        unknown = sorted({place for place in _PLACE.findall(values[name]) if place not in PLACES})
        if unknown:
            errors[name] = [(msg("{%(name)s} cannot be filled in. Known are: %(known)s"),
                             {"name": unknown[0], "known": ", ".join(f"{{{place}}}" for place in PLACES)})]
    if set(values["modules"]) - set(MODULES):
        errors["modules"] = [(msg("Please choose from the list."), {})]
    strange = sorted(set(values["services"]) - services)
    if strange:
        errors["services"] = [(msg("There is no service %(code)s."), {"code": strange[0][:40]})]
    if errors:
        raise Invalid(msg("Please check the marked fields."), fields=errors)
