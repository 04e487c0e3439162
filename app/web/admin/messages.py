"""Messages that left the house, or would have in a demonstration. Elsewhere addresses are masked and words hidden."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.kernel.errors import msg
from app.notifications import queries
from app.notifications.commands import SendAgain
from app.web.access import access
from app.web.admin import blueprint
from app.web.admin.sent import expect
from app.web.pages import dispatch, reading
from app.web.sessions import the_office
from app.web.texts import t

STATES = ("queued", "sending", "handed", "sent", "failed", "skipped")
MOST = 200


@blueprint.get("/messages")
@access("message.read")
def messages() -> str:
    """The newest 200; `state` shows only those in one state."""
    state = request.args.get("state", "")
    with reading() as reader:
        found = queries.outgoing(reader, state=state if state in STATES else None, limit=MOST)
    open_words = the_office().is_demo
    rows = [(row, address if open_words else masked(address), open_words) for row, address in found]
    return render_template("admin/messages.html", rows=rows, state=state, states=STATES)


@blueprint.post("/messages/<uuid:notification_id>/again")
@access("message.read")
def send_again(notification_id: UUID) -> Response:
    """Only a message that failed."""
    expect()
    dispatch(SendAgain, notification_id=notification_id)
    flash(t(msg("The message waits to be sent again.")))
    return redirect(url_for("admin.messages"), 303)


def masked(address: str | None) -> str:
    """Enough to tell two apart, too little to reach anybody; empty for an erased address."""
    if not address:
        return ""
    if "@" in address:
        name, _at, host = address.rpartition("@")
        return f"{name[:1]}…@{host}"
    return f"{address[:3]}****{address[-2:]}" if len(address) > 7 else "****"
