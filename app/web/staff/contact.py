"""Whether a member of staff also gets messages about work by e-mail."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from app.kernel.errors import Invalid, YikouError, msg
from app.notifications import profiles
from app.web.access import access
from app.web.pages import unkeyed
from app.web.staff import account, blueprint
from app.web.texts import locale, t


@blueprint.post("/account/contact")
@access("staff.enter")
def contact() -> Response | tuple[str, int]:
    """`_action`: send a code to an address, confirm it, or save the choice."""
    action = request.form.get("_action", "")
    try:
        if action == "send":
            if not unkeyed(profiles.RequestEmailCode, email=request.form.get("email", ""), locale=locale())["sent"]:
                raise Invalid(msg("This installation sends no e-mail."))
        elif action == "confirm":
            if not unkeyed(profiles.ConfirmEmail, code=request.form.get("code", ""))["confirmed"]:
                raise Invalid(msg("Please check the marked fields."), fields={"code": [
                    (msg("This code does not fit, or it is too old. You can have a new one sent."), {})]})
        elif action == "save":
            unkeyed(profiles.SaveWorkChoices, by_email=bool(request.form.get("by_email")))
            flash(t(msg("Saved.")))
    except YikouError as error:
        fields = error.fields if isinstance(error, Invalid) else {}
        return account.account_page(errors=fields, trouble=t(error.message, **error.params)), error.status
    return redirect(url_for("staff.account"), 303)
