"""Agreed, closed cases: who handled one writes a summary, the head or an administrator lets everybody read it."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.cases import publishing
from app.kernel.errors import Conflict, Invalid, YikouError, msg
from app.web.access import access
from app.web.pages import dispatch, reading
from app.web.sessions import actor, the_office
from app.web.staff import blueprint
from app.web.texts import t

Answer = Response | tuple[str, int]


@blueprint.get("/published")
@access("public_case.read")
def public_cases() -> str:
    """Those without a summary first."""
    with reading() as reader:
        found = publishing.waiting(reader, the_office().tenant_id, actor())
    return render_template("staff/public_cases.html", found=found)


@blueprint.get("/published/<uuid:case_id>")
@access("public_case.read")
def public_case(case_id: UUID) -> str:
    """One: the request beside the form for who may read it, the summary alone for who approves."""
    return _page(case_id)


@blueprint.post("/published/<uuid:case_id>")
@access("public_case.write")
def write_summary(case_id: UUID) -> Answer:
    """A draft, until somebody approves it."""
    return _act(case_id, publishing.SaveSummary, msg("Saved. It waits to be approved."),
                summary_zh=request.form.get("summary_zh", ""), summary_en=request.form.get("summary_en", ""))


@blueprint.post("/published/<uuid:case_id>/decide")
@access("public_case.publish")
def decide_summary(case_id: UUID) -> Answer:
    """Show it to everybody, or take it back."""
    return _act(case_id, publishing.DecideSummary, msg("Saved."), publish=request.form.get("decision") == "publish")


def _act(case_id: UUID, kind: type, done: str, **data: object) -> Answer:
    try:
        dispatch(kind, case_id=case_id, **data)
    except (Invalid, Conflict) as error:
        return _page(case_id, error), error.status
    flash(t(done))
    return redirect(url_for("staff.public_cases"), 303)


def _page(case_id: UUID, error: YikouError | None = None) -> str:
    with reading() as reader:
        one = publishing.summary(reader, the_office().tenant_id, actor(), case_id)
    return render_template(
        "staff/public_case.html", one=one, values=request.form if request.form.get("summary_zh") is not None else one,
        problem=t(error.message, **error.params) if error else "",
        errors=error.fields if isinstance(error, Invalid) else {})
