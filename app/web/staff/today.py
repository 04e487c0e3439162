"""The supervisor's first page: orders, clocks by colour, what was returned, stopped or badly rated, and own tasks."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.cases import queries as cases
from app.rules import queries as rules
from app.supervision import queries
from app.web.access import access
from app.web.context import can
from app.web.pages import reading
from app.web.sessions import actor
from app.web.staff import blueprint
from app.web.staff.oversight import REASONS
from app.web.texts import t


@blueprint.get("/begin")
@access("staff.enter")
def begin() -> Response:
    """Where a day begins: with what needs the supervisor, for everybody else with the inbox."""
    return redirect(url_for("staff.today" if can("order.open") else "staff.inbox"))


@blueprint.get("/today")
@access("order.open")
def today() -> str:
    """The first cases of each reason; the rest is a click away."""
    with reading() as reader:
        found = queries.needs_today(reader, actor())
        waiting = rules.order_rows(reader, actor(), waiting_only=True)
        mine = cases.inbox_page(reader, actor(), size=1).total
    return render_template("staff/today.html", found=found, rows=waiting, mine=mine,
                           reasons={code: t(name) for code, name in REASONS.items()},
                           here=request.full_path.removeprefix(request.script_root))
