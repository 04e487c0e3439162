"""Whether this process lives, and whether it can do its work: for load balancers and whoever starts processes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic.script import ScriptDirectory
from flask import Flask, current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from app.kernel import database
from app.web.access import PUBLIC, access
from app.web.errors import RETRY_SECONDS


def install(app: Flask) -> None:
    """`/health`: 200 with `ok` when the database answers; `/ready`: 200 when it also has this release's tables."""

    @app.get("/health", endpoint="health")
    @access(PUBLIC)
    def health() -> Response:
        return _told("" if _asked("SELECT 1") is not None else "the database does not answer")

    @app.get("/ready", endpoint="ready")
    @access(PUBLIC)
    def ready() -> Response:
        found = _asked("SELECT version_num FROM alembic_version")
        if found is None:
            return _told("the database does not answer, or is empty")
        wanted = _wanted(current_app.extensions["migrate"].directory)
        return _told("" if found == wanted else f"the database has tables of {found}, this release needs {wanted}")


def _asked(statement: str) -> str | None:
    """The one value, or None when there is no answer. As the connecting user: nobody else reads `alembic_version`."""
    try:
        with database.current().engine.connect() as connection:
            return str(connection.execute(text(statement)).scalar_one())
    except SQLAlchemyError:
        return None


@cache
def _wanted(folder: str) -> str | None:
    return ScriptDirectory(str(Path(folder))).get_current_head()


def _told(problem: str) -> Response:
    if not problem:
        return Response("ok\n", mimetype="text/plain")
    return Response(problem + "\n", status=503, mimetype="text/plain", headers={"Retry-After": str(RETRY_SECONDS)})
