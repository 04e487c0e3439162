"""Notices: the lists, one with its preview and how many it reaches, publish and withdraw."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import queries as auth
from app.kernel.errors import Conflict, Invalid, NotFound, YikouError, msg
from app.knowledge import notices as office_notices
from app.notifications import profiles
from app.notifications import queries as messages
from app.web.access import access
from app.web.admin import blueprint
from app.web.admin.sent import expect, refused, text
from app.web.notices import view_of
from app.web.pages import dispatch, reading
from app.web.texts import t

LISTS = ("current", "coming", "draft", "ended", "withdrawn")


@blueprint.get("/notices")
@access("notice.publish")
def notices() -> str:
    """`list` is current, coming, draft, ended or withdrawn."""
    which = request.args.get("list", "")
    which = which if which in LISTS else "current"
    with reading() as reader:
        found = [view_of(reader, notice) for notice in office_notices.listing(reader, which)]
    return render_template("admin/notices.html", found=found, which=which, lists=LISTS)


@blueprint.get("/notices/<uuid:notice_id>")
@access("notice.publish")
def notice(notice_id: UUID) -> str:
    """As a resident sees it, whom it reaches, how far telling them has come, and what it said before."""
    return one_page(notice_id)


def one_page(notice_id: UUID, error: YikouError | None = None) -> str:
    """Raises NotFound."""
    with reading() as reader:
        row = office_notices.get(reader, notice_id)
        if row is None:
            raise NotFound(msg("There is no such notice."))
        covered, interests = office_notices.meant_for(reader, row)
        history = office_notices.history(reader, notice_id)
        facts: dict[str, Any] = {
            "shown": view_of(reader, row), "reach": profiles.audience(reader, covered, interests),
            "push": messages.push_of(reader, notice_id), "counts": messages.counts_about(reader, notice_id),
            "people": auth.names(reader, {one.by_user_id for one in history if one.by_user_id is not None})}
    return render_template("admin/notice.html", history=history, values=request.form, **facts, **refused(error))


@blueprint.post("/notices/<uuid:notice_id>/publish")
@access("notice.publish")
def publish_notice(notice_id: UUID) -> Response | tuple[str, int]:
    """`push`: tell those it is for."""
    return _act(notice_id, office_notices.PublishNotice, msg("The notice is published."), push=bool(text("push")),
                again=bool(text("again")))


@blueprint.post("/notices/<uuid:notice_id>/withdraw")
@access("notice.publish")
def withdraw_notice(notice_id: UUID) -> Response | tuple[str, int]:
    """Residents see it no more."""
    return _act(notice_id, office_notices.WithdrawNotice, msg("The notice is withdrawn."))


def _act(notice_id: UUID, kind: Any, done: str, **data: Any) -> Response | tuple[str, int]:
    try:
        expect("reason", "push", "again")
        dispatch(kind, notice_id=notice_id, reason=text("reason"), **data)
    except (Invalid, Conflict) as error:
        return one_page(notice_id, error), error.status
    flash(t(done))
    return redirect(url_for("admin.notice", notice_id=notice_id), 303)
