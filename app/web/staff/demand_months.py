"""The list of each month (每月一题) for staff: choosing theme and questions, writing how far they are."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from app.demand import queries
from app.demand.commands import Asked, ChooseMonth, NoteProgress
from app.demand.queries import MonthRow
from app.kernel.errors import Invalid, msg
from app.tenancy import queries as tenancy
from app.web.access import access
from app.web.pages import dispatch, reading, uuid_or_none
from app.web.sessions import actor, the_office
from app.web.staff import blueprint
from app.web.staff.demand import Answer
from app.web.texts import local_now, name_of, t

PLACES = range(3)
FIELDS = ("topic", "question_zh", "question_en", "unit")


@blueprint.get("/demand/months")
@access("topic.read")
def months() -> str:
    """All months; for who decides the form of one, this month's unless another is asked for."""
    return _page(request.args.get("month", f"{local_now():%Y-%m}"))


def _page(month: str, given: Any = None, error: Invalid | None = None) -> str:
    with reading() as reader:
        found = queries.months(reader, actor())
        rows = [row for which in ("open", "taken", "ended")
                for row in queries.topics(reader, the_office().tenant_id, actor(), which)]
        units = [(unit.code, name_of(unit)) for unit in tenancy.units(reader, active_only=True)]
    this = next((one for one in found if one.month.month == month), None)
    return render_template(
        "staff/demand_months.html", months=found, topics=rows, units=units, places=PLACES,
        shown=given if given is not None else _shown(month, this), errors=error.fields if error else {},
        problem=t(error.message, **error.params) if error else "")


def _shown(month: str, this: MonthRow | None) -> dict[str, str]:
    shown = {"month": month[:7]}
    if this is None:
        return shown
    shown |= {"theme_zh": this.month.theme_zh, "theme_en": this.month.theme_en}
    for at, one in enumerate(this.questions):
        asked = one.question
        shown |= {f"topic_{at}": str(asked.topic_id), f"unit_{at}": asked.unit,
                  f"question_zh_{at}": asked.question_zh, f"question_en_{at}": asked.question_en}
    return shown


@blueprint.post("/demand/months")
@access("topic.decide")
def choose_month() -> Answer:
    """A place without a topic is no question."""
    form, questions = request.form, []
    for at in PLACES:
        topic_id = uuid_or_none(form.get(f"topic_{at}"))
        if topic_id is not None:
            questions.append(Asked(topic_id, form.get(f"question_zh_{at}", ""), form.get(f"question_en_{at}", ""),
                                   form.get(f"unit_{at}", "")))
    publish = form.get("act") == "publish"
    try:
        dispatch(ChooseMonth, month=form.get("month", "").strip(), theme_zh=form.get("theme_zh", ""),
                 theme_en=form.get("theme_en", ""), questions=tuple(questions), publish=publish)
    except Invalid as error:
        return _page(form.get("month", ""), form, error), 422
    flash(t(msg("Residents see the month now.") if publish else msg("The month was kept.")))
    return redirect(url_for("staff.months", month=form.get("month", "").strip()), 303)


@blueprint.post("/demand/questions/<uuid:question_id>")
@access("topic.decide")
def note_progress(question_id: UUID) -> Answer:
    """Residents read it."""
    try:
        dispatch(NoteProgress, question_id=question_id, progress_zh=request.form.get("progress_zh", ""),
                 progress_en=request.form.get("progress_en", ""))
    except Invalid as error:
        return _page(request.form.get("month", ""), None, error), 422
    flash(t(msg("The progress was written.")))
    return redirect(url_for("staff.months", month=request.form.get("month", "")), 303)
