"""Routes are closed by default: each view declares who may ask, and nothing runs without that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, g, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from app.auth import policy
from app.kernel.errors import Forbidden, msg
from app.web.sessions import actor, office, signed_in
from app.web.tenant_paths import LOST

F = TypeVar("F", bound=Callable[..., Any])
PUBLIC, SIGNED_IN = "public", "signed_in"
WITHOUT_OFFICE = frozenset({"static", "resident.home", "health", "ready"})
"""Endpoints that answer on an installation's bare address too."""
WITH_ONE_TIME_PASSWORD = frozenset({"staff.first_password", "staff.choose_password", "staff.sign_out"})
"""All that somebody may do whose password was given by another person."""


def access(who: str) -> Callable[[F], F]:
    """`public`, `signed_in`, or an action of `auth.policy`. KeyError for an action that no role has."""
    if who not in (PUBLIC, SIGNED_IN):
        policy.roles_that_may(who)

    def mark(view: F) -> F:
        view.yikou_access = who  # type: ignore[attr-defined]
        return view

    return mark


def declared(app: Flask, endpoint: str) -> str | None:
    """What a view declared; None when it declared nothing."""
    if endpoint == "static":
        return PUBLIC
    found: str | None = getattr(app.view_functions.get(endpoint), "yikou_access", None)
    return found


def install(app: Flask) -> None:
    """The gate runs before every view."""

    @app.before_request
    def gate() -> Response | None:
        g.nonce = None
        if request.environ.get(LOST) is not None:
            raise request.environ[LOST]
        if request.endpoint is None:
            return None  # Flask answers 404 or 405
        if office() is None and request.endpoint not in WITHOUT_OFFICE:
            raise NotFound
        return _check(declared(app, request.endpoint))


def _check(who: str | None) -> Response | None:
    if who == PUBLIC:
        return None
    if who is None:
        raise Forbidden(msg("You may not do this."))
    user = signed_in()
    if user is None:
        return _ask_to_sign_in(who)
    if user.must_change:
        return None if request.endpoint in WITH_ONE_TIME_PASSWORD else redirect(url_for("staff.first_password"))
    if who != SIGNED_IN:
        policy.require(actor(), who)
    return None


def _ask_to_sign_in(who: str) -> Response:
    if request.method not in ("GET", "HEAD"):
        raise Forbidden(msg("Please sign in first. What you typed was not stored."))
    residents = who in (SIGNED_IN, "case.read_own")
    page = "resident.sign_in" if residents else "staff.sign_in"
    target = request.full_path if request.query_string else request.path
    return redirect(url_for(page, next=target))
