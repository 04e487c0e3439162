"""The service catalogue: list, one form for new and old entries with what the tables decide, preview, import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import forms
from app.cases import queries as cases
from app.kernel.errors import Conflict, Invalid, NotFound, YikouError, msg
from app.knowledge import placing, queries
from app.knowledge.commands import ImportServices, SaveService
from app.tenancy import queries as tenancy
from app.web.access import access
from app.web.admin import blueprint, content
from app.web.admin.sent import exists, expect, text
from app.web.admin.tables import bring_in
from app.web.pages import dispatch, reading
from app.web.resident import intake
from app.web.sessions import the_office
from app.web.texts import local_now, t
from app.web.words import WORDS

TEXTS = ("module", "name_zh", "name_en", "kind", "urgency", "commitment_zh", "commitment_en", "keywords")
PLACING = ("unit", "at_once", "reply_amount", "reply_span")
Values = Mapping[str, Any]


@blueprint.get("/services")
@access("service.manage")
def services() -> str:
    """All of them with who handles each, also those no longer offered; `q` narrows."""
    query, tenant_id = request.args.get("q", "").strip()[:80], the_office().tenant_id
    with reading() as reader:
        found = queries.services(reader, active_only=False)
        units = placing.units_of(reader, tenant_id, found)
        names = {unit.code: unit for unit in tenancy.units(reader)}
    words = query.lower().split()
    found = [one for one in found if all(word in f"{one.code} {one.name_zh} {one.name_en} {one.keywords}".lower()
                                         for word in words)]
    return render_template("admin/services.html", services=found, units=units, names=names, query=query)


@blueprint.get("/services/new")
@access("service.manage")
def new_service() -> str:
    """An empty form."""
    return _form("", {"module": "LS", "kind": "help", "urgency": "normal", "active": "on", "reply_span": "wd"})


@blueprint.get("/services/<code>/edit")
@access("service.manage")
def service(code: str) -> str:
    """One entry in the form, with what the tables say for it."""
    with reading() as reader:
        found = queries.service(reader, code)
        if found is None:
            raise NotFound(msg("There is no such service."))
        decided = placing.placed(reader, the_office().tenant_id, code, found.module, found.kind)
    return _form(code, found.document() | {
        "unit": decided.unit, "at_once": decided.at_once, "reply_amount": decided.ordinary.get("amount"),
        "reply_span": decided.ordinary.get("unit") or "wd"})


def _form(code: str, values: Values, error: YikouError | None = None, preview: str = "") -> str:
    tenant_id, module = the_office().tenant_id, str(values.get("module") or "")
    with reading() as reader:
        units = tenancy.units(reader, active_only=True)
        decided = placing.placed(reader, tenant_id, code, module, str(values.get("kind") or ""))
        own = intake.own_form(reader, code)
        shown = _preview(reader, code, values, preview) if preview else None
    state = content.form_state("service", code, error)
    return render_template(
        "admin/service.html", code=code, values=values, modules=tuple(WORDS["module"]), kinds=tuple(WORDS["kind"]),
        urgencies=tuple(WORDS["urgency"]), units=units, decided=decided, spans=placing.SPANS, clocks=placing.CLOCKS,
        own_form=own, preview=shown, preview_lang=preview, **state)


def _preview(reader: Session, code: str, values: Values, lang: str) -> Any:
    """What a resident would see: the service's page and the questions of its form."""
    with content.language(lang):
        form = intake.extra_form(reader, str(values.get("module") or ""), code or None)
        asked = forms.render(form, {}, None, locale=lang, now=local_now(), raw=None,
                             options_sources=cases.options(reader, lang)) if form is not None else None
    return content.as_resident("admin/preview_service.html", lang, values=values, asked=asked)


@blueprint.post("/services/new")
@access("service.manage")
def add_service() -> Response | str | tuple[str, int]:
    """A code that is taken is refused."""
    return _save(text("code"), new=True)


@blueprint.post("/services/<code>/edit")
@access("service.manage")
def save_service(code: str) -> Response | str | tuple[str, int]:
    """The code stays, since cases and tables name it."""
    return _save(code, new=False)


def _save(code: str, *, new: bool) -> Response | str | tuple[str, int]:
    shown = "" if new else code
    try:
        expect("active", "begun_from", "reason", *TEXTS, *PLACING, *(["code"] if new else []))
        with reading() as reader:
            known = queries.service(reader, code) is not None
        if new and known:
            raise exists()
        if not new and not known:
            raise NotFound(msg("There is no such service."))
        action = request.form.get("_action", "")
        if action.startswith("preview:"):
            return _form(shown, request.form, preview="en" if action == "preview:en" else "zh")
        dispatch(SaveService, code=code, active=bool(text("active")), begun_from=content.begun(),
                 reason=text("reason"), **{name: text(name) for name in TEXTS}, **_placing())
    except (Invalid, Conflict) as error:
        return _form(shown, request.form, error), error.status
    flash(t(msg("Saved. Residents find it from now on.") if text("active") else msg("Saved.")))
    return redirect(url_for("admin.service", code=code), 303)


def _placing() -> dict[str, Any]:
    """What goes into the tables; an empty amount leaves the limit as it stands there."""
    if "unit" not in request.form:
        return {}
    amount = text("reply_amount")
    if amount and not (amount.isascii() and amount.isdecimal() and len(amount) < 6):
        raise Invalid(msg("Please check the marked fields."), fields={
            "reply_amount": [(msg("A whole number from 1 to %(most)s."), {"most": placing.MOST})]})
    return {"unit": text("unit"), "at_once": bool(text("at_once")), "reply_span": text("reply_span") or "wd",
            "reply_amount": int(amount) if amount else None}


@blueprint.post("/services/import")
@access("service.manage")
def import_services() -> Response | tuple[str, int]:
    """Columns code, module, zh and more."""
    return bring_in(ImportServices, "admin.services", t(msg("Services")))
