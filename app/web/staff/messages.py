"""Messages to staff inside the house: the bell with its count, the list, and what was read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import policy
from app.cases import queries as cases
from app.kernel.errors import msg
from app.notifications import queries
from app.notifications.commands import MarkRead
from app.notifications.model import Notification
from app.studio import KINDS as STUDIO_KINDS
from app.web.access import access
from app.web.pages import next_page, reading, unkeyed, uuid_or_none
from app.web.sessions import actor, signed_in
from app.web.staff import blueprint
from app.web.texts import t

MOST = 100


def unread() -> int:
    """How many messages wait for the reader; at most 100 are counted."""
    if signed_in() is None:
        return 0
    with reading() as reader:
        return queries.unread(reader, actor().user_id, actor().groups, MOST)


@blueprint.app_context_processor
def _names() -> dict[str, Any]:
    return {"unread_messages": unread}


@blueprint.get("/messages")
@access("staff.enter")
def messages() -> str:
    """To the reader and to their groups, the newest first."""
    with reading() as reader:
        found = queries.inbox(reader, actor().user_id, actor().groups, MOST)
        covers = cases.covers(reader, actor(), {one.case_id for one in found if one.case_id})
        words = {one.id: tuple(covers[one.case_id](text) if one.case_id in covers else text
                               for text in (one.subject, one.body)) for one in found}
    return render_template("staff/messages.html", messages=found, words=words, drafts=_drafts(found))


def _drafts(found: Iterable[Notification]) -> dict[UUID, str]:
    """Pages of the drafts that messages tell of, for who may open them."""
    if not policy.can(actor(), "definition.draft"):
        return {}
    return {one.id: url_for("studio.deciding", kind=one.params["draft_kind"], key=one.params["draft_key"])
            for one in found if one.params.get("draft_kind") in STUDIO_KINDS and "draft_key" in one.params}


@blueprint.post("/messages/<uuid:notification_id>/read")
@access("staff.enter")
def read_message(notification_id: UUID) -> Response:
    """A message to a group is read for the group."""
    unkeyed(MarkRead, notification_id=notification_id)
    return redirect(next_page("staff.messages"), 303)


@blueprint.post("/messages/read")
@access("staff.enter")
def read_messages() -> Response:
    """Those that the page showed: what came meanwhile stays unread."""
    for found in map(uuid_or_none, request.form.getlist("message")[:MOST]):
        if found is not None:
            unkeyed(MarkRead, notification_id=found)
    flash(t(msg("All are marked as read.")))
    return redirect(url_for("staff.messages"), 303)
