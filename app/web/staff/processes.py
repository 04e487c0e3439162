"""Running processes by filter: suspended or resumed, one or many."""

from __future__ import annotations

from collections.abc import Iterable

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.cases import queries
from app.cases.commands import ResumeCase, SuspendCase
from app.kernel.errors import NotFound, YikouError, msg
from app.web.access import access
from app.web.element_names import element_names, process_names
from app.web.pages import reading, unkeyed, uuid_or_none
from app.web.staff import blueprint
from app.web.texts import t

MOST = 200
ACTS = {"suspend": SuspendCase, "resume": ResumeCase}
NARROWED = ("process", "at")


@blueprint.get("/processes")
@access("instance.change")
def processes() -> str:
    """Those that have not ended, the oldest first, narrowed by the fields above them."""
    return _page({})


@blueprint.post("/processes")
@access("instance.change")
def change_processes() -> Response | tuple[str, int]:
    """Each stands for itself: one that fails stops no other, and says why."""
    kind = ACTS.get(request.form.get("act", ""))
    if kind is None:
        raise NotFound(msg("There is no such page."))
    ids = [one for one in map(uuid_or_none, request.form.getlist("case")[:MOST]) if one is not None]
    if not ids:
        flash(t(msg("Choose some first: each has a box on its left.")), "warn")
    failed: dict[str, str] = {}
    for one in dict.fromkeys(ids):
        try:
            unkeyed(kind, case_id=one, reason=request.form.get("reason", ""))
        except YikouError as error:
            failed[str(one)] = t(error.message, **error.params)
    if len(failed) < len(ids):
        flash(t(msg("Done: %(count)s."), count=len(ids) - len(failed)))
    if failed:
        return _page(failed), 409
    return redirect(url_for("staff.processes", process=request.form.get("process") or None,
                            at=request.form.get("at") or None), 303)


def _page(failed: dict[str, str]) -> str:
    words = request.args if request.method == "GET" else request.form
    wanted = {name: words.get(name, "").strip()[:120] for name in NARROWED}
    with reading() as reader:
        found = queries.running(reader, **wanted, limit=MOST + 1)  # type: ignore[arg-type]
        counts = queries.processes_running(reader)
        titles = process_names(reader, counts)
        standing = {row.case_id: _names(reader, row) for row in found[:MOST]}
        places = _places(reader, wanted["process"])
    return render_template("staff/processes.html", rows=found[:MOST], more=len(found) > MOST, wanted=wanted,
                           failed=failed, given=request.form, counts=counts, titles=titles, standing=standing,
                           places=places)


def _names(reader: Session, row: queries.Running) -> list[str]:
    names = element_names(reader, row.process_id, row.pins)
    return list(dict.fromkeys(names.get(one, one) for one in row.elements))


def _places(reader: Session, process: str) -> list[tuple[str, str]]:
    """(element id, name) of where something of the process stands, by name; none until a process is chosen."""
    if not process:
        return []
    elements, pins = queries.elements_running(reader, process)
    known: dict[str, str] = {}
    for one in pins:
        known = {**element_names(reader, process, one), **known}
    return sorted(_told_apart([(one, known.get(one, one)) for one in elements]), key=lambda pair: pair[1])


def _told_apart(named: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Where two elements have one name, the id stands behind it."""
    pairs = list(named)
    names = [name for _element, name in pairs]
    return [(element, name if names.count(name) == 1 else f"{name} ({element})") for element, name in pairs]
