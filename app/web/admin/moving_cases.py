"""Moving running cases to another version of a process: what is chosen, where cases stand, what takes whose place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import catalog
from app.cases import moving as moving_room
from app.cases import queries as cases
from app.catalog import queries
from app.catalog.queries import Entry
from app.kernel.errors import Conflict, Invalid, NotFound, msg
from app.web.access import access
from app.web.admin import blueprint, definitions, live_counts
from app.web.admin.sent import expect, refused, text
from app.web.element_names import element_name
from app.web.pages import dispatch, reading
from app.web.sessions import actor, the_office
from app.web.texts import zone

PAIR = "pair."


@blueprint.get("/moving/<key>")
@access("definition.read")
def moving(key: str) -> str:
    """From which version to which; nothing changes here."""
    return _page(key, request.args.get("from", ""), request.args.get("to", ""))


@blueprint.post("/moving/<key>")
@access("instance.plan")
def plan_move(key: str) -> Response | tuple[str, int]:
    """The look begins in the background."""
    try:
        pairs = {name.removeprefix(PAIR): value for name, value in request.form.items()
                 if name.startswith(PAIR) and value}
        expect("from", "to", "at", "since", "reason", *(name for name in request.form if name.startswith(PAIR)))
        with reading() as reader:
            versions = _versions(reader, key)
            old, new = _chosen(versions, text("from")), _chosen(versions, text("to"))
        if old is None or new is None:
            raise Invalid(msg("Please choose both versions."))
        answer = dispatch(moving_room.PlanMigration, process_id=key, from_hash=old.hash, to_hash=new.hash, pairs=pairs,
                          at=tuple(request.form.getlist("at")), submitted_from=_since(), reason=text("reason"))
    except (Invalid, Conflict) as error:
        return _page(key, text("from"), text("to"), **refused(error), given=request.form), error.status
    return redirect(url_for("admin.move_run", run_id=answer["run_id"]), 303)


def _since() -> datetime | None:
    """Midnight of the day that was chosen, in the office's zone."""
    try:
        day = date.fromisoformat(text("since")) if text("since") else None
    except ValueError:
        raise Invalid(msg("Please check the marked fields."), fields={"since": [(msg("Please give a date."), {})]}
                      ) from None
    return datetime.combine(day, time(), tzinfo=zone()) if day is not None else None


def _versions(reader: Session, key: str) -> list[Entry]:
    found = queries.history(reader, the_office().tenant_id, "process", key)
    if not found:
        raise NotFound(msg("There is no such process."))
    return found


def _chosen(versions: list[Entry], version_id: str) -> Entry | None:
    return next((one for one in versions if str(one.id) == version_id), None)


def _page(key: str, old_id: str, new_id: str, **refusal: Any) -> str:
    tenant_id = the_office().tenant_id
    with reading() as reader:
        versions = _versions(reader, key)
        open_cases = cases.open_by_version(reader, key, (one.hash for one in versions))
        new = _chosen(versions, new_id) or definitions.in_force(versions)
        others = [one for one in versions if new is None or one.hash != new.hash]
        old = _chosen(versions, old_id) or max(others, key=lambda one: open_cases.get(one.hash, 0), default=None)
        both = old is not None and new is not None and old.hash != new.hash
        places = (moving_room.places(reader, tenant_id, actor(), key, old.hash, new.hash)
                  if both and old is not None and new is not None else [])
        runs = moving_room.runs(reader, actor(), key)
        own = origins(reader, (one.run for one in runs))
    return render_template(
        "admin/moving.html", key=key, versions=versions, open_cases=open_cases, old=old, new=new, both=both,
        places=places, runs=runs, own=own, name=element_name, type_name=live_counts.type_name,
        **{"problem": "", "errors": {}, "given": {}, **refusal})


def origins(reader: Session, runs: Iterable[moving_room.MigrationRun]) -> dict[str, bool]:
    """Hash -> whether the version is the office's own: a shipped one may have the same number."""
    tenant_id = the_office().tenant_id
    return {digest: catalog.compiled_by_hash(reader, tenant_id, digest)[0].tenant_id == tenant_id
            for digest in {digest for run in runs for digest in (run.from_hash, run.to_hash)}}


def names_of(reader: Session, run: moving_room.MigrationRun) -> dict[str, str]:
    """Element id -> name, of both versions; and the kinds of elements in words."""
    found = {kind: live_counts.type_name(kind) for kind in live_counts.TYPES}
    for digest in (run.from_hash, run.to_hash):
        definition = catalog.compiled_by_hash(reader, the_office().tenant_id, digest)[1]
        found |= {one.id: element_name(one) for one in definition.elements.values()}
    return found
