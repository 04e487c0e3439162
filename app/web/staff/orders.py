"""Orders from above: the list, and opening one; an order itself is shown as any internal matter."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.kernel.errors import Invalid, msg
from app.rules import queries
from app.rules.commands import OpenOrder
from app.tenancy import queries as tenancy
from app.web.access import access
from app.web.pages import dispatch, reading
from app.web.sessions import actor
from app.web.staff import blueprint
from app.web.texts import name_of, t

LEVELS = ("order", "listed")


@blueprint.get("/oversight/orders")
@access("oversight.read")
def orders() -> str:
    """Those of the reader's units: to be answered, to be looked at, the newest closed; a form for a new one."""
    return _page()


def _page(error: Invalid | None = None) -> str:
    with reading() as reader:
        rows = queries.order_rows(reader, actor())
        units = [(unit.code, name_of(unit)) for unit in tenancy.units(reader, active_only=True)]
    return render_template("staff/orders.html", rows=rows, units=units, levels=LEVELS, values=request.values,
                           errors=error.fields if error else {},
                           problem=t(error.message, **error.params) if error else "")


@blueprint.get("/oversight/orders/<uuid:order_id>")
@access("oversight.read")
def order(order_id: UUID) -> Response:
    """Its page. Messages of before lead here."""
    with reading() as reader:
        found = queries.order(reader, actor(), order_id)
    return redirect(url_for("staff.case", case_id=found.id), 303)


@blueprint.post("/oversight/orders")
@access("order.open")
def open_order() -> Response | tuple[str, int]:
    """By a supervisor, about a request or about a unit."""
    said = {name: request.form.get(name, "") for name in ("text", "number", "unit", "level")}
    try:
        answer = dispatch(OpenOrder, **said)
    except Invalid as error:
        return _page(error), 422
    flash(t(msg("The order is opened; the head of the unit is told.")))
    return redirect(url_for("staff.case", case_id=answer["order_id"]), 303)
