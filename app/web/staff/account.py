"""Staff sign in, sign out and change their password."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import queries as auth
from app.auth.commands import ChangePassword, SignIn, SignOut
from app.kernel.errors import Invalid, msg
from app.notifications import profiles
from app.web import sessions
from app.web.access import PUBLIC, SIGNED_IN, access
from app.web.pages import allow, next_page, reading, unkeyed
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
    return redirect(next_page("staff.begin"), 303)


@blueprint.post("/sign-out")
@access("staff.enter")
def sign_out() -> Response:
    """Ends the session on the server too."""
    user = sessions.signed_in()
    if user is not None:
        unkeyed(SignOut, session_id=user.session_id)
    sessions.forget()
    return redirect(url_for("staff.sign_in"), 303)


@blueprint.get("/first-password")
@access(SIGNED_IN)
def first_password() -> str | Response:
    """Instead of any other page while the password is a one-time one."""
    user = sessions.signed_in()
    if user is None or not user.must_change:
        return redirect(url_for("staff.account" if user is not None and user.kind == "staff" else "resident.home"))
    return render_template("staff/first_password.html", errors={}, problem="")


@blueprint.post("/first-password")
@access(SIGNED_IN)
def choose_password() -> Response | tuple[str, int]:
    """An own password, and straight in with it."""
    user_id, new = sessions.actor().user_id, request.form.get("password", "")
    try:
        unkeyed(ChangePassword, user_id=user_id, old=request.form.get("old", ""), new=new)
    except Invalid as error:
        problem = t(error.message, **error.params)
        return render_template("staff/first_password.html", errors=error.fields, problem=problem), 422
    with reading() as reader:
        found = auth.users(reader, [user_id] if user_id else [])
    login = next((user.login for user in found.values()), None) or ""
    sessions.begin(unkeyed(SignIn, login=login, password=new))
    flash(t(msg("Your password was changed.")))
    return redirect(url_for("staff.inbox"), 303)


@blueprint.get("/account")
@access("staff.enter")
def account() -> str:
    """One's own account."""
    return account_page()


def account_page(**refusal: Any) -> str:
    """With what was refused."""
    with reading() as reader:
        view = profiles.view(reader, sessions.actor().user_id)
    usual = {"errors": {}, "problem": "", "trouble": "", "absence_problem": "", "view": view}
    return render_template("staff/account.html", **{**usual, **refusal})


@blueprint.post("/account")
@access("staff.enter")
def change_password() -> Response | tuple[str, int]:
    """Ends all sessions, this one too."""
    try:
        unkeyed(ChangePassword, user_id=sessions.actor().user_id, old=request.form.get("old", ""),
                new=request.form.get("password", ""))
    except Invalid as error:
        return account_page(errors=error.fields, problem=t(error.message, **error.params)), 422
    sessions.forget()
    flash(t(msg("Your password was changed. Please sign in again.")))
    return redirect(url_for("staff.sign_in"), 303)
