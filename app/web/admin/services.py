"""The service catalogue: list, one form for new and old entries, import."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.kernel.errors import Invalid, NotFound, YikouError, msg
from app.knowledge import queries
from app.knowledge.commands import ImportServices, SaveService
from app.web.access import access
from app.web.admin import blueprint
from app.web.admin.sent import exists, expect, refused, text
from app.web.admin.tables import bring_in
from app.web.pages import dispatch, reading
from app.web.texts import t
from app.web.words import WORDS

TEXTS = ("module", "name_zh", "name_en", "kind", "urgency", "commitment_zh", "commitment_en", "keywords")


@blueprint.get("/services")
@access("service.manage")
def services() -> str:
    """All of them, also those no longer offered."""
    with reading() as reader:
        found = queries.services(reader, active_only=False)
    return render_template("admin/services.html", services=found)


@blueprint.get("/services/new")
@access("service.manage")
def new_service() -> str:
    """An empty form."""
    return _form("", {"kind": "help", "urgency": "normal", "active": "on"})


@blueprint.get("/services/<code>/edit")
@access("service.manage")
def service(code: str) -> str:
    """One entry in the form."""
    with reading() as reader:
        found = queries.service(reader, code)
    if found is None:
        raise NotFound(msg("There is no such service."))
    return _form(code, found)


def _form(code: str, values: Any, error: YikouError | None = None) -> str:
    return render_template("admin/service.html", code=code, values=values, modules=tuple(WORDS["module"]),
                           kinds=tuple(WORDS["kind"]), urgencies=tuple(WORDS["urgency"]), **refused(error))


@blueprint.post("/services/new")
@access("service.manage")
def add_service() -> Response | tuple[str, int]:
    """A code that is taken is refused."""
    return _save(text("code"), new=True)


@blueprint.post("/services/<code>/edit")
@access("service.manage")
def save_service(code: str) -> Response | tuple[str, int]:
    """The code stays, since cases and tables name it."""
    return _save(code, new=False)


def _save(code: str, *, new: bool) -> Response | tuple[str, int]:
    try:
        expect("active", *TEXTS, *(["code"] if new else []))
        with reading() as reader:
            known = queries.service(reader, code) is not None
        if new and known:
            raise exists()
        if not new and not known:
            raise NotFound(msg("There is no such service."))
        dispatch(SaveService, code=code, active=bool(text("active")), **{name: text(name) for name in TEXTS})
    except Invalid as error:
        return _form("" if new else code, request.form, error), 422
    flash(t(msg("Saved.")))
    return redirect(url_for("admin.services"), 303)


@blueprint.post("/services/import")
@access("service.manage")
def import_services() -> Response | tuple[str, int]:
    """Columns code, module, zh and more."""
    return bring_in(ImportServices, "admin.services", t(msg("Services")))
