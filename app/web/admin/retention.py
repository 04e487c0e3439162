"""How long things are kept: what the table would take now, what was taken, and requests that are kept whole."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import dmn, retention
from app.catalog import queries
from app.kernel import clock
from app.kernel.errors import Conflict, Invalid, YikouError, msg
from app.retention.commands import HoldCase, LiftHold
from app.web.access import access
from app.web.admin import blueprint, cells
from app.web.admin.sent import expect, refused, text
from app.web.pages import dispatch, reading
from app.web.sessions import actor
from app.web.texts import t


@blueprint.get("/retention")
@access("person.erase")
def retention_page() -> str:
    """Numbers only."""
    return _page()


def _page(error: YikouError | None = None) -> str:
    with reading() as reader:
        found = retention.look(reader, reader.info["tenant_id"], clock.now())
        conditions = _conditions(reader, {rule for line in found.lines for rule in line.rules})
    return render_template("admin/retention.html", found=found, conditions=conditions,
                           values=request.form, may=actor(), **refused(error))


def _conditions(reader: Session, wanted: Iterable[str]) -> dict[str, str]:
    """Rule -> for what it holds, in words; left out where its row asks for nothing but the kind."""
    if not wanted:
        return {}
    data, known = queries.effective(reader, reader.info["tenant_id"], "decision", retention.DECISION).data, None
    found = {}
    for sheet in dmn.sheets(data, retention.DECISION):
        for row in sheet.rows:
            if row.id in wanted:
                known = known or cells.names(reader)
                found[row.id] = t(msg(" and ")).join(cells.conditions(sheet, row, known, without="what"))
    return {rule: said for rule, said in found.items() if said}


@blueprint.post("/retention")
@access("person.erase")
def hold_case() -> Response | tuple[str, int]:
    """Keep a request whole."""
    try:
        expect("number", "reason")
        dispatch(HoldCase, number=text("number")[:40], reason=text("reason"))
    except (Invalid, Conflict) as error:
        return _page(error), error.status
    flash(t(msg("The request is kept whole.")))
    return redirect(url_for("admin.retention_page"), 303)


@blueprint.post("/retention/<uuid:hold_id>/lift")
@access("person.erase")
def lift_hold(hold_id: UUID) -> Response:
    """The table counts for it again."""
    expect()
    dispatch(LiftHold, hold_id=hold_id)
    flash(t(msg("The table of retention counts for the request again.")))
    return redirect(url_for("admin.retention_page"), 303)
