"""Pages of the Studio: analysts change diagrams, tables and forms, and see the effect before they publish."""

from flask import Blueprint

blueprint = Blueprint("studio", __name__, url_prefix="/studio")

from app.web.studio import (  # noqa: E402  views
    data,
    deciding,
    differences,
    drift,
    editor,
    effect,
    expressions,
    form_preview,
    heat,
    in_force,
    known,
    options,
    overview,
    packages,
    rule_effect,
    rule_language,
    saving,
    waits,
    walk_scenarios,
    walks,
)

__all__ = ["blueprint", "data", "deciding", "differences", "drift", "editor", "effect", "expressions", "form_preview",
           "heat", "in_force", "known", "options", "overview", "packages", "rule_effect", "rule_language", "saving",
           "waits", "walk_scenarios", "walks"]
