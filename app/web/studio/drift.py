"""Own versions whose base has moved on: what the base changed, what the office changed, and what to do about it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import dmn
from app.auth import queries as auth
from app.catalog import queries
from app.catalog.commands import KeepOwnDefinition, WithdrawDefinition
from app.kernel.errors import Conflict, Invalid, YikouError, msg
from app.studio import KINDS
from app.web import differences
from app.web.access import access
from app.web.admin.sent import expect, refused, text
from app.web.pages import dispatch, reading
from app.web.sessions import the_office
from app.web.studio import blueprint
from app.web.texts import t

Answer = str | tuple[str, int] | Response
MOST_CLASHES = 50


@dataclass(frozen=True)
class Clash:
    """A place that both changed: of a table by its row and column, of a text by its first line. The three texts."""

    where: str
    line: bool
    then: str
    now: str
    own: str


@blueprint.get("/drift")
@access("definition.read")
def drifted() -> str:
    """All that has fallen behind, each with its number of changes on both sides."""
    with reading() as reader:
        found = queries.drift(reader, the_office().tenant_id)
    return render_template("studio/drift.html", found=found)


@blueprint.get("/drift/<kind>/<key>")
@access("definition.read")
def drift_of(kind: str, key: str) -> str:
    """One definition three ways. Raises NotFound."""
    return _page(kind, key)


@blueprint.post("/drift/<kind>/<key>")
@access("definition.publish")
def settle_drift(kind: str, key: str) -> Answer:
    """Keep the own version beside the base's newer one, or take the base's."""
    try:
        expect("base", "own", "reason")
        if request.form.get("_action") == "take":
            return _take(kind, key)
        dispatch(KeepOwnDefinition, kind=kind, definition_key=key, base=text("base"), own=text("own"),
                 reason=text("reason"))
    except (Invalid, Conflict) as error:
        return _page(kind, key, error), error.status
    flash(t(msg("This office's version stays in force.")))
    return redirect(url_for("studio.drifted"), 303)


def _take(kind: str, key: str) -> Response:
    with reading() as reader:
        found = queries.three_way(reader, the_office().tenant_id, kind, key)
    if found.now is None:
        raise Invalid(msg("There is no shipped version to go back to."))
    if (found.now.hash, found.own.hash) != (text("base"), text("own")):
        raise Conflict(msg("Somebody else published a version meanwhile."))
    dispatch(WithdrawDefinition, kind=kind, definition_key=key)
    flash(t(msg("The shipped version is in force again.")))
    return redirect(url_for("studio.drifted"), 303)


def _page(kind: str, key: str, error: YikouError | None = None) -> str:
    tenant_id = the_office().tenant_id
    with reading() as reader:
        found = queries.three_way(reader, tenant_id, kind, key)
        drifted_apart = any((one.kind, one.key) == (kind, key) for one in queries.drift(reader, tenant_id))
        people = auth.names(reader, {one.published_by for one in (found.own, found.now) if one and one.published_by})
    then, now = (one.data if one else None for one in (found.then, found.now))
    return render_template(
        "studio/drift_of.html", kind=kind, key=key, found=found, drifted=drifted_apart, people=people,
        theirs=differences.between(kind, then, now) if then is not None and now is not None else None,
        ours=differences.between(kind, then, found.own.data) if then is not None else None,
        apart=differences.between(kind, now, found.own.data) if now is not None else None,
        clashes=clashes(kind, then, now, found.own.data) if then is not None and now is not None else [],
        editor=url_for("studio.editor", kind=kind, key=key) if kind in KINDS else "",
        reason=text("reason"), **refused(error))


def clashes(kind: str, then: bytes, now: bytes, own: bytes) -> list[Clash]:
    """Where both changed the same and not in the same way: cells of tables, runs of lines of everything else."""
    if kind == "decision" and all(differences.between(kind, then, one).tables for one in (now, own)):
        return _cells(then, now, own)[:MOST_CLASHES]
    return _lines(then, now, own)[:MOST_CLASHES]


def _cells(then: bytes, now: bytes, own: bytes) -> list[Clash]:
    found = []
    theirs, ours = ({one.id: one for one in dmn.sheets(data, "")} for data in (now, own))
    for before in dmn.sheets(then, ""):
        if before.id not in theirs or before.id not in ours:
            continue
        rows = [{row.id: row for row in sheets[before.id].rows} for sheets in (theirs, ours)]
        for number, row in enumerate(before.rows, 1):
            others = [one.get(row.id) for one in rows]
            for at, cell in enumerate(row.cells):
                new, mine = (one.cells[at] if one and at < len(one.cells) else "" for one in others)
                if len({cell, new, mine}) == 3:
                    label = before.columns[at].label if at < len(before.columns) else ""
                    found.append(Clash(f"{before.name} {number} · {label}", False, cell, new, mine))
    return found


def _lines(then: bytes, now: bytes, own: bytes) -> list[Clash]:
    texts = [data.decode("utf-8", "replace").splitlines() for data in (then, now, own)]
    sides = [[one for one in difflib.SequenceMatcher(None, texts[0], other, autojunk=False).get_opcodes()
              if one[0] != "equal"] for other in texts[1:]]
    found = []
    for _, a1, a2, b1, b2 in sides[0]:
        for _, c1, c2, d1, d2 in sides[1]:
            if max(a1, c1) < min(a2, c2) or a1 == a2 == c1 == c2:  # a run of both, or lines put in at the same place
                pieces = "\n".join(texts[1][b1:b2]), "\n".join(texts[2][d1:d2])
                if pieces[0] != pieces[1]:
                    first = min(a1, c1)
                    found.append(Clash(str(first + 1), True, "\n".join(texts[0][first:max(a2, c2)]), *pieces))
    return found
