"""A case for staff: everything about it on one page, notes, and the search."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.cases import queries
from app.cases.commands import AddNote
from app.kernel.errors import msg
from app.web import uploads
from app.web.access import access
from app.web.pages import dispatch, reading
from app.web.sessions import actor
from app.web.staff import blueprint
from app.web.staff.tasks import model_of
from app.web.texts import t


@blueprint.get("/cases")
@access("case.search")
def search() -> str:
    """By number, words, phase and unit."""
    query = request.args.get("q", "").strip()[:100]
    with reading() as reader:
        found = queries.search_cases(reader, actor(), q=query, limit=100)
    return render_template("staff/search.html", query=query, cases=found)


@blueprint.get("/cases/<uuid:case_id>")
@access("case.read")
def case(case_id: UUID) -> str:
    """Summary, the form of an open task the reader may do, journal, files, deadlines, decisions, diagram, events."""
    with reading() as reader:
        page = queries.case_page(reader, actor(), case_id)
        task = _own_task(reader, page)
        shown = model_of(reader, task) if task is not None else None
    return render_template("staff/case.html", page=page, task=task, form=shown)


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
        page = queries.case_page(reader, actor(), case_id)
    wanted = request.args.get("process")
    for found in page.diagrams:
        if found.process_id == wanted or wanted is None:
            return jsonify({"xml": found.xml, "active": list(found.active), "visited": list(found.visited),
                            "incidents": list(found.incidents)})
    return jsonify({"xml": None})


@blueprint.post("/cases/<uuid:case_id>/notes")
@access("note.add")
def note(case_id: UUID) -> Response:
    """A line in the journal, with files."""
    visibility = "public" if request.form.get("visibility") == "public" else "staff"
    dispatch(AddNote, case_id=case_id, text=request.form.get("text", ""), visibility=visibility,
             attachment_ids=uploads.store("files"))
    flash(t(msg("The note stands in the journal.")))
    return redirect(url_for("staff.case", case_id=case_id), 303)
