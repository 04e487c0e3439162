"""A move of running cases on its way: what the look found, how far it is, start, stop, and the way back."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.auth import queries as auth
from app.cases import moving
from app.kernel.errors import Conflict, Invalid, msg
from app.web.access import access
from app.web.admin import blueprint
from app.web.admin.moving_cases import names_of, origins
from app.web.admin.sent import expect, refused, text
from app.web.moving_words import named
from app.web.pages import dispatch, reading
from app.web.sessions import actor
from app.web.texts import t

Answer = Response | tuple[str, int]


@blueprint.get("/moving/runs/<uuid:run_id>")
@access("definition.read")
def move_run(run_id: UUID) -> str:
    """The page is read again for how far it is."""
    return _page(run_id)


def _page(run_id: UUID, error: Invalid | Conflict | None = None) -> str:
    with reading() as reader:
        found = moving.run_view(reader, actor(), run_id)
        names, own = names_of(reader, found.run), origins(reader, [found.run])
        people = auth.names(reader, {found.run.created_by} if found.run.created_by else set())
    return render_template("admin/move_run.html", found=found, run=found.run, names=names, people=people,
                           named=named, own=own, **refused(error))


@blueprint.post("/moving/runs/<uuid:run_id>/start")
@access("instance.migrate")
def start_move(run_id: UUID) -> Answer:
    """After the look, or after a stop."""
    return _steer(run_id, moving.StartMigration, msg("Cases are being moved in the background."))


@blueprint.post("/moving/runs/<uuid:run_id>/stop")
@access("instance.migrate")
def stop_move(run_id: UUID) -> Answer:
    """What has moved stays moved."""
    return _steer(run_id, moving.StopMigration, msg("Stopped. What has moved stays where it is now."))


def _steer(run_id: UUID, kind: type[moving.StartMigration | moving.StopMigration], said: str) -> Answer:
    expect()
    try:
        dispatch(kind, run_id=run_id)
    except Conflict as error:
        return _page(run_id, error), error.status
    flash(t(said))
    return redirect(url_for("admin.move_run", run_id=run_id), 303)


@blueprint.post("/moving/runs/<uuid:run_id>/back")
@access("instance.migrate")
def take_move_back(run_id: UUID) -> Answer:
    """The way back is a run of its own: looked at first, then started."""
    expect("reason")
    try:
        answer = dispatch(moving.PlanWayBack, run_id=run_id, reason=text("reason"))
    except (Invalid, Conflict) as error:
        return _page(run_id, error), error.status
    return redirect(url_for("admin.move_run", run_id=answer["run_id"]), 303)
