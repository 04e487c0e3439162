"""The edge for programs: JSON in, JSON out, with the same commands, rights and sessions as the pages."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

from app.web.api import matters, session, tasks  # noqa: E402  views

__all__ = ["blueprint", "matters", "session", "tasks"]
