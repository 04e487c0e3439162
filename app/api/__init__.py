"""The edge for programs: JSON in, JSON out, with the same commands, rights and sessions as the pages."""

from __future__ import annotations

from flask import Blueprint, Flask

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

from app.api import matters, session, tasks  # noqa: E402  views

__all__ = ["blueprint", "install", "matters", "session", "tasks"]


def install(app: Flask) -> None:
    """Hang the views on the app; sessions, gate and error handlers are those of the pages."""
    app.register_blueprint(blueprint)
