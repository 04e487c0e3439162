"""Staff pages: inbox, tasks, cases, overview, incidents."""

from flask import Blueprint

blueprint = Blueprint("staff", __name__, url_prefix="/staff")

from app.web.staff import account, cases, files, inbox, incidents, intake, overview, tasks  # noqa: E402  views

__all__ = ["account", "blueprint", "cases", "files", "inbox", "incidents", "intake", "overview", "tasks"]
