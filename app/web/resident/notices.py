"""Notices as residents find them: on every first page those for their homes, all of them on a page, each on its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import render_template

from app.kernel.errors import NotFound, msg
from app.knowledge import notices as office_notices
from app.notifications import profiles
from app.web.access import PUBLIC, access
from app.web.notices import NoticeView, view_of
from app.web.pages import reading
from app.web.resident import blueprint
from app.web.sessions import signed_in

LIKE = 300
"""Characters of what somebody asks that are looked at."""


@blueprint.app_context_processor
def _names() -> dict[str, Callable[..., Any]]:
    return {"notices_here": here, "notices_like": like}


def here(most: int) -> list[NoticeView]:
    """What stands for the reader, their own homes first; for a visitor what is for everybody."""
    user = signed_in()
    with reading() as reader:
        homes = profiles.homes(reader, user.user_id if user is not None and user.kind == "resident" else None)
        found = office_notices.for_reader(reader, *homes)
        return [view_of(reader, one.notice, mine=one.mine) for one in found[:most]]


def like(text: str) -> list[NoticeView]:
    """Standing notices that share words with what somebody asks."""
    with reading() as reader:
        return [view_of(reader, notice) for notice in office_notices.search(reader, (text or "")[:LIKE])]


@blueprint.get("/notices")
@access(PUBLIC)
def notices() -> str:
    """All that stand, those for the reader's homes first."""
    user = signed_in()
    with reading() as reader:
        homes = profiles.homes(reader, user.user_id if user is not None and user.kind == "resident" else None)
        mine = {one.notice.id for one in office_notices.for_reader(reader, *homes) if one.mine}
        found = [view_of(reader, notice, mine=notice.id in mine) for notice in office_notices.standing(reader)]
    return render_template("resident/notices.html", found=sorted(found, key=lambda one: not one.mine))


@blueprint.get("/notices/<uuid:notice_id>")
@access(PUBLIC)
def notice(notice_id: UUID) -> str:
    """One that stands; a draft, a withdrawn and an ended one are not there."""
    with reading() as reader:
        row = office_notices.get(reader, notice_id)
        shown = view_of(reader, row) if row is not None and row.state == "published" else None
    if shown is None or shown.ended:
        raise NotFound(msg("There is no such notice."))
    return render_template("resident/notice.html", shown=shown)
