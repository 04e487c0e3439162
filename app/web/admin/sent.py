"""What an administrator's form sent: only the fields the page has, and the words for what was refused."""

from __future__ import annotations

from typing import Any

from flask import request

from app.kernel.errors import Invalid, YikouError, msg
from app.web.pages import OWN_FIELDS
from app.web.texts import t


def expect(*names: str) -> None:
    """Invalid when the form brings a field that its page does not have: nothing is set behind the page's back."""
    extra = sorted((set(request.form) | set(request.files)) - set(names) - OWN_FIELDS)
    if extra:
        raise Invalid(msg("The form has fields that are not known here: %(names)s"), names=", ".join(extra)[:200])


def text(name: str) -> str:
    """One field without surrounding space."""
    return request.form.get(name, "").strip()


def refused(error: YikouError | None) -> dict[str, Any]:
    """`problem` (a sentence) and `errors` (field -> messages) for a template; empty without an error."""
    if error is None:
        return {"problem": "", "errors": {}}
    return {"problem": t(error.message, **error.params),
            "errors": error.fields if isinstance(error, Invalid) else {}}


def exists() -> Invalid:
    """A new row whose code is taken."""
    return Invalid(msg("Please check the marked fields."),
                   fields={"code": [(msg("This code is taken already."), {})]})
