"""Handing a request in, and the page that says it arrived."""

from __future__ import annotations

from flask import redirect, render_template, request, session, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import forms
from app.cases.commands import SubmitCase
from app.kernel.commands import GUEST
from app.kernel.errors import Invalid, NotFound, msg
from app.web import uploads
from app.web.access import PUBLIC, access
from app.web.pages import allow, dispatch, dispatch_as_guest, reading
from app.web.resident import answers, blueprint, intake, places
from app.web.texts import t

PHOTOS = ("photos", "photos_wide")
SENDS_PER_HOUR = 30
"""By one address: a whole committee may sit behind one."""


@blueprint.get("/submit")
@access(PUBLIC)
def submit() -> str:
    """An empty page, one for a module or service, or one that asks to be rung."""
    with reading() as reader:
        draft = intake.read(reader, first=True)
        if draft.values["call_back"]:
            draft.values["text"] = t(msg("Please ring me. I will tell you then what it is about."))
        intake.show(reader, draft, first=True)
        return _page(reader, draft)


@blueprint.post("/submit")
@access(PUBLIC)
def send() -> str | Response | tuple[str, int]:
    """`begin` comes from the box of the first page and shows the rest; other actions change the generated form."""
    action = request.form.get("_action", "")
    first = action == "begin" or "_begin" in request.form
    with reading() as reader:
        draft = intake.read(reader, first=first)
        if action:
            _change(draft, action)
            intake.show(reader, draft, first=first)
            near = answers.here() or places.usual(reader)
            known = answers.of(reader, draft.values["text"], near) if action == "begin" else None
            return _page(reader, draft, known=known)
        good = intake.check(reader, draft)
    if not good:
        return _again(draft, t(msg("Please check what is marked.")))
    allow("submit", per_minutes=60, limit=SENDS_PER_HOUR)
    try:
        nameless = bool(draft.values["anonymous"])
        files = uploads.store_all(PHOTOS, as_guest=nameless)
        send_it = dispatch_as_guest if nameless else dispatch
        data = intake.submission(draft, files)
        answer = send_it(SubmitCase, guest_mark=uploads.guest_mark(GUEST), **data)
    except Invalid as error:
        draft.errors.update(error.fields)
        return _again(draft, t(error.message, **error.params))
    except NotFound:  # of all that is handed in, only photos sent ahead can be gone
        draft.errors["photos"] = [(uploads.LOST, {})]
        return _again(draft, t(msg("Please check what is marked.")), ahead=False)
    session["done"] = {"number": answer["number"], "token": answer["token"]}
    if not nameless:
        places.remember(data["place_id"])
    return redirect(url_for("resident.done"), 303)


def _change(draft: intake.Draft, action: str) -> None:
    """Add or remove a row of a list in the generated form; choose a neighbour's case."""
    kind, _space, rest = action.partition(" ")
    if kind == "similar":
        draft.values["similar"] = rest or draft.values["similar"]
    elif kind == "add":
        draft.extra = {k: v if isinstance(v, str) else list(v) for k, v in forms.with_row(draft.extra, rest).items()}
    elif kind == "remove":
        name, _space, index = rest.rpartition(" ")
        if index.isdecimal():
            kept = forms.without_row(draft.extra, name, int(index))
            draft.extra = {k: v if isinstance(v, str) else list(v) for k, v in kept.items()}


def _page(reader: Session, draft: intake.Draft, problem: str = "", *, known: answers.Known | None = None,
          ahead: bool = True) -> str:
    """`ahead`: keep the photos that were sent before the form."""
    sent = uploads.sent_before(PHOTOS) if ahead else {}
    return render_template("resident/submit.html", draft=draft, problem=problem, known=known, sent=sent,
                           groups=places.groups(reader), before=places.before(reader))


def _again(draft: intake.Draft, problem: str, *, ahead: bool = True) -> tuple[str, int]:
    with reading() as reader:
        return _page(reader, draft, problem, ahead=ahead), 422


@blueprint.get("/done")
@access(PUBLIC)
def done() -> str | Response:
    """Number and personal link, for the browser that just sent a request."""
    sent = session.get("done")
    if not sent:
        return redirect(url_for("resident.home"))
    return render_template("resident/done.html", number=sent["number"],
                           link=url_for("resident.follow", token=sent["token"], _external=True))
