"""Staff sign in, sign out and change their password."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth.commands import ChangePassword, SignIn, SignOut
from app.kernel.errors import Invalid, msg
from app.web import sessions
from app.web.access import PUBLIC, access
from app.web.pages import allow, next_page, unkeyed
from app.web.staff import blueprint
from app.web.texts import t

PROBLEMS = {
    "wrong": msg("Name and password do not fit together."),
    "locked": msg("Too many failed attempts. Please wait a while, or ask your administrator."),
}


@blueprint.get("/sign-in")
@access(PUBLIC)
def sign_in() -> str:
    """The page."""
    return render_template("staff/sign_in.html", problem="")


@blueprint.post("/sign-in")
@access(PUBLIC)
def send_sign_in() -> Response | tuple[str, int]:
    """One answer for wrong names and wrong passwords."""
    allow("sign-in", per_minutes=10, limit=60)
    answer = unkeyed(SignIn, login=request.form.get("login", ""), password=request.form.get("password", ""))
    if "error" in answer:
        status = 429 if answer["error"] == "locked" else 422
        return render_template("staff/sign_in.html", problem=t(PROBLEMS[answer["error"]])), status
    sessions.begin(answer)
    return redirect(next_page("staff.inbox"), 303)


@blueprint.post("/sign-out")
@access("staff.enter")
def sign_out() -> Response:
    """Ends the session on the server too."""
    user = sessions.signed_in()
    if user is not None:
        unkeyed(SignOut, session_id=user.session_id)
    sessions.forget()
    return redirect(url_for("staff.sign_in"), 303)


@blueprint.get("/account")
@access("staff.enter")
def account() -> str:
    """One's own account."""
    return render_template("staff/account.html", errors={}, problem="")


@blueprint.post("/account")
@access("staff.enter")
def change_password() -> Response | tuple[str, int]:
    """Ends all sessions, this one too."""
    try:
        unkeyed(ChangePassword, user_id=sessions.actor().user_id, old=request.form.get("old", ""),
                new=request.form.get("password", ""))
    except Invalid as error:
        return render_template("staff/account.html", errors=error.fields,
                               problem=t(error.message, **error.params)), 422
    sessions.forget()
    flash(t(msg("Your password was changed. Please sign in again.")))
    return redirect(url_for("staff.sign_in"), 303)
