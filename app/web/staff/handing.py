"""Handing a task to somebody, and the day to look at it again: forms beside the task and a page of their own."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.cases import queries
from app.cases.commands import AssignTask, DelegateTask, SetFollowUp
from app.kernel.errors import Conflict, Invalid, msg
from app.web.access import access
from app.web.context import can
from app.web.pages import dispatch, reading, uuid_or_none
from app.web.sessions import actor
from app.web.staff import blueprint
from app.web.texts import t


def handing(task_id: UUID) -> queries.Handing | None:
    """What the reader may do with a task beside its work; None when it is not there for them."""
    with reading() as reader:
        try:
            return queries.handing_of(reader, actor(), task_id)
        except Conflict:
            return None


@blueprint.app_context_processor
def _names() -> dict[str, Any]:
    return {"handing": handing, "hand_options": options}


def options(hand: queries.Handing) -> list[tuple[str, str]]:
    """Who may get it; whoever is away is marked."""
    return [(str(one.user_id), t(msg("%(name)s (away)"), name=one.name) if one.away_until else one.name)
            for one in hand.people]


@blueprint.get("/tasks/<uuid:task_id>/hand-over")
@access("task.read")
def hand_over(task_id: UUID) -> str:
    """To whom it may go, and when to look again."""
    return _page(task_id)


def _page(task_id: UUID, error: Invalid | None = None) -> str:
    with reading() as reader:
        hand = queries.handing_of(reader, actor(), task_id)
    at_person = error.fields.get("user_id", []) if error else []
    away = next((params for _text, params in at_person if "until" in params), None)
    return render_template("staff/hand_over.html", hand=hand, away=away, errors=error.fields if error else {},
                           problem=t(error.message, **error.params) if error else "")


@blueprint.post("/tasks/<uuid:task_id>/assign")
@access("task.reassign")
def assign(task_id: UUID) -> Response | tuple[str, int]:
    """By heads and supervisors."""
    return _hand(task_id, AssignTask, reason=request.form.get("text", ""))


@blueprint.post("/tasks/<uuid:task_id>/delegate")
@access("task.delegate")
def delegate(task_id: UUID) -> Response | tuple[str, int]:
    """By the holder."""
    return _hand(task_id, DelegateTask, note=request.form.get("text", ""))


def _hand(task_id: UUID, kind: type[AssignTask] | type[DelegateTask], **text: str) -> Response | tuple[str, int]:
    """The button of the warning sends the substitute's id as `instead`."""
    user_id = uuid_or_none(request.form.get("instead") or request.form.get("user_id"))
    try:
        answer = dispatch(kind, task_id=task_id, user_id=user_id, even_absent=request.form.get("even_absent") == "1",
                          **text)
    except Invalid as error:
        return _page(task_id, error), 422
    flash(t(msg("The task is with %(name)s now."), name=answer["name"]))
    return _back(answer["case_id"])


@blueprint.post("/tasks/<uuid:task_id>/follow-up")
@access("task.follow_up")
def follow_up(task_id: UUID) -> Response | tuple[str, int]:
    """The day to look again; empty forgets it."""
    try:
        on = day_or_none(request.form.get("on", ""), "on")
        dispatch(SetFollowUp, task_id=task_id, on=on)
    except Invalid as error:
        return _page(task_id, error), 422
    flash(t(msg("You will find it on top again that day.") if on else msg("The follow-up date is gone.")))
    return redirect(url_for("staff.task", task_id=task_id), 303)


def day_or_none(text: str, field: str) -> date | None:
    """A date as `<input type=date>` sends it, None for an empty field. Raises Invalid at the field."""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        wrong = {field: [(msg("Please choose a date."), dict[str, Any]())]}
        raise Invalid(msg("Please check what is marked."), fields=wrong) from None


def _back(case_id: str) -> Response:
    return redirect(url_for("staff.inbox") if not can("case.read") else url_for("staff.case", case_id=case_id), 303)
