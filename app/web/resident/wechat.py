"""Linking one's WeChat account: WeChat says who somebody is there, after the browser went to ask."""

from __future__ import annotations

import hmac
import secrets

from flask import flash, redirect, request, session, url_for
from werkzeug.wrappers import Response

from app.kernel.errors import NotFound, msg
from app.notifications import profiles, wechat_accounts
from app.web.access import access
from app.web.pages import unkeyed
from app.web.resident import blueprint
from app.web.texts import t


@blueprint.get("/my/profile/wechat/ask")
@access("profile.edit")
def ask_wechat() -> Response:
    """Away to WeChat with a mark that must come back. A link, since forms may lead to our own pages only."""
    session["wechat"] = secrets.token_urlsafe(16)
    there = wechat_accounts.link(url_for("resident.wechat_back", _external=True), session["wechat"])
    if there is None:
        raise NotFound(msg("This page is not there."))
    return redirect(there, 303)


@blueprint.get("/my/profile/wechat")
@access("profile.edit")
def wechat_back() -> Response:
    """Only with the mark of this browser: nobody links somebody else's account."""
    mark = str(session.pop("wechat", ""))
    known = mark and hmac.compare_digest(mark.encode(), request.args.get("state", "").encode())
    openid = wechat_accounts.openid(request.args.get("code", "")) if known else ""
    if openid:
        unkeyed(profiles.LinkWechat, openid=openid)
        flash(t(msg("Your WeChat account is linked. Choose what is to go there.")))
    else:
        flash(t(msg("WeChat did not tell us who you are. Please try again.")), "bad")
    return redirect(url_for("resident.profile"), 303)


@blueprint.post("/my/profile/wechat")
@access("profile.edit")
def part_wechat() -> Response:
    """The accounts know nothing of each other any more."""
    unkeyed(profiles.LinkWechat, openid="")
    flash(t(msg("Saved.")))
    return redirect(url_for("resident.profile"), 303)
