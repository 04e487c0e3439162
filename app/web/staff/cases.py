"""A case for staff: everything about it on one page, and the search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import jsonify, render_template, request
from werkzeug.wrappers import Response

from app.cases import queries
from app.insight import queries as insight
from app.kernel.errors import Invalid
from app.rules import queries as rules
from app.web.access import access
from app.web.pages import reading
from app.web.sessions import actor
from app.web.staff import blueprint
from app.web.staff.tasks import with_form
from app.web.texts import local_now, t, zone


@blueprint.get("/cases")
@access("case.search")
def search() -> str:
    """By number, words, phase and unit; the open cases at an element, or those that went through it."""
    query, standing, through = request.args.get("q", "").strip()[:100], _standing(), _through()
    with reading() as reader:
        found = queries.search_cases(reader, actor(), q=query, standing=standing, through=through, limit=100)
    return render_template("staff/search.html", query=query, cases=found, standing=standing, through=through,
                           given=request.args)


def _standing() -> queries.Standing | None:
    """The element that counts on a diagram lead from."""
    process, digest, element = (request.args.get(name, "").strip()[:120] for name in ("process", "hash", "at"))
    return queries.Standing(process, digest, element) if process and element else None


def _through() -> queries.Through | None:
    """The element, and the days, that figures of a diagram lead from. Days that are none say nothing."""
    process, digest, element = (request.args.get(name, "").strip()[:120] for name in ("process", "hash", "through"))
    if not (process and element):
        return None
    try:
        period = insight.parse(request.args, local_now().date(), zone())
    except Invalid:
        return None
    return queries.Through(queries.Standing(process, digest, element), period.starts(), period.ends())


@blueprint.get("/cases/<uuid:case_id>")
@access("case.read")
def case(case_id: UUID) -> str:
    """Summary, the form of an open task the reader may do, journal, files, deadlines, decisions, diagram, events."""
    return show(case_id)


def show(case_id: UUID, values: Mapping[str, str] | None = None, error: Invalid | None = None) -> str:
    """The whole page; `values` and `error` of a form of the journal that was refused."""
    nothing = queries.NextTask(None, None)
    with reading() as reader:
        page = queries.case_page(reader, actor(), case_id)
        task, tags = _own_task(reader, page), rules.tags_of(reader, case_id)
        orders = rules.orders_about(reader, case_id)
        order = rules.order(reader, actor(), case_id) if page.case.nature == "order" else None
        form = with_form(reader, task) if task is not None else {"form": None}
        following = queries.next_task(reader, actor()) if request.args.get("after") == "1" else nothing
    return render_template("staff/case.html", page=page, task=task, tags=tags, orders=orders, order=order,
                           following=following.held or following.offered, values=values or {},
                           errors=error.fields if error else {},
                           problem=t(error.message, **error.params) if error else "", **form)


def _own_task(reader: Any, page: Any) -> Any:
    """The first open task that the reader has claimed."""
    for task in page.tasks:
        if task.is_mine:
            return queries.task_page(reader, actor(), task.task_id)
    return None


@blueprint.get("/cases/<uuid:case_id>/diagram")
@access("case.read")
def diagram(case_id: UUID) -> Response:
    """One diagram of the case with the places of its tokens, for the viewer."""
    with reading() as reader:
        diagrams = queries.case_diagrams(reader, actor(), case_id)
    wanted = request.args.get("process")
    for found in diagrams:
        if found.process_id == wanted or wanted is None:
            return jsonify({"xml": found.xml, "active": list(found.active), "visited": list(found.visited),
                            "incidents": list(found.incidents)})
    return jsonify({"xml": None})
