"""Whether this process can answer: for load balancers."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import text
from werkzeug.wrappers import Response

from app.kernel import database
from app.web.access import PUBLIC, access


def install(app: Flask) -> None:
    """`/health`: 200 with `ok` when the database answers."""

    @app.get("/health", endpoint="health")
    @access(PUBLIC)
    def health() -> Response:
        with database.current().claim() as session:
            session.execute(text("SELECT 1"))
        return Response("ok\n", mimetype="text/plain")
