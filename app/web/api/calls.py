"""What every view of the API needs: the body as a document, and a command with the key of the header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from app.kernel import bus, documents
from app.kernel.commands import Command
from app.kernel.errors import Invalid, msg
from app.web.sessions import actor, the_office

KEY_HEADER, MOST_KEY = "Idempotency-Key", 64


def body() -> Mapping[str, Any]:
    """The JSON object that was sent, numbers exact; an empty body is an empty object. Raises Invalid."""
    sent = request.get_data()
    try:
        found = documents.load(sent) if sent.strip() else {}
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Invalid(msg("The body is no JSON object."))
    return found


def part(sent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object within the body; an empty one where it is missing. Raises Invalid."""
    found = sent.get(name, {})
    if not isinstance(found, dict):
        raise Invalid(msg("%(name)s is no JSON object."), name=name)
    return found


def dispatch(kind: type[Command], /, **data: Any) -> Any:
    """A command of this request's office and actor; sent again with the same key, it gives the first answer again."""
    key = request.headers.get(KEY_HEADER, "")[:MOST_KEY] or None
    return bus.dispatch(kind(tenant_id=the_office().tenant_id, actor=actor(), key=key, **data))


def answer(document: Any, status: int = 200) -> Response:
    """JSON, exact numbers."""
    return Response(documents.dump(document), status=status, mimetype="application/json")
