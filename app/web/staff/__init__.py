"""Staff pages: inbox, tasks, cases, overview, incidents."""

from flask import Blueprint

blueprint = Blueprint("staff", __name__, url_prefix="/staff")

from app.web.staff import (  # noqa: E402  views
    absences,
    account,
    bulk,
    cases,
    contact,
    demand,
    demand_months,
    drafts,
    files,
    handing,
    inbox,
    incidents,
    insight,
    intake,
    joining,
    journal,
    live,
    mechanisms,
    messages,
    operating,
    orders,
    oversight,
    overview,
    processes,
    publishing,
    rates,
    saved_views,
    scores,
    tasks,
    today,
)

__all__ = ["absences", "account", "blueprint", "bulk", "cases", "contact", "demand", "demand_months", "drafts",
           "files", "handing", "inbox", "incidents", "insight", "intake", "joining", "journal", "live", "mechanisms",
           "messages", "operating", "orders", "oversight", "overview", "processes", "publishing", "rates",
           "saved_views", "scores", "tasks", "today"]
