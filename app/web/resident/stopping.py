"""The end of a mail leads here: stop all messages without signing in. Mail programs do it with one POST (RFC 8058)."""

from __future__ import annotations

from flask import render_template

from app.extensions import csrf
from app.kernel.errors import NotFound, msg
from app.notifications import profiles
from app.web.access import PUBLIC, access
from app.web.pages import allow, reading, unkeyed
from app.web.resident import blueprint


@blueprint.get("/stop/<token>")
@access(PUBLIC)
def ask_to_stop(token: str) -> str:
    """A button: programs that open every link of a mail must not stop anything."""
    with reading() as reader:
        known = profiles.may_stop(reader, token)
    if not known:
        raise NotFound(msg("This page is not there."))
    return render_template("resident/stop.html", token=token, done=False)


@blueprint.post("/stop/<token>")
@access(PUBLIC)
@csrf.exempt  # type: ignore[untyped-decorator]
def stop(token: str) -> str:
    """The link is the right to do this, and to nothing else; a mail program has no mark of a form to send."""
    allow("stop", per_minutes=10, limit=60)
    unkeyed(profiles.StopMessages, token=token)
    return render_template("resident/stop.html", token=token, done=True)
