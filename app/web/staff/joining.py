"""Two cases about the same thing: shown side by side before they are joined, and taken apart again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.cases import queries
from app.cases.commands import JoinCases, UndoJoin
from app.kernel.errors import Conflict, Invalid, msg
from app.web.access import access
from app.web.pages import dispatch, reading
from app.web.sessions import actor
from app.web.staff import blueprint
from app.web.texts import t


@blueprint.app_template_global()
def linked(case_id: UUID) -> queries.Linked:
    """What belongs together with a case, for its page."""
    with reading() as reader:
        return queries.linked(reader, actor(), case_id)


@blueprint.get("/cases/<uuid:case_id>/join")
@access("case.join")
def join(case_id: UUID) -> str:
    """The case, open ones like it, and the one whose number was given, with what joining would mean for each."""
    return _page(case_id, request.args.get("number", ""))


def _page(case_id: UUID, number: str, problem: str = "") -> str:
    with reading() as reader:
        pair = queries.pair(reader, actor(), case_id, number.strip()[:30])
    return render_template("staff/join.html", pair=pair, number=number, problem=problem)


@blueprint.post("/cases/<uuid:case_id>/join")
@access("case.join")
def send_join(case_id: UUID) -> str | Response | tuple[str, int]:
    """`way`: this one follows the other, or the other follows this one."""
    number = request.form.get("number", "")
    with reading() as reader:
        own = queries.pair(reader, actor(), case_id, "").case.number
    follows = request.form.get("way") != "other"
    try:
        dispatch(JoinCases, number=own if follows else number, earlier_number=number if follows else own)
    except Invalid as error:
        return _page(case_id, number, _first(error)), 422
    except Conflict as error:
        return _page(case_id, number, t(error.message, **error.params)), 409
    flash(t(msg("%(number)s now follows %(earlier)s."), number=own if follows else number,
            earlier=number if follows else own))
    return redirect(url_for("staff.case", case_id=case_id), 303)


def _first(error: Invalid) -> str:
    found: list[tuple[str, dict[str, Any]]] = next(iter(error.fields.values()), [(error.message, error.params)])
    return t(found[0][0], **found[0][1])


@blueprint.post("/cases/<uuid:case_id>/join/undo")
@access("case.join")
def undo_join(case_id: UUID) -> Response:
    """It was a mistake: the case goes on alone."""
    try:
        dispatch(UndoJoin, case_id=case_id)
    except Conflict as error:
        flash(t(error.message, **error.params), "warn")
    else:
        flash(t(msg("The case goes on alone.")))
    return redirect(url_for("staff.case", case_id=case_id), 303)
