"""A clerk hands a request in for a caller or visitor; the page is the resident's with a channel."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.cases.commands import SubmitCase
from app.kernel.errors import Invalid, msg
from app.web import uploads
from app.web.access import access
from app.web.pages import dispatch, reading
from app.web.resident import intake
from app.web.staff import blueprint
from app.web.texts import t

CHANNELS = ("phone", "counter", "visit", "12345", "message", "wechat")
URGENCIES = ("normal", "urgent", "emergency")


@blueprint.get("/new")
@access("case.register")
def new_case() -> str:
    """An empty page."""
    with reading() as reader:
        draft = intake.read(reader, first=True)
        intake.show(reader, draft, first=True)
    return _page(draft)


def _page(draft: intake.Draft, problem: str = "") -> str:
    return render_template("staff/new_case.html", draft=draft, problem=problem, channels=CHANNELS,
                           urgencies=URGENCIES)


@blueprint.post("/new")
@access("case.register")
def send_new_case() -> str | Response | tuple[str, int]:
    """As the resident's page."""
    action = request.form.get("_action", "")
    with reading() as reader:
        draft = intake.read(reader)
        if action:
            intake.show(reader, draft)
            return _page(draft)
        good = intake.check(reader, draft)
    if not good:
        return _page(draft, t(msg("Please check what is marked."))), 422
    channel = draft.values["channel"] if draft.values["channel"] in CHANNELS else "phone"
    urgency = draft.values["urgency"] if draft.values["urgency"] in URGENCIES else None
    data = intake.submission(draft, uploads.store("photos"))
    try:
        answer = dispatch(SubmitCase, **data, channel=channel, urgency_claimed=urgency)
    except Invalid as error:
        draft.errors.update(error.fields)
        return _page(draft, t(error.message, **error.params)), 422
    flash(t(msg("Case %(number)s is taken in."), number=answer["number"]))
    return redirect(url_for("staff.case", case_id=answer["case_id"]), 303)
