"""Pages of the Studio: analysts change diagrams, tables and forms, and see the effect before they publish."""

from flask import Blueprint

blueprint = Blueprint("studio", __name__, url_prefix="/studio")

from app.web.studio import deciding as deciding  # noqa: E402  views
from app.web.studio import differences as differences  # noqa: E402
from app.web.studio import editor as editor  # noqa: E402
from app.web.studio import effect as effect  # noqa: E402
from app.web.studio import heat as heat  # noqa: E402
from app.web.studio import in_force as in_force  # noqa: E402
from app.web.studio import options as options  # noqa: E402
from app.web.studio import overview as overview  # noqa: E402
from app.web.studio import saving as saving  # noqa: E402
