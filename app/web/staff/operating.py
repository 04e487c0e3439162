"""Operations on the process of a case: where it stands, what can be changed, a look at the effect, and doing it."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.cases import queries
from app.cases.commands import ModifyCase, ResumeCase, SuspendCase
from app.kernel.errors import Invalid, YikouError, msg
from app.web.access import access
from app.web.pages import dispatch, reading, rehearse
from app.web.sessions import actor
from app.web.staff import blueprint
from app.web.texts import t

Answer = Response | tuple[str, int]
MOST = 100_000


@blueprint.get("/cases/<uuid:case_id>/process")
@access("instance.change")
def process(case_id: UUID) -> str:
    """Tokens, places for new ones, variables."""
    return _page(case_id)


@blueprint.post("/cases/<uuid:case_id>/process")
@access("instance.change")
def change_process(case_id: UUID) -> Answer:
    """Look at the effect (`look`), or do it."""
    try:
        wanted: dict[str, Any] = {"case_id": case_id, "reason": request.form.get("reason", ""), **_wanted()}
        if "look" in request.form:
            seen = rehearse(ModifyCase, lambda session: queries.standing_of(session, case_id), **wanted)
            return _page(case_id, seen=seen), 200
        dispatch(ModifyCase, **wanted)
    except YikouError as error:
        return _page(case_id, error=error), error.status
    flash(t(msg("The process was changed.")))
    return redirect(url_for("staff.process", case_id=case_id), 303)


def _wanted() -> dict[str, Any]:
    """What the form asks for. Raises Invalid at the field of the variables."""
    text = request.form.get("variables", "").strip()
    try:
        values = json.loads(text) if text and len(text) <= MOST else {}
    except ValueError as error:
        raise _wrong(msg("This is no JSON: %(problem)s"), problem=str(error)) from error
    if not isinstance(values, dict) or len(text) > MOST:
        raise _wrong(msg("Please write an object, as {\"unit\": \"LRS\"}."))
    places = tuple(one for one in request.form.getlist("activate") if one)
    return {"cancel": tuple(request.form.getlist("cancel")), "activate": places, "variables": values}


def _wrong(text: str, **params: Any) -> Invalid:
    return Invalid(msg("Please check what is marked."), fields={"variables": [(text, params)]})


@blueprint.post("/cases/<uuid:case_id>/suspend")
@access("instance.change")
def suspend(case_id: UUID) -> Answer:
    """Nothing moves it until it is resumed."""
    return _done(case_id, SuspendCase, msg("The process is suspended. Its legal clocks run on."))


@blueprint.post("/cases/<uuid:case_id>/resume")
@access("instance.change")
def resume(case_id: UUID) -> Answer:
    """It goes on."""
    return _done(case_id, ResumeCase, msg("The process goes on. What came due meanwhile is done now."))


def _done(case_id: UUID, kind: type[SuspendCase | ResumeCase], said: str) -> Answer:
    try:
        dispatch(kind, case_id=case_id, reason=request.form.get("reason", ""))
    except YikouError as error:
        return _page(case_id, error=error), error.status
    flash(t(said))
    return redirect(url_for("staff.process", case_id=case_id), 303)


def _page(case_id: UUID, seen: queries.Effect | None = None, error: YikouError | None = None) -> str:
    with reading() as reader:
        page = queries.process_page(reader, actor(), case_id)
    return render_template(
        "staff/process.html", page=page, seen=seen, errors=getattr(error, "fields", None) or {}, given=request.form,
        problem=t(error.message, **error.params) if error else "",
        values=json.dumps(page.variables, ensure_ascii=False, indent=1, default=str))
