"""The Flask extensions, made once and bound to an app in `create_app`."""

from __future__ import annotations

from flask import current_app, request
from flask_babel import Babel
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect

from app.kernel.model import Base


class HeaderFirst(CSRFProtect):  # type: ignore[misc]
    """Programs send their token in a header; a body is not read as a form before that was looked at."""

    def _get_csrf_token(self) -> str | None:
        for name in current_app.config["WTF_CSRF_HEADERS"]:
            if token := request.headers.get(name):
                return str(token)
        found: str | None = super()._get_csrf_token()
        return found


db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrate()
babel = Babel()
csrf = HeaderFirst()
