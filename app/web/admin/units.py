"""Units of the office: list, one form for new and old ones, import."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import queries as auth
from app.kernel.errors import Conflict, Invalid, NotFound, YikouError, msg
from app.tenancy import queries, uses
from app.tenancy.commands import ImportUnits, SaveUnit
from app.web.access import access
from app.web.admin import blueprint, content
from app.web.admin.sent import exists, expect, text
from app.web.admin.tables import bring_in
from app.web.pages import reading
from app.web.sessions import the_office
from app.web.texts import t

Looked = list[content.Changed] | None
TEXTS = ("name_zh", "name_en", "kind", "phone", "hours_zh", "hours_en", "about_zh", "about_en")


@blueprint.get("/units")
@access("unit.manage")
def units() -> str:
    """All of them, also those switched off."""
    with reading() as reader:
        found, heads = queries.units(reader), dict[str, list[str]]()
        for person in auth.staff(reader):
            for role, unit in person.memberships:
                if role == "head" and unit and person.active:
                    heads.setdefault(unit, []).append(person.name)
    return render_template("admin/units.html", units=found, heads=heads)


@blueprint.get("/units/new")
@access("unit.manage")
def new_unit() -> str:
    """An empty form."""
    return _form("", {"kind": "internal", "active": "on"})


@blueprint.get("/units/<code>/edit")
@access("unit.manage")
def unit(code: str) -> str:
    """One unit in the form."""
    with reading() as reader:
        found = next((one for one in queries.units(reader) if one.code == code), None)
    if found is None:
        raise NotFound(msg("There is no such unit."))
    return _form(code, found)


def _form(code: str, values: Any, error: YikouError | None = None, looked: Looked = None) -> str:
    with reading() as reader:
        needed = uses.of(reader, the_office().tenant_id, "unit", code) if code else []
        people = [(person, role) for person in auth.staff(reader) if person.active
                  for role, unit in person.memberships if code and unit == code]
    return render_template("admin/unit.html", code=code, values=values, needed=needed, people=people, looked=looked,
                           **content.form_state("unit", code, error))


@blueprint.post("/units/new")
@access("unit.manage")
def add_unit() -> str | Response | tuple[str, int]:
    """A code that is taken is refused: nothing is changed by mistake."""
    return _save(text("code"), new=True)


@blueprint.post("/units/<code>/edit")
@access("unit.manage")
def save_unit(code: str) -> str | Response | tuple[str, int]:
    """The code stays; a unit that was used is switched off, never removed."""
    return _save(code, new=False)


def _save(code: str, *, new: bool) -> str | Response | tuple[str, int]:
    try:
        expect("active", "begun_from", "reason", *TEXTS, *(["code"] if new else []))
        with reading() as reader:
            known = any(one.code == code for one in queries.units(reader))
        if new and known:
            raise exists()
        if not new and not known:
            raise NotFound(msg("There is no such unit."))
        looked = content.save("unit", code, SaveUnit, code=code, active=bool(text("active")),
                              begun_from=content.begun(), reason=text("reason"), **{name: text(name) for name in TEXTS})
        if looked is not None:
            return _form("" if new else code, request.form, looked=looked)
    except (Invalid, Conflict) as error:
        return _form("" if new else code, request.form, error), error.status
    flash(t(msg("Saved.")))
    return redirect(url_for("admin.units"), 303)


@blueprint.post("/units/import")
@access("unit.manage")
def import_units() -> Response | tuple[str, int]:
    """Columns code, zh, en, kind."""
    return bring_in(ImportUnits, "admin.units", t(msg("Units")))
