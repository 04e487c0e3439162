"""What stopped: incidents of processes, to be seen and tried again."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.cases import queries
from app.cases.commands import RetryIncident
from app.kernel.errors import msg
from app.rules import queries as rules
from app.tenancy import attachments
from app.web.access import access
from app.web.pages import dispatch, reading
from app.web.sessions import actor
from app.web.staff import blueprint
from app.web.texts import t


@blueprint.get("/incidents")
@access("incident.read")
def incidents() -> str:
    """Open ones first."""
    with reading() as reader:
        found, files = queries.incidents(reader, actor()), attachments.waiting(reader)
        stopped, _ = rules.faults(reader)
    return render_template("staff/incidents.html", incidents=found, files=files, scanner=attachments.has_scanner(),
                           stopped=stopped)


@blueprint.post("/incidents/<uuid:incident_id>/retry")
@access("incident.retry")
def retry(incident_id: UUID) -> Response:
    """Try the stopped step once more."""
    answer = dispatch(RetryIncident, incident_id=incident_id)
    if answer.get("resolved"):
        flash(t(msg("It went through: the case goes on.")))
    else:
        flash(t(msg("It stopped again. See the message below.")), "warn")
    return redirect(url_for("staff.incidents"), 303)


@blueprint.post("/incidents/files")
@access("incident.retry")
def check_files() -> Response:
    """Ask the virus scanner now about what waits for it."""
    answer = dispatch(attachments.RetryScans)
    flash(t(msg("%(files)s files are asked about now."), files=answer["files"]))
    return redirect(url_for("staff.incidents"), 303)
