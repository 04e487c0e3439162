"""WSGI: the key that signs cookies is fetched from the database by the first request, where no setting gives one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app.kernel import installation

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class SharedKey:
    """A cookie of one machine is good on every other one.

    The database may be empty or away when a process starts, so it is asked until it answers. Until then pages are
    error pages; what they sign holds for nobody.
    """

    def __init__(self, app: Flask, inner: WSGIApplication) -> None:
        self.app, self.inner = app, inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Costs one look at a flag once the key is there."""
        if self.app.config["SECRET_KEY_SHARED"]:
            try:
                self.app.config["SECRET_KEY"] = installation.session_key()
                self.app.config["SECRET_KEY_SHARED"] = False
            except SQLAlchemyError:
                pass  # the request meets the same database, and tells its visitor
        return self.inner(environ, start_response)
