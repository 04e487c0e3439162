"""Scenarios of a process: run them, open one as a walk, keep a walk as one, take one away."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from flask import flash, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import catalog
from app.cases import walking
from app.config import ROOT
from app.kernel import clock
from app.kernel.errors import DefinitionError, NotFound, YikouError, msg
from app.studio import walks as room
from app.web.access import access
from app.web.admin.sent import expect, text
from app.web.pages import dispatch, reading, uuid_or_none
from app.web.sessions import the_office
from app.web.studio import blueprint
from app.web.texts import t

Answer = Response | str | tuple[str, int]
ALL, OWN, SHIPPED = "all", "own", "shipped"
MOST_AT_ONCE = 60
"""Scenarios that are tried while somebody waits."""


def shipped(key: str) -> bytes | None:
    """The file of scenarios that ships beside a process. Raises NotFound for what is no key."""
    if not catalog.KEY.fullmatch(key):
        raise NotFound(msg("There is no such page."))
    file = (Path(ROOT) / catalog.kind_named("process").path(key)).with_name("scenarios.yaml")
    return file.read_bytes() if file.is_file() else None


def shown(reader: Session, tenant_id: UUID, found: room.Source, run: str) -> dict[str, Any]:
    """For the page: all scenarios, and how those went that `run` names."""
    try:
        told = room.scenarios(reader, tenant_id, found.key, shipped(found.key))
        wanted = [one for one in told if run in (ALL, name_of(one))][:MOST_AT_ONCE]
        tried = {name_of(one.told): one for one in room.tried(reader, tenant_id, found, wanted)} if wanted else {}
    except DefinitionError as error:
        return {"scenarios": [], "tried": {}, "scenario_problems": error.problems[:20], "ran": ""}
    proposed = next((one.scenario.variables for one in told), {})
    return {"scenarios": [(name_of(one), one) for one in told], "tried": tried, "scenario_problems": (), "ran": run,
            "proposed": proposed, "went_otherwise": sum(1 for one in tried.values() if one.problems)}


def name_of(one: room.Told) -> str:
    """How an address names a scenario: by its place in its file."""
    return f"{OWN if one.own else SHIPPED}-{one.index}"


@blueprint.post("/walk/<key>/scenario")
@access("definition.draft")
def use_scenario(key: str) -> Answer:
    """Open one as a walk (`open`), or take one of the office's own away (`remove`)."""
    from app.web.studio import walks

    expect("scenario", "act", "version")
    try:
        with reading() as reader:
            told = room.scenarios(reader, the_office().tenant_id, key, shipped(key))
        found = next((one for one in told if name_of(one) == text("scenario")), None)
        if found is None:
            raise NotFound(msg("There is no such scenario."))
        if text("act") == "remove" and found.own:
            dispatch(room.RemoveScenario, process_key=key, name=found.scenario.name)
            flash(t(msg("The scenario is removed.")))
            return redirect(url_for("studio.walks", key=key), 303)
        begin = room.begin_of(found.scenario, clock.now(), walking.Begin(clock.now()))
        answer = dispatch(room.BeginWalk, process_key=key, name=found.scenario.name[:120], beginning=begin.document(),
                          version_id=uuid_or_none(text("version")), deeds=room.deeds_of(found.scenario))
    except NotFound:
        raise
    except YikouError as error:
        return walks.start_page(key, error=error), error.status
    if found.scenario.answers:
        flash(t(msg("The scenario answers these itself; the walk asks the real tables: %(names)s"),
                names=", ".join(found.scenario.answers)), "warn")
    return redirect(url_for("studio.walk", key=key, walk_id=answer["walk_id"]), 303)


@blueprint.post("/walk/<key>/<uuid:walk_id>/scenario")
@access("definition.draft")
def save_scenario(key: str, walk_id: UUID) -> Answer:
    """Under a name of its own; where the walk cannot be told as one, why."""
    from app.web.studio import walks

    expect("name")
    with reading() as reader:
        room.walk(reader, key, walk_id)
    try:
        dispatch(room.SaveScenario, walk_id=walk_id, name=text("name"))
    except NotFound:
        raise
    except DefinitionError as error:
        problem = YikouError(error.problems[0].message, **error.problems[0].params)
        problem.status = 422
        return walks.walk_page(key, walk_id, error=problem)
    except YikouError as error:
        return walks.walk_page(key, walk_id, error=error)
    flash(t(msg("Kept as a scenario. It is tried before a change of this process comes into force.")))
    return redirect(url_for("studio.walks", key=key) + "#scenarios", 303)
