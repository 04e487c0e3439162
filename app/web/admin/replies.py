"""Reply templates of the office: list, one form with a preview, what was said before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import catalog
from app.auth import queries as auth
from app.catalog import queries as catalog_queries
from app.kernel.errors import Invalid, NotFound, YikouError, msg
from app.knowledge import queries
from app.knowledge.commands import SaveReplyTemplate
from app.web.access import access
from app.web.admin import blueprint
from app.web.admin.sent import exists, expect, refused, text
from app.web.pages import dispatch, reading
from app.web.sessions import the_office
from app.web.texts import local_now, locale, t
from app.web.words import WORDS

TEXTS = ("name_zh", "name_en", "text_zh", "text_en")
OTHERS = ("modules", "services", "field", "active")


@blueprint.get("/replies")
@access("reply_template.manage")
def replies() -> str:
    """All of them, also those switched off."""
    with reading() as reader:
        found = queries.reply_templates(reader)
        people = auth.names(reader, {row.changed_by for row in found if row.changed_by})
    return render_template("admin/replies.html", replies=found, people=people)


@blueprint.get("/replies/new")
@access("reply_template.manage")
def new_reply() -> str:
    """An empty form."""
    return _form("", {"modules": [], "services": [], "field": "", "active": "on"})


@blueprint.get("/replies/<code>/edit")
@access("reply_template.manage")
def reply(code: str) -> str:
    """One template in the form, as it will read, and what it said before."""
    with reading() as reader:
        row = queries.reply_template(reader, code)
    if row is None:
        raise NotFound(msg("There is no such reply template."))
    return _form(code, {**{name: getattr(row, name) for name in TEXTS}, "modules": row.modules,
                        "services": row.services, "field": row.field, "active": row.active})


def _form(code: str, values: Mapping[str, Any], error: YikouError | None = None) -> str:
    with reading() as reader:
        services = queries.services(reader, active_only=False)
        versions = queries.reply_versions(reader, code) if code else []
        people = auth.names(reader, {row.changed_by for row in versions if row.changed_by})
        areas = _areas(reader)
    sample = _sample()
    preview = {lang: queries.filled(str(values.get(f"text_{lang}") or ""), sample[lang]) for lang in sample}
    return render_template("admin/reply.html", code=code, values=values, services=services, versions=versions,
                           people=people, areas=areas, preview=preview, sample=sample[locale()],
                           modules=tuple(WORDS["module"]), **refused(error))


def _sample() -> dict[str, dict[str, str]]:
    """Made-up values for the preview."""
    day = f"{local_now():%Y-%m-%d}"
    fixed = {"number": f"{local_now():%Y%m%d}-0001", "date": day, "due": day}
    return {"zh": {**fixed, "service": "路灯", "unit": "城市运行管理中心", "place": "三号楼东侧"},
            "en": {**fixed, "service": "Street lights", "unit": "Urban operation centre", "place": "east of house 3"}}


def _areas(reader: Any) -> list[tuple[str, str]]:
    """The text areas of forms in force: key, and what they are called; one that several forms have stands once."""
    found: dict[str, list[str]] = {}
    for entry in catalog_queries.listing(reader, the_office().tenant_id, "form"):
        form = catalog.compiled_by_hash(reader, the_office().tenant_id, entry.hash)[1]
        for component in form.walk():
            label = "".join(part for part in component.text("label").template(locale()).parts if isinstance(part, str))
            if component.type == "textarea" and len(component.path) == 1 and label:
                names = found.setdefault(component.path[0], [])
                names += [label] if label not in names else []
    return sorted(((key, " / ".join(names)) for key, names in found.items()), key=lambda pair: pair[1])


@blueprint.post("/replies/new")
@access("reply_template.manage")
def add_reply() -> str | Response | tuple[str, int]:
    """A code that is taken is refused."""
    return _save(text("code"), new=True)


@blueprint.post("/replies/<code>/edit")
@access("reply_template.manage")
def save_reply(code: str) -> str | Response | tuple[str, int]:
    """The code stays; what stood there before is kept as a version."""
    return _save(code, new=False)


def _save(code: str, *, new: bool) -> str | Response | tuple[str, int]:
    values = _sent(code)
    shown = "" if new else code
    if request.form.get("_action") == "preview":
        return _form(shown, values)
    try:
        expect(*TEXTS, *OTHERS, *(["code"] if new else []))
        with reading() as reader:
            row = queries.reply_template(reader, code)
        if new and row is not None:
            raise exists()
        if not new and row is None:
            raise NotFound(msg("There is no such reply template."))
        dispatch(SaveReplyTemplate, code=code, modules=tuple(values["modules"]), services=tuple(values["services"]),
                 form=row.form if row else "", field=values["field"], active=bool(values["active"]),
                 **{name: values[name] for name in TEXTS})
    except Invalid as error:
        return _form(shown, values, error), 422
    flash(t(msg("Saved.")))
    return redirect(url_for("admin.replies"), 303)


def _sent(code: str) -> dict[str, Any]:
    services = request.form.get("services", "").replace(",", " ").replace("，", " ").replace("、", " ").split()
    return {**{name: text(name) for name in TEXTS}, "code": code, "modules": request.form.getlist("modules"),
            "services": list(dict.fromkeys(services)), "field": text("field"), "active": text("active")}
