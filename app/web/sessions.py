"""The browser's session: a signed cookie that belongs to one office and names a row of sign-in sessions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Flask, current_app, g, request, session
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from werkzeug.wrappers import Response

from app.auth import queries
from app.auth.queries import SignedInUser
from app.kernel.commands import GUEST, Actor
from app.tenancy.model import Tenant
from app.web.tenant_paths import OFFICE

PREFERENCES = ("lang",)
"""What a reader chose for the browser. It says nothing about a person and outlives a sign-in."""
VIEW, VIEW_DAYS = "yikou-view", 400
"""The elder view is a cookie of its own: chosen once, it stays, however long nobody signs in."""
_UNASKED: Any = object()


class OfficeSessions(SecureCookieSessionInterface):
    """Each office under a path prefix has a cookie of its own."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """As its base, made once for each key."""
        if self._made is None or self._made[0] != app.secret_key:
            self._made = app.secret_key, super().get_signing_serializer(app)
        return self._made[1]

    _made: tuple[Any, URLSafeTimedSerializer | None] | None = None

    def get_cookie_path(self, app: Flask) -> str:
        """The prefix, where there is one."""
        return request.script_root + "/" if request.script_root else "/"

    def get_cookie_name(self, app: Flask) -> str:
        """`__Host-` asks for the path `/`; under a prefix the name promises HTTPS only."""
        name = str(app.config["SESSION_COOKIE_NAME"])
        return name.replace("__Host-", "__Secure-") if request.script_root else name


def office() -> Tenant | None:
    """The office of this request."""
    found: Tenant | None = request.environ.get(OFFICE)
    return found


def the_office() -> Tenant:
    """The office; views behind the gate always have one."""
    found = office()
    if found is None:
        raise RuntimeError("a view without an office asked for it")
    return found


def begin(answer: dict[str, Any]) -> None:
    """After a sign-in: everything the session held before is gone, also its CSRF token; language and view stay."""
    _clear()
    session["office"], session["sid"] = str(the_office().tenant_id), answer["session_id"]
    g.pop("signed_in", None)


def forget() -> None:
    """The cookie holds nothing any more but language and view."""
    _clear()
    g.pop("signed_in", None)


def _clear() -> None:
    kept = {name: session[name] for name in PREFERENCES if name in session}
    session.clear()
    session.update(kept)
    session.permanent = bool(kept)


def choose_view(answer: Response, *, large: bool) -> None:
    """Keep the chosen view, or forget it."""
    path = request.script_root + "/"
    if large:
        answer.set_cookie(VIEW, "large", max_age=VIEW_DAYS * 86400, path=path, httponly=True, samesite="Lax",
                          secure=bool(current_app.config["SESSION_COOKIE_SECURE"]))
    else:
        answer.delete_cookie(VIEW, path=path)


def large() -> bool:
    """Whether the reader chose the elder view."""
    return request.cookies.get(VIEW) == "large"


def signed_in() -> SignedInUser | None:
    """Who is signed in at this office, looked up once a request."""
    found: SignedInUser | None = g.get("signed_in", _UNASKED)
    if found is _UNASKED:
        found = g.signed_in = _look_up()
    return found


def _look_up() -> SignedInUser | None:
    here, sid = office(), session.get("sid")
    if here is None or not sid or session.get("office") != str(here.tenant_id):
        return None
    found = queries.signed_in_user(here.tenant_id, UUID(str(sid)))
    if found is None:
        _clear()  # revoked or over: what is left in the cookie is worth nothing
    return found


def actor() -> Actor:
    """The actor for commands; a guest when nobody is signed in."""
    found = signed_in()
    return found.actor if found is not None else GUEST
