"""One request as its resident sees it, by personal link or account: where it stands, answer, withdraw, rate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.cases import publishing, queries
from app.cases.commands import AnswerQuestion, CaseCommand, RateCase, RefuseAppointment, WithdrawCase
from app.kernel.commands import GUEST
from app.kernel.errors import Conflict, Invalid, NotFound, msg
from app.knowledge import queries as knowledge
from app.web import uploads
from app.web.access import PUBLIC, access
from app.web.pages import allow, dispatch, reading
from app.web.resident import blueprint
from app.web.sessions import actor
from app.web.texts import t

Who = dict[str, Any]
"""{"token": ...} or {"case_id": ...}, as queries, commands and links take it."""


@blueprint.get("/c/<token>")
@access(PUBLIC)
def follow(token: str) -> str:
    """By personal link."""
    return _page({"token": token})


@blueprint.get("/my/<uuid:case_id>")
@access("case.read_own")
def own(case_id: UUID) -> str:
    """By account."""
    return _page({"case_id": case_id})


@blueprint.post("/c/<token>/<act>")
@access(PUBLIC)
def act(token: str, act: str) -> Response | tuple[str, int]:
    """Answer, withdraw or rate, by personal link."""
    allow("follow", per_minutes=10, limit=60)
    return _act({"token": token}, act)


@blueprint.post("/my/<uuid:case_id>/<act>")
@access("case.read_own")
def own_act(case_id: UUID, act: str) -> Response | tuple[str, int]:
    """The same, by account."""
    return _act({"case_id": case_id}, act)


def _page(who: Who, problem: str = "", errors: Any = None, *, ahead: bool = True) -> str:
    with reading() as reader:
        page = queries.resident_page(reader, actor=actor(), **who)
        agreed = publishing.agreed(reader, page.case_id)
        service = knowledge.service(reader, page.service) if page.service else None
    return render_template("resident/follow.html", page=page, who=who, agreed=agreed, problem=problem,
                           errors=errors or {}, values=request.form, service=service,
                           sent=uploads.sent_before(("photos",) if ahead else ()))


def _link(who: Who) -> str:
    return url_for("resident.follow" if "token" in who else "resident.own", **who)


def _act(who: Who, act: str) -> Response | tuple[str, int]:
    acts: dict[str, tuple[Callable[[Who], Any], str]] = {
        "answer": (_answer, msg("Thank you. Your answer was passed on.")),
        "refuse": (_refuse, msg("Thank you. The unit will propose another time.")),
        "withdraw": (_withdraw, msg("Your request was withdrawn.")),
        "rate": (_rate, msg("Thank you for your opinion.")), "agree": (_agree, msg("Saved.")),
    }
    if act not in acts:
        return _page(who), 404
    done, thanks = acts[act]
    try:
        done(who)
    except Invalid as error:
        return _page(who, t(error.message, **error.params), error.fields), 422
    except Conflict as error:
        return _page(who, t(error.message, **error.params)), 409
    except NotFound:  # a photo that went ahead is gone; if the request is, the page itself says so
        return _page(who, t(uploads.LOST), {"photos": [(uploads.LOST, {})]}, ahead=False), 422
    flash(t(thanks))
    return redirect(_link(who), 303)


def _send(kind: type[CaseCommand], who: Who, **data: Any) -> None:
    dispatch(kind, **who, **data)


def _answer(who: Who) -> None:
    _send(AnswerQuestion, who, text=request.form.get("text", ""), attachment_ids=uploads.store("photos"),
          guest_mark=uploads.guest_mark(GUEST))


def _refuse(who: Who) -> None:
    _send(RefuseAppointment, who, text=request.form.get("refusal", ""))


def _withdraw(who: Who) -> None:
    _send(WithdrawCase, who, reason=request.form.get("reason", ""))


def _rate(who: Who) -> None:
    rating = request.form.get("rating", "")
    _send(RateCase, who, rating=int(rating) if rating in ("1", "2", "3", "4", "5") else 0,
          solved=request.form.get("solved", ""), comment=request.form.get("comment", ""),
          may_publish=bool(request.form.get("may_publish")),
          attachment_ids=uploads.store("photos"), guest_mark=uploads.guest_mark(GUEST))


def _agree(who: Who) -> None:
    _send(publishing.AgreeToPublish, who, agreed=bool(request.form.get("may_publish")))
