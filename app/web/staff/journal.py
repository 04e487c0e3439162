"""Lines that staff add to a case's journal: notes with colleagues named, and tries to speak with the resident."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, jsonify, redirect, request, url_for
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from app.cases import queries
from app.cases.commands import AddNote, LogContact
from app.kernel.errors import Invalid, msg
from app.web import uploads
from app.web.access import access
from app.web.pages import dispatch, reading
from app.web.sessions import actor
from app.web.staff import blueprint, cases
from app.web.staff.handing import day_or_none
from app.web.texts import t

CHANNELS = ("phone", "visit", "message")
MOST_NAMES = 300


@blueprint.app_context_processor
def _names() -> dict[str, Any]:
    return {"contact_channels": CHANNELS}


@blueprint.post("/cases/<uuid:case_id>/notes")
@access("note.add")
def note(case_id: UUID) -> Response | tuple[str, int]:
    """A line in the journal, with files."""
    visibility = "public" if request.form.get("visibility") == "public" else "staff"
    try:
        answer = dispatch(AddNote, case_id=case_id, text=request.form.get("text", ""), visibility=visibility,
                          attachment_ids=uploads.store("files"))
    except Invalid as error:
        return cases.show(case_id, request.form, error), 422
    if answer.get("mentioned"):
        flash(t(msg("The note stands in the journal. Colleagues told: %(count)s"), count=answer["mentioned"]))
    else:
        flash(t(msg("The note stands in the journal.")))
    return redirect(url_for("staff.case", case_id=case_id), 303)


@blueprint.post("/cases/<uuid:case_id>/contacts")
@access("note.add")
def log_contact(case_id: UUID) -> Response | tuple[str, int]:
    """Reached or not, with whom, what was said, and when to try again."""
    sent = request.form
    try:
        if sent.get("reached") not in ("yes", "no"):
            raise Invalid(msg("Please check what is marked."),
                          fields={"reached": [(msg("Please choose one of the options."), {})]})
        dispatch(LogContact, case_id=case_id, channel=sent.get("contact_channel", ""),
                 reached=sent.get("reached") == "yes", with_whom=sent.get("with_whom", ""), text=sent.get("said", ""),
                 next_try_on=day_or_none(sent.get("next_try_on", ""), "next_try_on"),
                 tell_resident=sent.get("tell_resident") == "on")
    except Invalid as error:
        return cases.show(case_id, sent, error), 422
    flash(t(msg("The contact stands in the journal.")))
    return redirect(url_for("staff.case", case_id=case_id), 303)


@blueprint.get("/cases/<uuid:case_id>/colleagues")
@access("note.add")
def colleagues(case_id: UUID) -> Response:
    """For scripts: sign-in names and names of those who may be named in a note on this case."""
    with reading() as reader:
        found = queries.colleagues(reader, actor(), case_id)
    return jsonify([{"login": one.login, "name": one.name} for one in found[:MOST_NAMES]])


@blueprint.app_template_filter("with_mentions")
def with_mentions(entry: Any) -> Markup:
    """The words of a line; colleagues named in it are marked, and called by their names."""
    text = escape(entry.body)
    for written, name in sorted(entry.mentions, key=lambda one: -len(one[0])):
        shown = Markup('<span class="mention">{}</span>').format(written)
        if name and written[1:] != name:
            shown += Markup(" ({})").format(name)
        text = Markup(str(text).replace(str(escape(written)), str(shown), 1))  # noqa: S704  both parts are escaped
    return text
