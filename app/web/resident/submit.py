"""Handing a request in, and the page that says it arrived."""

from __future__ import annotations

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from app import forms
from app.cases.commands import SubmitCase
from app.kernel.commands import GUEST
from app.kernel.errors import Invalid, msg
from app.web import uploads
from app.web.access import PUBLIC, access
from app.web.pages import allow, dispatch, dispatch_as_guest, reading
from app.web.resident import answers, blueprint, intake
from app.web.sessions import actor
from app.web.texts import t

SENDS_PER_HOUR = 30
"""By one address: a whole committee may sit behind one."""


@blueprint.get("/submit")
@access(PUBLIC)
def submit() -> str:
    """An empty page, or one for a module or service."""
    with reading() as reader:
        draft = intake.read(reader, first=True)
        intake.show(reader, draft, first=True)
    return render_template("resident/submit.html", draft=draft, problem="")


@blueprint.post("/submit")
@access(PUBLIC)
def send() -> str | Response | tuple[str, int]:
    """`begin` comes from the box of the first page and shows the rest; other actions change the generated form."""
    action = request.form.get("_action", "")
    with reading() as reader:
        draft = intake.read(reader, first=action == "begin")
        if action:
            _change(draft, action)
            intake.show(reader, draft, first=action == "begin")
            known = answers.of(reader, draft.values["text"]) if action == "begin" else None
            return render_template("resident/submit.html", draft=draft, problem="", known=known)
        good = intake.check(reader, draft)
    if not good:
        return _again(draft, t(msg("Please check what is marked.")))
    allow("submit", per_minutes=60, limit=SENDS_PER_HOUR)
    try:
        nameless = bool(draft.values["anonymous"])
        files = uploads.store_all(("photos", "photos_wide"), as_guest=nameless)
        send_it = dispatch_as_guest if nameless else dispatch
        mark = uploads.guest_mark(GUEST if nameless else actor())
        answer = send_it(SubmitCase, guest_mark=mark, **intake.submission(draft, files))
    except Invalid as error:
        draft.errors.update(error.fields)
        return _again(draft, t(error.message, **error.params))
    session["done"] = {"number": answer["number"], "token": answer["token"]}
    return redirect(url_for("resident.done"), 303)


def _change(draft: intake.Draft, action: str) -> None:
    """Add or remove a row of a list in the generated form."""
    kind, _space, rest = action.partition(" ")
    if kind == "add":
        draft.extra = {k: v if isinstance(v, str) else list(v) for k, v in forms.with_row(draft.extra, rest).items()}
    elif kind == "remove":
        name, _space, index = rest.rpartition(" ")
        if index.isdecimal():
            kept = forms.without_row(draft.extra, name, int(index))
            draft.extra = {k: v if isinstance(v, str) else list(v) for k, v in kept.items()}


def _again(draft: intake.Draft, problem: str) -> tuple[str, int]:
    return render_template("resident/submit.html", draft=draft, problem=problem), 422


@blueprint.get("/done")
@access(PUBLIC)
def done() -> str | Response:
    """Number and personal link, for the browser that just sent a request."""
    sent = session.get("done")
    if not sent:
        return redirect(url_for("resident.home"))
    return render_template("resident/done.html", number=sent["number"],
                           link=url_for("resident.follow", token=sent["token"], _external=True))
