"""An administrator enters an absence for somebody else."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from app.kernel.errors import Invalid, msg
from app.web.access import access
from app.web.admin import blueprint
from app.web.admin.people import refused_page
from app.web.staff import absences
from app.web.texts import t


@blueprint.post("/people/<uuid:user_id>/absence")
@access("user.manage")
def enter_absence(user_id: UUID) -> Response | tuple[str, int]:
    """The substitute may have any role: an administrator answers for it."""
    try:
        absences.enter(user_id)
    except Invalid as error:
        return refused_page(user_id, error), 422
    flash(t(msg("The absence is entered.")))
    return redirect(url_for("admin.person", user_id=user_id), 303)
