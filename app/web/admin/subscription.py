"""The subscription of one's own office and the export of everything, for its administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, send_file, url_for
from werkzeug.wrappers import Response

from app.kernel.errors import msg
from app.offices import archives, queries
from app.offices.commands import RequestExport, TakeExport
from app.tenancy import attachments
from app.tenancy.model import Tenant
from app.web.access import access
from app.web.admin import blueprint
from app.web.admin.offices import office_called, send
from app.web.pages import dispatch, reading
from app.web.sessions import the_office
from app.web.texts import local_now, t

ASKED = msg("Everything is being written into one file. It will be here in a while.")


@blueprint.get("/subscription")
@access("office.export")
def subscription() -> str:
    """What was agreed, what is used of it, and the exports."""
    with reading() as reader:
        standing = queries.standing(reader, the_office().tenant_id)
        months, exports = queries.by_month(reader, the_office().tenant_id), queries.exports(reader)
    return render_template("admin/subscription.html", standing=standing, months=months, exports=exports)


@blueprint.post("/subscription/exports")
@access("office.export")
def request_export() -> Response:
    """Conflict while one is being made."""
    dispatch(RequestExport)
    flash(t(ASKED))
    return redirect(url_for("admin.subscription"), 303)


@blueprint.post("/subscription/exports/<uuid:export_id>")
@access("office.export")
def take_export(export_id: UUID) -> Response:
    """A form, not a link: taking everything away is written down first."""
    return _file(the_office(), export_id, dispatch(TakeExport, export_id=export_id))


@blueprint.post("/offices/<slug>/exports")
@access("tenant.manage")
def request_office_export(slug: str) -> Response:
    """The operator, for any office."""
    send(slug, RequestExport)
    flash(t(ASKED))
    return redirect(url_for("admin.office", slug=slug), 303)


@blueprint.post("/offices/<slug>/exports/<uuid:export_id>")
@access("tenant.manage")
def take_office_export(slug: str, export_id: UUID) -> Response:
    """The operator, of any office."""
    taken = send(slug, TakeExport, export_id=export_id)
    return _file(office_called(slug), export_id, taken)


def _file(office: Tenant, export_id: UUID, taken: Mapping[str, Any]) -> Response:
    """Streamed from where exports lie; a browser saves it and opens nothing."""
    name = f"{office.slug}-{local_now():%Y%m%d}.zip"
    content = archives.content(office.tenant_id, export_id, taken["sha256"])
    answer = send_file(content, mimetype="application/zip", conditional=False, etag=False)
    answer.content_length = taken["size"]
    answer.headers["Content-Disposition"] = attachments.content_disposition(name)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
