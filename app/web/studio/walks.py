"""Walking through a process: how it starts, each step, back, and another way from here. Nothing of it is real."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import flash, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import catalog
from app.cases import walking
from app.kernel import clock, documents
from app.kernel.errors import DefinitionError, Invalid, NotFound, YikouError, msg
from app.studio import walks as room
from app.web.access import access
from app.web.admin.definitions import for_viewer
from app.web.admin.sent import expect, text
from app.web.pages import dispatch, entries, reading, uuid_or_none
from app.web.sessions import the_office
from app.web.studio import blueprint, walk_shown
from app.web.texts import local_now, t, zone

Answer = Response | str | tuple[str, int]
RIGHT = "definition.draft"
MOST = 50_000
"""Characters of variables as JSON."""
BEGIN = ("name", "version", "at", "channel", "module", "service", "urgency", "anonymous", "phone", "account",
         "has_place", "auto", "internal", "variables", "element", "brought")
OWN = "_walk."
"""What the names of a walk's own fields begin with, beside those of a generated form."""


@blueprint.get("/walk/<key>")
@access(RIGHT)
def walks(key: str) -> str:
    """How to start one; those that are there; the scenarios of the process."""
    return start_page(key)


@blueprint.post("/walk/<key>")
@access(RIGHT)
def begin_walk(key: str) -> Answer:
    """A start that cannot be shows the page again, with what was entered."""
    try:
        expect(*BEGIN)
        with reading() as reader:
            as_case = walking.is_process_of_cases(reader, key)
        answer = dispatch(room.BeginWalk, process_key=key, name=text("name") or t(msg("Walk")),
                          beginning=_begin(as_case), version_id=uuid_or_none(text("version")))
    except NotFound:
        raise
    except YikouError as error:
        return start_page(key, error=error), error.status
    return redirect(url_for("studio.walk", key=key, walk_id=answer["walk_id"]), 303)


def _begin(as_case: bool) -> dict[str, Any]:
    """The document of a start. Raises Invalid at the field."""
    more: dict[str, Any] = {}
    if as_case:
        more = {name: text(name) or None for name in ("module", "service", "urgency")}
        more |= {name: text(name) == "on" for name in ("anonymous", "phone", "account", "has_place")}
        more |= {"channel": text("channel") or "web"}
    return walking.Begin(
        at=_at(), as_case=as_case, internal=text("internal") == "on", auto=text("auto") == "on",
        variables=json_object("variables"), element=text("element") or None, brought=json_object("brought"),
        **more).document()


def _at() -> datetime:
    if not text("at"):
        return clock.now()
    try:
        return datetime.fromisoformat(text("at")).replace(tzinfo=zone()).astimezone(clock.now().tzinfo)
    except (ValueError, OverflowError):
        raise wrong("at", msg("This is no date and time.")) from None


def json_object(name: str) -> dict[str, Any]:
    """A field of variables; empty: none. Raises Invalid at the field."""
    said = request.form.get(name, "").strip()
    try:
        values = documents.load(said) if said and len(said) <= MOST else {}
    except (ValueError, RecursionError) as error:
        raise wrong(name, msg("This is no JSON: %(problem)s"), problem=str(error)[:200]) from error
    if not isinstance(values, dict) or len(said) > MOST:
        raise wrong(name, msg("Please write an object, as {\"unit\": \"LRS\"}."))
    return values


def wrong(name: str, said: str, **params: Any) -> Invalid:
    """A fault of one field."""
    return Invalid(msg("Please check what is marked."), fields={name: [(said, params)]})


def start_page(key: str, *, error: YikouError | None = None, run: str = "") -> str:
    """The page of a process. Raises NotFound for one that is not there."""
    if not catalog.KEY.fullmatch(key):
        raise NotFound(msg("There is no such page."))
    with reading() as reader:
        found = room.source(reader, the_office().tenant_id, key, uuid_or_none(request.args.get("version")))
        shown = walk_shown.start(reader, found, run or request.args.get("run", ""))
    return render_template("studio/walks.html", key=key, given=request.form, error=error,
                           problem=t(error.message, **error.params) if error else "",
                           errors=error.fields if isinstance(error, Invalid) else {},
                           now=f"{local_now():%Y-%m-%dT%H:%M}", **shown)


@blueprint.get("/walk/<key>/<uuid:walk_id>")
@access(RIGHT)
def walk(key: str, walk_id: UUID) -> Answer:
    """Where it stands, what can be done, and what was done."""
    return walk_page(key, walk_id)


def walk_page(key: str, walk_id: UUID, *, error: YikouError | None = None,
              raw: Mapping[str, Any] | None = None) -> Answer:
    """Played from its start on the diagram as it is now."""
    with reading() as reader:
        row = room.walk(reader, key, walk_id)
        try:
            found = room.source(reader, the_office().tenant_id, key, row.version_id)
            played = room.played(reader, the_office().tenant_id, row, found)
        except DefinitionError as problem:
            return _broken(row, problem, t(msg("The diagram cannot run as it is now. Mend it, and the walk goes on.")))
        except YikouError as problem:
            return _broken(row, None, t(problem.message, **problem.params))
        shown = walk_shown.page(reader, row, found, played, error, raw)
    return render_template("studio/walk.html", **shown), error.status if error else 200


def _broken(row: Any, problem: DefinitionError | None, said: str) -> tuple[str, int]:
    return render_template("studio/walk_broken.html", row=row, key=row.process_key, said=said,
                           problems=problem.problems[:50] if problem else ()), 422


@blueprint.post("/walk/<key>/<uuid:walk_id>")
@access(RIGHT)
def take_step(key: str, walk_id: UUID) -> Answer:
    """One deed more. A form that is not right, or only changed, is shown again."""
    raw = {name: value for name, value in entries().items() if not name.startswith(OWN)}
    try:
        _of(key, walk_id)
        deed = _deed(raw)
        if request.form.get("_action"):
            return walk_page(key, walk_id, raw=walk_shown.changed(raw, request.form["_action"]))
        dispatch(room.TakeStep, walk_id=walk_id, deed=deed, changes=_number("changes"))
    except NotFound:
        raise
    except YikouError as error:
        return walk_page(key, walk_id, error=error, raw=raw)
    return redirect(url_for("studio.walk", key=key, walk_id=walk_id, diagram=request.args.get("diagram")) + "#now", 303)


def _of(key: str, walk_id: UUID) -> None:
    """Raises NotFound for a walk of another process."""
    with reading() as reader:
        room.walk(reader, key, walk_id)


def _number(name: str) -> int:
    said = text(OWN + name)
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 9 else 0


def _deed(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What the form of the page asks for. Raises Invalid."""
    kind, target = text(OWN + "act"), text(OWN + "target")[:200]
    known = {OWN + name for name in FIELDS.get(kind, ())} | {OWN + "act", OWN + "target", OWN + "changes"}
    extra = sorted(name for name in request.form if name.startswith(OWN) and name not in known)
    if kind not in FIELDS or extra or (raw and kind != "do"):
        raise Invalid(msg("The form has fields that are not known here: %(names)s"),
                      names=", ".join(extra or sorted(raw) or [kind])[:200])
    if kind == "do":
        return {"do": target, "nth": _number("nth"), "with": dict(raw), "as": text(OWN + "as")[:100],
                "by": text(OWN + "by")[:20]}
    if kind == "job":
        return _job(target)
    if kind == "wait":
        return {"wait": {"amount": text(OWN + "amount") or "0", "unit": text(OWN + "unit")}}
    if kind in ("send", "signal"):
        return {kind: target, "key": text(OWN + "key")[:200], "with": json_object(OWN + "with")}
    return {"fire": target, "nth": _number("nth")} if kind == "fire" else {"retry": True}


def _job(target: str) -> dict[str, Any]:
    deed = {"job": target, "nth": _number("nth")}
    how = text(OWN + "how")
    if how in ("down", "silent"):
        return {**deed, how: True}
    if how == "error":
        code = text(OWN + "error")[:100]
        if not code:
            raise wrong(OWN + "error", msg("Please write the code of the error."))
        return {**deed, "error": code, "with": json_object(OWN + "with")}
    return {**deed, "with": json_object(OWN + "with")}


FIELDS: dict[str, tuple[str, ...]] = {
    "do": ("nth", "as", "by"), "job": ("nth", "how", "error", "with"), "fire": ("nth",), "wait": ("amount", "unit"),
    "send": ("key", "with"), "signal": ("key", "with"), "retry": ()}
"""Which fields go with a deed."""


@blueprint.post("/walk/<key>/<uuid:walk_id>/back")
@access(RIGHT)
def go_back(key: str, walk_id: UUID) -> Answer:
    """To an earlier step; or another walk from there, and this one stays."""
    expect("steps", "changes", "other")
    _of(key, walk_id)
    steps, changes = (int(text(name)) if text(name).isascii() and text(name).isdecimal() and len(text(name)) < 9 else -1
                      for name in ("steps", "changes"))
    try:
        if text("other"):
            answer = dispatch(room.CopyWalk, walk_id=walk_id, steps=steps)
            flash(t(msg("Another walk, with the same first steps.")))
            return redirect(url_for("studio.walk", key=key, walk_id=answer["walk_id"]), 303)
        dispatch(room.GoBack, walk_id=walk_id, steps=steps, changes=changes)
    except NotFound:
        raise
    except YikouError as error:
        return walk_page(key, walk_id, error=error)
    return redirect(url_for("studio.walk", key=key, walk_id=walk_id) + "#now", 303)


@blueprint.post("/walk/<key>/<uuid:walk_id>/remove")
@access(RIGHT)
def remove_walk(key: str, walk_id: UUID) -> Response:
    """Nothing of it stays."""
    expect()
    _of(key, walk_id)
    dispatch(room.RemoveWalk, walk_id=walk_id)
    flash(t(msg("The walk is removed.")))
    return redirect(url_for("studio.walks", key=key), 303)


@blueprint.get("/walk/<key>/<uuid:walk_id>/diagram/<process>")
@access(RIGHT)
def walk_diagram(key: str, walk_id: UUID, process: str) -> Response:
    """The walked diagram, or one that it calls, with tokens and path, for the viewer."""
    with reading() as reader:
        row = room.walk(reader, key, walk_id)
        found = room.source(reader, the_office().tenant_id, key, row.version_id)
        played = room.played(reader, the_office().tenant_id, row, found)
        data = found.data if process == key else _called(reader, played, process)
    here, stopped = played.standing(), {one.element_id for one in played.incidents}
    active = sorted({element for owner, element in here if owner == process})
    visited = sorted({element for owner, element in played.path() if owner == process} - set(active))
    return jsonify({"xml": for_viewer(data), "active": active, "visited": visited,
                    "incidents": [one for one in active if one in stopped]})


def _called(reader: Session, played: walking.Walked, process: str) -> bytes:
    definition = played.definitions.get(process)
    if definition is None:
        raise NotFound(msg("There is no such page."))
    return catalog.compiled_by_hash(reader, the_office().tenant_id, definition.hash)[0].data
