"""Units of the office: list, one form for new and old ones, import."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.kernel.errors import Invalid, NotFound, msg
from app.tenancy import queries
from app.tenancy.commands import ImportUnits, SaveUnit
from app.web.access import access
from app.web.admin import blueprint
from app.web.admin.sent import exists, expect, refused, text
from app.web.admin.tables import bring_in
from app.web.pages import dispatch, reading
from app.web.texts import t


@blueprint.get("/units")
@access("unit.manage")
def units() -> str:
    """All of them, also those switched off."""
    with reading() as reader:
        found = queries.units(reader)
    return render_template("admin/units.html", units=found)


@blueprint.get("/units/new")
@access("unit.manage")
def new_unit() -> str:
    """An empty form."""
    return render_template("admin/unit.html", code="", values={"kind": "internal", "active": "on"}, **refused(None))


@blueprint.get("/units/<code>/edit")
@access("unit.manage")
def unit(code: str) -> str:
    """One unit in the form."""
    with reading() as reader:
        found = next((one for one in queries.units(reader) if one.code == code), None)
    if found is None:
        raise NotFound(msg("There is no such unit."))
    return render_template("admin/unit.html", code=code, values=found, **refused(None))


@blueprint.post("/units/new")
@access("unit.manage")
def add_unit() -> Response | tuple[str, int]:
    """A code that is taken is refused: nothing is changed by mistake."""
    return _save(text("code"), new=True)


@blueprint.post("/units/<code>/edit")
@access("unit.manage")
def save_unit(code: str) -> Response | tuple[str, int]:
    """The code stays; a unit that was used is switched off, never removed."""
    return _save(code, new=False)


def _save(code: str, *, new: bool) -> Response | tuple[str, int]:
    try:
        expect("name_zh", "name_en", "kind", "active", *(["code"] if new else []))
        with reading() as reader:
            known = any(one.code == code for one in queries.units(reader))
        if new and known:
            raise exists()
        if not new and not known:
            raise NotFound(msg("There is no such unit."))
        dispatch(SaveUnit, code=code, name_zh=text("name_zh"), name_en=text("name_en"), kind=text("kind"),
                 active=bool(text("active")))
    except Invalid as error:
        return render_template("admin/unit.html", code="" if new else code, values=request.form, **refused(error)), 422
    flash(t(msg("Saved.")))
    return redirect(url_for("admin.units"), 303)


@blueprint.post("/units/import")
@access("unit.manage")
def import_units() -> Response | tuple[str, int]:
    """Columns code, zh, en, kind."""
    return bring_in(ImportUnits, "admin.units", t(msg("Units")))
