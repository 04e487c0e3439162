"""Whether this process lives, and whether it can do its work: for load balancers and whoever starts processes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from app.kernel import database, schema
from app.web.access import PUBLIC, access
from app.web.errors import RETRY_SECONDS


def install(app: Flask) -> None:
    """`/health`: 200 with `ok` when the database answers; `/ready`: 200 when it also has this release's tables.

    Tables of a newer release count as well: migrations come first, and what runs goes on until it is replaced.
    """

    @app.get("/health", endpoint="health")
    @access(PUBLIC)
    def health() -> Response:
        return _told("" if _answers() else "the database does not answer")

    @app.get("/ready", endpoint="ready")
    @access(PUBLIC)
    def ready() -> Response:
        found = schema.present()
        if found is None:
            return _told("the database does not answer, or is empty")
        older, wanted = _releases(current_app.extensions["migrate"].directory)
        return _told(f"the database has tables of {found}, this release needs {wanted}" if found in older else "")


def _answers() -> bool:
    try:
        with database.current().engine.connect() as connection:
            return bool(connection.execute(text("SELECT 1")).scalar_one())
    except SQLAlchemyError:
        return False


@cache
def _releases(folder: str) -> tuple[frozenset[str], str | None]:
    """The migrations before the newest one, and that one."""
    return schema.releases(Path(folder))


def _told(problem: str) -> Response:
    if not problem:
        return Response("ok\n", mimetype="text/plain")
    return Response(problem + "\n", status=503, mimetype="text/plain", headers={"Retry-After": str(RETRY_SECONDS)})
