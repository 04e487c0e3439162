"""Asking while the words are still being written: a part of a page for scripts, the whole first page without them."""

from __future__ import annotations

from flask import render_template, request

from app.web.access import PUBLIC, access
from app.web.pages import reading
from app.web.resident import answers, blueprint, home, places


@blueprint.post("/ask")
@access(PUBLIC)
def ask() -> str:
    """Sent by POST, so that nobody's words get into an address or a log. Changes nothing."""
    with reading() as reader:
        known = answers.of(reader, request.form.get("c-text", ""), answers.here() or places.usual(reader))
    if request.form.get("_part"):
        return render_template("resident/known.html", known=known)
    return home.page(known)
