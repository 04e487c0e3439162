"""Photos sent one by one while the text is still being written, so that a bad line costs one of them at most."""

from __future__ import annotations

from flask import jsonify
from werkzeug.wrappers import Response

from app.kernel.errors import YikouError
from app.web import uploads
from app.web.access import PUBLIC, access
from app.web.pages import allow
from app.web.resident import blueprint
from app.web.texts import t

PER_HOUR = 120
"""By one address: eight photos of fifteen people."""


@blueprint.post("/photos")
@access(PUBLIC)
def photo() -> Response:
    """Keeps one file for the form that will name it: {"id"}, or {"error"} in the reader's words.

    The same `_key` again is the same photo: an answer that got lost on the way doubles nothing.
    """
    try:
        allow("photos", per_minutes=60, limit=PER_HOUR)
        attachment_id = uploads.receive("photo")
    except YikouError as error:
        answer = jsonify({"error": t(error.message, **error.params)})
        answer.status_code = error.status
        return answer
    return jsonify({"id": str(attachment_id)})
