"""Residents' pages: say it, follow it, answer, rate. They work without JavaScript."""

from flask import Blueprint

blueprint = Blueprint("resident", __name__)

from app.web.resident import (  # noqa: E402  views hang themselves on the blueprint
    ask,
    commitments,
    demo,
    find,
    follow,
    home,
    installed,
    mine,
    monthly,
    notices,
    photos,
    places,
    profile,
    published,
    stopping,
    submit,
    wechat,
)

__all__ = ["ask", "blueprint", "commitments", "demo", "find", "follow", "home", "installed", "mine", "monthly",
           "notices", "photos", "places", "profile", "published", "stopping", "submit", "wechat"]
