"""Pages of administrators and of the platform operator: the office's own data, definitions, messages, the trail."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

from app.web.admin import absences as absences  # noqa: E402
from app.web.admin import (  # noqa: E402  views
    audit,
    calendar,
    checking,
    decision_tables,
    definitions,
    diagram_profile,
    erasing,
    knowledge,
    menu,
    messages,
    moving_cases,
    moving_runs,
    new_office,
    notice_form,
    notices,
    office_settings,
    offices,
    people,
    places,
    publishing,
    replies,
    retention,
    rule_faults,
    rule_trials,
    service_forms,
    services,
    starts,
    subscription,
    supervision_rules,
    templates,
    units,
    versions,
)

__all__ = ["audit", "blueprint", "calendar", "checking", "decision_tables", "definitions",
           "diagram_profile", "erasing", "knowledge", "menu", "messages", "moving_cases", "moving_runs", "new_office",
           "notice_form", "notices", "office_settings", "offices", "people", "places", "publishing", "replies",
           "retention", "rule_faults", "rule_trials", "service_forms", "services", "starts",
           "subscription", "supervision_rules", "templates", "units", "versions"]
