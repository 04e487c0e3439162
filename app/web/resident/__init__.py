"""Residents' pages: say it, follow it, answer, rate. They work without JavaScript."""

from flask import Blueprint

blueprint = Blueprint("resident", __name__)

from app.web.resident import demo, find, follow, home, installed, mine, submit  # noqa: E402  views hang themselves on the blueprint

__all__ = ["blueprint", "demo", "find", "follow", "home", "installed", "mine", "submit"]
