"""Finding a request again with a code to the phone, and signing in the same way."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import CODE_WAIT
from app.auth.commands import ConfirmCode, RequestCode, SignOut
from app.cases.commands import AdoptCases
from app.kernel.errors import Invalid, YikouError, msg
from app.web import sessions
from app.web.access import PUBLIC, SIGNED_IN, access
from app.web.pages import allow, next_page, unkeyed
from app.web.resident import blueprint
from app.web.texts import locale, t


@blueprint.get("/find")
@access(PUBLIC)
def find() -> str:
    """Asks for the number of the request and the phone."""
    return _ask(finding=True)


@blueprint.get("/sign-in")
@access(PUBLIC)
def sign_in() -> str:
    """Asks for the phone."""
    return _ask(finding=False)


def _ask(*, finding: bool, problem: str = "", sent: bool = False) -> str:
    values = request.form if request.method == "POST" else request.args
    return render_template("resident/sign_in.html", finding=finding, problem=problem, sent=sent, values=values)


@blueprint.post("/sign-in")
@access(PUBLIC)
def send_code() -> str | Response | tuple[str, int]:
    """First step sends the code, the second (`code` filled in) uses it."""
    finding = bool(request.form.get("finding"))
    code = request.form.get("code")
    allow("code", per_minutes=60, limit=60)
    try:
        if code is None:
            unkeyed(RequestCode, phone=request.form.get("phone", ""), locale=locale())
            return _ask(finding=finding, sent=True)
        answer = unkeyed(ConfirmCode, phone=request.form.get("phone", ""), code=code)
    except YikouError as error:
        problem = _first(error) if isinstance(error, Invalid) else t(error.message, **error.params)
        return _ask(finding=finding, problem=problem, sent=code is not None), error.status
    if answer.get("error") == "wait":
        return _ask(finding=finding, problem=t(CODE_WAIT, minutes=answer["minutes"])), 429
    if "error" in answer:
        wrong = t(msg("This code does not fit, or it is too old. You can have a new one sent."))
        if "left" in answer:
            wrong += " " + t(msg("Tries left: %(left)s."), left=answer["left"])
        return _ask(finding=finding, problem=wrong, sent=True), 422
    sessions.begin(answer)
    unkeyed(AdoptCases)
    number = request.form.get("number", "").strip()
    return redirect(url_for("resident.mine", number=number) if number else next_page("resident.mine"), 303)


def _first(error: Invalid) -> str:
    for found in error.fields.values():
        for message, params in found:
            return t(message, **params)
    return t(error.message, **error.params)


@blueprint.post("/sign-out")
@access(SIGNED_IN)
def sign_out() -> Response:
    """Ends the session on the server too."""
    user = sessions.signed_in()
    if user is not None:
        unkeyed(SignOut, session_id=user.session_id)
    sessions.forget()
    return redirect(url_for("resident.home"), 303)
