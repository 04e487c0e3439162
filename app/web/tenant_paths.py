"""WSGI: finds the office of a request, by host name or by the path prefix /t/<slug>, before Flask sees it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.tenancy import directory, queries

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

OFFICE, BY_HOST, LOST = "yikou.office", "yikou.office_by_host", "yikou.database_lost"
WITHOUT = ("/static/", "/health", "/ready")
PREFIX = re.compile(r"/t/([a-z0-9-]{1,40})(/.*)?\Z")


class TenantPaths:
    """Moves the prefix to SCRIPT_NAME, so that every link the app makes keeps it."""

    def __init__(self, inner: WSGIApplication) -> None:
        self.inner = inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Sets `yikou.office` to the Tenant row or None; an unknown prefix stays in the path and so is a 404.

        When the database cannot be asked, its error stands in `yikou.database_lost` and becomes a page inside the app.
        """
        host = str(environ.get("HTTP_HOST", "")).rsplit(":", 1)[0]
        path = str(environ.get("PATH_INFO", ""))
        environ[OFFICE] = environ[BY_HOST] = environ[LOST] = None
        if not path.startswith(WITHOUT):
            try:
                self._find(environ, host, path)
            except (DBAPIError, PoolTimeout) as error:
                environ[LOST] = error
        return self.inner(environ, start_response)

    @staticmethod
    def _find(environ: WSGIEnvironment, host: str, path: str) -> None:
        match = PREFIX.match(path)
        slug = match.group(1) if match is not None else ""
        office = directory.remembered(f"{host}/{slug}", lambda: queries.tenant_at(host, slug))
        if office is not None and host and office.host == host.lower():
            environ[BY_HOST] = office.slug
        elif office is not None and match is not None:
            environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/t/{slug}"
            environ["PATH_INFO"] = match.group(2) or "/"
        environ[OFFICE] = office
