"""What every view needs: a reading session, commands from requests, allowances, and where to go next."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from flask import request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.auth.commands import UseAllowance
from app.kernel import bus, database
from app.kernel.commands import GUEST, Command
from app.kernel.errors import Invalid, msg
from app.web.sessions import actor, the_office

KEY_FIELD = "_key"
OWN_FIELDS = frozenset({KEY_FIELD, "csrf_token", "_form_hash", "_action"})
C = TypeVar("C", bound=Command)
T = TypeVar("T")


@contextmanager
def reading() -> Iterator[Session]:
    """A short read-only session of the request's office; close it before any command."""
    with database.current().read(the_office().tenant_id) as session:
        yield session


def command(kind: type[C], /, **data: Any) -> C:
    """A command of this request's office and actor, with the form's idempotency key."""
    key = request.form.get(KEY_FIELD, "")[:64] or None
    return kind(tenant_id=the_office().tenant_id, actor=actor(), key=key, **data)


def unkeyed(kind: type[Command], /, **data: Any) -> Any:
    """Dispatch without the form's key: answers that open a session are never stored."""
    return bus.dispatch(kind(tenant_id=the_office().tenant_id, actor=actor(), **data))


def dispatch(kind: type[Command], /, **data: Any) -> Any:
    """Make the command and dispatch it."""
    return bus.dispatch(command(kind, **data))


def rehearse(kind: type[Command], look: Callable[[Session], T], /, **data: Any) -> T:
    """What `look` sees after the command, of which nothing stays."""
    return bus.rehearse(command(kind, **data), look)


def dispatch_as_guest(kind: type[Command], **data: Any) -> Any:
    """For an anonymous request: not even the account it came from is written down."""
    return bus.dispatch(replace(command(kind, **data), actor=GUEST))


def allow(bucket: str, *, per_minutes: int, limit: int) -> None:
    """Count one use by this address; TooMany beyond the limit."""
    bus.dispatch(UseAllowance(tenant_id=the_office().tenant_id, actor=actor(), per_minutes=per_minutes, limit=limit,
                              bucket=f"{bucket}:{request.remote_addr}"))


def form_marks() -> Markup:
    """The hidden fields of every form: CSRF token and a fresh idempotency key."""
    from flask_wtf.csrf import generate_csrf

    return Markup('<input type="hidden" name="csrf_token" value="{}"><input type="hidden" name="{}" value="{}">'
                  ).format(generate_csrf(), KEY_FIELD, secrets.token_urlsafe(18))


def entries() -> dict[str, str | list[str]]:
    """What was sent, without our own hidden fields: name -> text, or texts when it came more than once."""
    found: dict[str, str | list[str]] = {}
    for name in request.form:
        if name not in OWN_FIELDS:
            values = request.form.getlist(name)
            found[name] = values[0] if len(values) == 1 else values
    return found


def uuid_or_none(text: str | None) -> UUID | None:
    """An id from a form or link; Invalid for text that is none."""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(msg("Please choose from the list.")) from None


def next_page(default: str, **values: Any) -> str:
    """The page asked for by `next`, if it is one of ours; else the default endpoint."""
    target = request.values.get("next", "")
    safe = target.startswith("/") and not target.startswith("//") and "\\" not in target and target.isprintable()
    return request.script_root + target if safe else url_for(default, **values)
