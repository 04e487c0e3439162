"""Erasing what is known of a person who asks for it: name, phone and words go, counts and the trail stay."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.cases import queries
from app.cases.commands import ErasePerson
from app.kernel.errors import Conflict, FieldErrors, msg
from app.web.access import access
from app.web.admin import blueprint
from app.web.pages import dispatch, reading
from app.web.texts import t


@blueprint.get("/erasing")
@access("person.erase")
def erasing() -> str:
    """Asks for the number of one of the person's requests."""
    return render_template("admin/erasing.html", errors={}, problem="", values={})


@blueprint.post("/erasing")
@access("person.erase")
def erase() -> Response | tuple[str, int]:
    """All closed requests of the person; refused while one is open."""
    number = request.form.get("number", "").strip()[:40]
    errors: FieldErrors = {}
    with reading() as reader:
        person_id = queries.person_of_number(reader, number)
    if person_id is None:
        errors["number"] = [(msg("There is no such request."), {})]
    if request.form.get("sure") != "on":
        errors["sure"] = [(msg("Please tick this box."), {})]
    if errors or person_id is None:
        return _again(t(msg("Please check what is marked.")), errors), 422
    try:
        answer = dispatch(ErasePerson, person_id=person_id)
    except Conflict as error:
        return _again(t(error.message, **error.params), {}), 409
    flash(t(msg("The personal data of %(cases)s requests were erased."), cases=answer["cases"]))
    return redirect(url_for("admin.erasing"), 303)


def _again(problem: str, errors: FieldErrors) -> str:
    return render_template("admin/erasing.html", errors=errors, problem=problem, values=request.form)
