"""Pages of the Studio: analysts change diagrams, tables and forms, and see the effect before they publish."""

from flask import Blueprint

blueprint = Blueprint("studio", __name__, url_prefix="/studio")

from app.web.studio import expressions as expressions  # noqa: E402  views
from app.web.studio import form_preview as form_preview  # noqa: E402
