"""Downloads of a case's files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from werkzeug.wrappers import Response

from app.cases import queries
from app.kernel.errors import NotFound, msg
from app.tenancy import attachments
from app.web import uploads
from app.web.access import PUBLIC, access
from app.web.pages import reading
from app.web.resident import blueprint as residents
from app.web.sessions import actor
from app.web.staff import blueprint


@blueprint.get("/cases/<uuid:case_id>/files/<uuid:file_id>")
@access("case.read")
def file(case_id: UUID, file_id: UUID) -> Response:
    """For staff who may read the case."""
    with reading() as reader:
        page = queries.case_page(reader, actor(), case_id)
        if file_id not in {one.id for one in page.attachments}:  # another case's, or not for this reader
            raise NotFound(msg("This file is not there."))
        found = attachments.get(reader, file_id)
    return uploads.download(found)


@residents.get("/c/<token>/files/<uuid:file_id>", endpoint="file")
@access(PUBLIC)
def resident_file(token: str, file_id: UUID) -> Response:
    """By personal link."""
    return _own(file_id, token=token)


@residents.get("/my/<uuid:case_id>/files/<uuid:file_id>", endpoint="own_file")
@access("case.read_own")
def resident_own_file(case_id: UUID, file_id: UUID) -> Response:
    """By account."""
    return _own(file_id, case_id=case_id)


def _own(file_id: UUID, **who: Any) -> Response:
    """Only files that the resident's page lists."""
    with reading() as reader:
        page = queries.resident_page(reader, actor=actor(), **who)
        if file_id not in {one.id for one in page.attachments}:
            raise NotFound(msg("This file is not there."))
        found = attachments.get(reader, file_id)
    return uploads.download(found)
