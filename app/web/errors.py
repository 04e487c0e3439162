"""Error pages. Every 404 is the same page, whatever was asked for, and no page shows a stack trace."""

from __future__ import annotations

import json
import logging
from typing import Any

from flask import Flask, current_app, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.auth.commands import RecordDenial
from app.kernel import bus, database
from app.kernel.errors import FieldErrors, Forbidden, Invalid, Paused, YikouError, msg
from app.web.sessions import actor, office
from app.web.texts import t

log = logging.getLogger(__name__)
TITLES = {
    400: msg("The page could not read what was sent"),
    403: msg("You may not open this"),
    404: msg("There is nothing here"),
    405: msg("This cannot be done here"),
    409: msg("Something has changed in the meantime"),
    413: msg("That is too large"),
    422: msg("Please check what you entered"),
    429: msg("Please wait a moment"),
    500: msg("Something went wrong on our side"),
}
TEXTS = {
    400: msg("Please go back, reload the page and try again."),
    403: msg("Your account does not have the right to open this page. Ask your administrator if you need it."),
    404: msg("The address is wrong, or what stood here is not for you to see."),
    405: msg("Please go back and use the buttons of the page."),
    413: msg("Please send fewer or smaller files. A photo may have up to 10 MB."),
    500: msg("It was written down and we will look into it. What you did before is safe. Please try again."),
}
FALLBACK = 400
UNAVAILABLE = msg("The database cannot be asked right now. Please try again in a moment.")


RETRY_SECONDS = 30


def install(app: Flask) -> None:
    """Register the pages."""
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(PoolTimeout, _unavailable)
    app.register_error_handler(YikouError, _domain)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def page(status: int, text: str | None = None, title: str | None = None) -> Response:
    """The page of a status; `text` says more than the usual words."""
    kind = status if status in TITLES else FALLBACK
    usual = TEXTS.get(kind)
    if for_program():
        return told(status, text or t(usual or TITLES[kind]))
    body = render_template("error.html", status=status, title=title or t(TITLES[kind]),
                           text=text or (t(usual) if usual else ""))
    return Response(body, status=status, mimetype="text/html")


def for_program() -> bool:
    """Whether the answer is read by a program."""
    return request.path.startswith("/api/")


def told(status: int, text: str, fields: FieldErrors | None = None) -> Response:
    """An error as JSON: `{"error", "fields"?}`, in the reader's language."""
    found: dict[str, Any] = {"error": text}
    if fields:
        found["fields"] = {name: [t(message, **params) for message, params in faults]
                           for name, faults in fields.items()}
    return Response(json.dumps(found, ensure_ascii=False), status=status, mimetype="application/json")


def _domain(error: YikouError) -> Response:
    if isinstance(error, Forbidden):
        _record_denial()
    if for_program():
        return told(error.status, t(error.message, **error.params),
                    error.fields if isinstance(error, Invalid) else None)
    if isinstance(error, Forbidden):
        return page(403, t(error.message, **error.params) if actor().kind == "guest" else None)
    if error.status == 404:
        return page(404)
    if isinstance(error, Paused):
        return page(error.status, suspended_text(), t(msg("This office is suspended")))
    return page(error.status, t(error.message, **error.params))


def suspended_text() -> str:
    """What does not go now, and whom to ring."""
    here = office()
    phone = (here.settings or {}).get("contact_phone") if here is not None else None
    text = t(msg("What was sent was not stored: nothing can be handed in or changed here for now. "
                 "Everything that is there can still be read."))
    return f"{text} {t(msg('Please ring %(phone)s.'), phone=phone)}" if phone else text


def _csrf(_error: CSRFError) -> Response:
    return page(400, t(msg("This page was open for too long, or another one sent it. Please reload and try again.")))


def _http(error: HTTPException) -> Response:
    answer = error.get_response()
    if answer.status_code < 400:
        return Response(answer.get_data(), answer.status_code, answer.headers)
    return page(error.code or 500)


def _database(error: DBAPIError) -> Response:
    """A database that is gone, full or read-only: 503, and when to come again. What else it refuses is our fault."""
    if not database.cannot_be_asked(error):
        return _unexpected(error)
    return _unavailable(error)


def _unavailable(error: DBAPIError | PoolTimeout) -> Response:
    """Also when all connections hang on a database that does not answer any more."""
    what = type(error.orig if isinstance(error, DBAPIError) else error).__name__
    log.error("%s %s: the database cannot be asked: %s", request.method, request.path, what)
    if for_program():
        answer = told(503, t(UNAVAILABLE))
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
        return answer
    css = url_for("static", filename="css/resident.css")
    body = current_app.jinja_env.get_template("unavailable.html").render(css=css)
    return Response(body, status=503, mimetype="text/html", headers={"Retry-After": str(RETRY_SECONDS)})


def _unexpected(error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return page(500)


def _record_denial() -> None:
    """Ids only: who, and the name of the route."""
    here = office()
    if here is not None and request.endpoint:
        bus.dispatch(RecordDenial(tenant_id=here.tenant_id, actor=actor(), place=request.endpoint))
