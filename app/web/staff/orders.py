"""Orders from above: the list, one order, the answer of the unit's head, the supervisor's look at it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.kernel.commands import Command
from app.kernel.errors import Invalid, msg
from app.rules import queries
from app.rules.commands import AnswerOrder, VerifyOrder
from app.web.access import access
from app.web.pages import dispatch, reading
from app.web.sessions import actor
from app.web.staff import blueprint
from app.web.texts import t


@blueprint.get("/oversight/orders")
@access("oversight.read")
def orders() -> str:
    """Those of the reader's units: open, answered, the newest verified."""
    with reading() as reader:
        return render_template("staff/orders.html", rows=queries.order_rows(reader, actor()))


@blueprint.get("/oversight/orders/<uuid:order_id>")
@access("oversight.read")
def order(order_id: UUID) -> str:
    """What is asked, by when; the answer and the points, or the forms for them."""
    return _one(order_id)


def _one(order_id: UUID, error: Invalid | None = None) -> str:
    with reading() as reader:
        row = queries.order(reader, actor(), order_id)
        return render_template("staff/order.html", row=row, one=row.order, errors=error.fields if error else {},
                               problem=t(error.message, **error.params) if error else "")


@blueprint.post("/oversight/orders/<uuid:order_id>/answer")
@access("order.answer")
def answer_order(order_id: UUID) -> Response | tuple[str, int]:
    """By the head of the unit."""
    return _done(order_id, AnswerOrder, msg("Your answer was sent to the supervisor."),
                 text=request.form.get("text", ""))


@blueprint.post("/oversight/orders/<uuid:order_id>/verify")
@access("order.verify")
def verify_order(order_id: UUID) -> Response | tuple[str, int]:
    """By the supervisor."""
    score = request.form.get("score", "")
    return _done(order_id, VerifyOrder, msg("The order is closed."), remark=request.form.get("remark", ""),
                 score=int(score) if score in {"1", "2", "3", "4", "5"} else 0)


def _done(order_id: UUID, kind: type[Command], said: str, **data: Any) -> Response | tuple[str, int]:
    try:
        dispatch(kind, order_id=order_id, **data)
    except Invalid as error:
        return _one(order_id, error), 422
    flash(t(said))
    return redirect(url_for("staff.orders"), 303)
