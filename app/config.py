"""Settings of the process: from the environment, with safe defaults. Settings of an office stand in its row."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask.helpers import get_debug_flag

from app.kernel import network

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("DATABASE_URL", "SECRET_KEY", "INSTANCE_PATH", "YIKOU_ENV", "NOTIFICATION_CHANNEL", "PUBLIC_URL",
         "TRUSTED_PROXIES", "ATTACHMENTS_PATH", "EXPORTS_PATH", "CLAMD", "SMTP_HOST", "SMTP_PORT", "SMTP_USER",
         "SMTP_PASSWORD", "SMTP_SECURITY", "MAIL_FROM", "SMS_GATEWAY_URL", "SMS_GATEWAY_SECRET", "WECHAT_APP_ID",
         "WECHAT_SECRET", "WECHAT_TEMPLATE_ID", "WECHAT_API_URL", "WECHAT_FIELDS", "WECHAT_OAUTH_URL")
MAX_BODY_BYTES = 32 * 1024 * 1024

LOST_CONNECTION: dict[str, Any] = {
    "connect_timeout": 5, "keepalives": 1, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3,
    "tcp_user_timeout": 10_000, "options": "-c idle_in_transaction_session_timeout=60000 -c tcp_keepalives_idle=15 "
                                           "-c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"}
"""A PostgreSQL server that went away without a word: both sides know within 10 to 30 s. Otherwise whoever waits for an
answer waits for hours, and a server keeps the row locks of a client that is gone. Seconds; `tcp_user_timeout` and the
limit of an idle transaction: milliseconds."""


class ConfigurationError(RuntimeError):
    """The process must not start like this."""


def settings(given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Flask's configuration. Raises ConfigurationError when a production process lacks what it needs.

    `SECRET_KEY_SHARED`: the key that is given here holds until the database has told the one of all machines.
    """
    values: dict[str, Any] = {name: os.environ[name] for name in NAMES if os.environ.get(name)}
    values.update(given or {})
    production = values.get("YIKOU_ENV") == "production"
    if get_debug_flag() and values.get("YIKOU_ENV") != "development":
        raise ConfigurationError("FLASK_DEBUG is set: its error pages run what a visitor types. "
                                 "Unset it, or set YIKOU_ENV=development on a machine of your own")
    instance = Path(values.setdefault("INSTANCE_PATH", str(ROOT / "instance")))
    values.setdefault("DATABASE_URL", f"sqlite:///{instance / 'yikou.db'}")
    values["DATABASE_URL"] = _address(str(values["DATABASE_URL"]))
    on_this_machine = values["DATABASE_URL"].startswith("sqlite:")
    if on_this_machine:
        _made(instance)
    if not values.get("SECRET_KEY"):
        if production:
            raise ConfigurationError("SECRET_KEY is not set: a production process does not start without one")
        values["SECRET_KEY"] = _kept_secret(instance) if on_this_machine else secrets.token_urlsafe(48)
        values["SECRET_KEY_SHARED"] = not on_this_machine
    if production and not values.get("NOTIFICATION_CHANNEL"):
        raise ConfigurationError("NOTIFICATION_CHANNEL is not set: residents could not be told anything")
    https = production or str(values.get("PUBLIC_URL", "")).startswith("https://")
    return {**_flask(values, https), **values}


def _flask(values: Mapping[str, Any], https: bool) -> dict[str, Any]:
    return {
        "SQLALCHEMY_DATABASE_URI": values["DATABASE_URL"],
        "SQLALCHEMY_ENGINE_OPTIONS": network.engine_options(values["DATABASE_URL"]),
        "SECRET_KEY_SHARED": False,
        "MAX_CONTENT_LENGTH": MAX_BODY_BYTES,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 2000,
        "SESSION_COOKIE_NAME": "__Host-yikou" if https else "yikou",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_PATH": "/",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": True,
        "BABEL_DEFAULT_LOCALE": "zh",
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "app" / "translations"),
        "TEMPLATES_AUTO_RELOAD": False,
        "DEBUG": False,
        "HTTPS": https,
        "TRUSTED_PROXIES": 0,
    }


def _address(url: str) -> str:
    """As SQLAlchemy reads it; hosting services write `postgres://`."""
    return url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _kept_secret(instance: Path) -> str:
    """A secret of this machine, made at the first start; only its owner may read the file."""
    file = _made(instance) / "secret_key"
    if file.exists():
        return file.read_text(encoding="ascii").strip()
    made = file.with_name(f"secret_key.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(secrets.token_urlsafe(48))
    try:
        os.link(made, file)  # whole or not at all: web and worker may start at once
    except FileExistsError:
        pass
    finally:
        made.unlink()
    return file.read_text(encoding="ascii").strip()
