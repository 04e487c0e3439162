"""A move of running cases on its way: what the look found, how far it is, start, pause, stop, and the way back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import catalog
from app.auth import queries as auth
from app.cases import moving
from app.catalog import queries
from app.kernel.commands import Command
from app.kernel.errors import Conflict, Invalid, msg
from app.web.access import access
from app.web.admin import blueprint
from app.web.admin.moving_cases import names_of, origins
from app.web.admin.sent import expect, refused, text
from app.web.moving_words import named
from app.web.pages import dispatch, reading
from app.web.sessions import actor, the_office
from app.web.texts import t

Answer = Response | tuple[str, int]


@blueprint.get("/moving/runs/<uuid:run_id>")
@access("definition.read")
def move_run(run_id: UUID) -> str:
    """The page is read again for how far it is."""
    return _page(run_id)


@blueprint.get("/moving/runs/<uuid:run_id>/progress")
@access("definition.read")
def move_progress(run_id: UUID) -> Response:
    """For scripts: the parts of the page that change; 304 while they are the same."""
    shown = _found(run_id)
    found, run = shown["found"], shown["run"]
    mark = f"{run.state}-{len(run.steered)}-{found.looked}-{found.moved}-{found.stayed}-{found.failed}"
    same = request.if_none_match.contains(mark)
    answer = make_response("" if same else render_template("admin/move_run_parts.html", **shown, errors={}, given={}),
                           304 if same else 200)
    answer.set_etag(mark)
    return answer


def _found(run_id: UUID) -> dict[str, Any]:
    with reading() as reader:
        found = moving.run_view(reader, actor(), run_id)
        run = found.run
        names, own = names_of(reader, run), origins(reader, [run])
        known = {run.created_by, *(UUID(one[2]) for one in run.steered if one[2])}
        people = auth.names(reader, {one for one in known if one is not None})
        live = catalog.live(reader, the_office().tenant_id, "process", run.process_id)
        versions = queries.history(reader, the_office().tenant_id, "process", run.process_id)
    # what the cases came from, or of a way back: what they go to, can be put in force again while it is not
    wanted = run.to_hash if run.back_of else run.from_hash
    earlier = next((one for one in versions if one.hash == wanted and (live is None or live.hash != wanted)), None)
    return {"found": found, "run": run, "names": names, "people": {str(one): name for one, name in people.items()},
            "named": named, "own": own, "earlier": earlier}


def _page(run_id: UUID, error: Invalid | Conflict | None = None) -> str:
    return render_template("admin/move_run.html", **_found(run_id), given=request.form, **refused(error))


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


@blueprint.post("/moving/runs/<uuid:run_id>/pause")
@access("instance.migrate")
def pause_move(run_id: UUID) -> Answer:
    """Until it goes on; a stop is for good."""
    return _steer(run_id, moving.PauseMigration, msg("Paused. Nothing moves until it goes on."), reason=text("reason"))


@blueprint.post("/moving/runs/<uuid:run_id>/resume")
@access("instance.migrate")
def resume_move(run_id: UUID) -> Answer:
    """Where it was."""
    return _steer(run_id, moving.ResumeMigration, msg("It goes on."), reason=text("reason"))


def _steer(run_id: UUID, kind: type[Command], said: str, **more: str) -> Answer:
    expect(*more)
    try:
        dispatch(kind, run_id=run_id, **more)
    except (Invalid, Conflict) as error:
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
