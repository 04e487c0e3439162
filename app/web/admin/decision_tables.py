"""Decision tables for who is no programmer: change cells and rows, see what it does, publish with a reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import catalog, dmn
from app.cases import backtest
from app.catalog import queries
from app.catalog.commands import NoteRefusal, PublishDefinition
from app.config import ROOT
from app.kernel.clock import now
from app.kernel.errors import Conflict, DefinitionError, Invalid, NotFound, Problem, YikouError, msg
from app.web import differences
from app.web.access import access
from app.web.admin import blueprint, past_cases, publishing, sheets
from app.web.admin import cells as table_cells
from app.web.admin.sent import expect, text
from app.web.pages import dispatch, reading
from app.web.sessions import the_office
from app.web.texts import t

Answer = Response | tuple[str, int]
KIND = "decision"


@dataclass
class Draft:
    """Tables on somebody's page. `begun`: the version they were made from."""

    key: str
    begun: catalog.Published
    data: bytes
    tables: list[dmn.Sheet]
    problems: list[Problem] = field(default_factory=list)
    problem: str = ""
    focus: tuple[int, int] | None = None
    checked: bool = False
    free: bool = False
    past: backtest.Backtest | None = None


@blueprint.get("/tables")
@access("definition.read")
def decision_tables() -> str:
    """All decisions that consist of tables, with who changed them last and why."""
    tenant_id = the_office().tenant_id
    with reading() as reader:
        found = [(one, queries.effective(reader, tenant_id, KIND, one.key).data)
                 for one in queries.listing(reader, tenant_id, KIND)]
    listed = [(one, dmn.sheets(data, one.key), sheets.titles(data, one.key).get(one.key, one.key))
              for one, data in found]
    return render_template("admin/decision_tables.html", listed=[row for row in listed if row[1]])


@blueprint.get("/tables/<key>")
@access("definition.read")
def decision_table(key: str) -> str:
    """The tables in force, ready to be changed."""
    begun = _in_force(key)
    return _page(Draft(key, begun, begun.data, dmn.sheets(begun.data, key)))


@blueprint.post("/tables/<key>")
@access("definition.publish")
def change_table(key: str) -> Answer:
    """Move rows, check, try on past cases, or publish: the button tells which. Whatever was typed comes back."""
    try:
        draft, action = _sent(key), request.form.get("_action", "check")
    except Invalid as error:
        begun = _in_force(key)
        return _page(Draft(key, begun, begun.data, dmn.sheets(begun.data, key), problem=_said(error))), 422
    if action == "publish":
        return _publish(draft)
    draft.checked, draft.free = action == "check", draft.free != (action == "free")
    _judge(draft)
    if action == "past" and not _errors(draft.problems):
        draft.past, draft.problem = past_cases.try_or_say(key, draft.data)
    asked = draft.checked or action == "past"
    return _page(draft), 422 if asked and (_errors(draft.problems) or draft.problem) else 200


def _sent(key: str) -> Draft:
    """The tables of the form, in the file of the version they were begun from."""
    begun = _begun(key)
    tables = dmn.sheets(begun.data, key)
    expect(*sheets.names(tables, request.form))
    rows, focus = sheets.sent(tables, request.form), None
    action = request.form.get("_action", "check")
    if action not in ("check", "publish", "free", "past"):
        focus = sheets.moved(tables, rows, action)
    data, _ = dmn.written(begun.data, key, rows)
    same = dmn.sheets(data, key) == tables
    return Draft(key, begun, begun.data if same else data, dmn.sheets(data, key), focus=focus,
                 free=bool(text("free")))


def _begun(key: str) -> catalog.Published:
    """The version whose hash the form holds; the one in force where it is unknown."""
    tenant_id, wanted = the_office().tenant_id, text("begun_from")
    with reading() as reader:
        for one in queries.history(reader, tenant_id, KIND, key):
            if one.hash == wanted:
                return queries.version(reader, tenant_id, one.id)
    return _in_force(key)


def _in_force(key: str) -> catalog.Published:
    with reading() as reader:
        found = queries.effective(reader, the_office().tenant_id, KIND, key)
    if not dmn.sheets(found.data, key):
        raise NotFound(msg("There is no such version."))
    return found


def _publish(draft: Draft) -> Answer:
    reason = text("reason")
    if not reason:
        draft.problem = t(msg("Please say why: whoever reads the table next will ask."))
        _judge(draft)
        return _page(draft), 422
    try:
        answer = dispatch(PublishDefinition, kind=KIND, definition_key=draft.key, data=draft.data, reason=reason,
                          file=catalog.kind_named(KIND).path(draft.key, f"tenants/{the_office().slug}"),
                          begun_from=draft.begun.hash)
    except DefinitionError as error:
        draft.problems = list(error.problems)
        dispatch(NoteRefusal, kind=KIND, definition_key=draft.key, problems=len(error.problems))
        draft.problem = t(msg("The table was refused. What was in force stays in force."))
        return _page(draft), 422
    except Conflict as error:
        return _behind(draft, error), 409
    flash(t(msg("In force: %(key)s, version %(version)s."), key=draft.key, version=answer["version"]))
    publishing.flash_trial(draft.data)
    publishing.flash_hints(KIND, draft.key, draft.data)
    return redirect(url_for("admin.definition", kind=KIND, key=draft.key), 303)


def _behind(draft: Draft, error: Conflict) -> str:
    """The same rows over what is in force now: publishing once more is a choice, made with both in sight."""
    current = _in_force(draft.key)
    draft.problem = _said(error) + " " + t(msg("Below stands what your table would change in it now."))
    rows = {sheet.id: list(sheet.rows) for sheet in draft.tables}
    known = {sheet.id: len(sheet.columns) for sheet in dmn.sheets(current.data, draft.key)}
    if {sheet.id: len(sheet.columns) for sheet in draft.tables} == known:
        draft.data, _ = dmn.written(current.data, draft.key, rows)
        draft.tables, draft.begun = dmn.sheets(draft.data, draft.key), current
    _judge(draft)
    return _page(draft)


def _judge(draft: Draft) -> None:
    with reading() as reader:
        draft.problems = queries.verdict(reader, the_office().tenant_id, KIND, draft.key, draft.data)


def _page(draft: Draft) -> str:
    cells, rest = sheets.faults(draft.tables, draft.problems)
    wrong = _errors(draft.problems)
    trial = past_cases.before(draft.past, draft.data)
    with reading() as reader:
        known = table_cells.names(reader)
    return render_template(
        "admin/decision_table.html", key=draft.key, titles=sheets.titles(draft.data, draft.key), tables=draft.tables,
        cells=cells, problems=rest, wrong=wrong,
        hints=[] if wrong else sheets.by_table(draft.tables, draft.problems), free=draft.free,
        heading=table_cells.half,
        choices=[[[] if draft.free else table_cells.choices(column, known) for column in sheet.columns]
                 for sheet in draft.tables],
        sentences=[[table_cells.sentence(sheet, row, known) for row in sheet.rows] for sheet in draft.tables],
        problem=draft.problem or (t(msg("Some cells do not hold yet.")) if wrong else ""), focus=draft.focus,
        past=draft.past, trial=trial, trial_holds=trial is not None and trial.is_of(draft.data),
        past_days=past_cases.DAYS, days=past_cases.chosen_days(), shown_groups=past_cases.SHOWN_GROUPS,
        begun=draft.begun, reason=text("reason") if request.method == "POST" else "", checked=draft.checked,
        difference=differences.between(KIND, draft.begun.data, draft.data),
        effect=None if wrong or draft.data == draft.begun.data else _effect(draft))


def _effect(draft: Draft) -> dict[str, Any] | None:
    """What the shipped scenarios answer before and after; None where there are none to ask."""
    file = Path(ROOT) / catalog.kind_named(KIND).path(draft.key)
    scenarios = file.with_name("scenarios.yaml")
    if not scenarios.is_file():
        return None
    asked = dmn.questions(catalog.read_yaml(scenarios.read_bytes(), scenarios.name))
    before, after = (dmn.load(data, draft.key) for data in (draft.begun.data, draft.data))
    return {"asked": len(asked), "found": dmn.effects(before, after, draft.key, asked, now())[:100]}


def _errors(problems: list[Problem]) -> bool:
    return any(problem.severity == "error" for problem in problems)


def _said(error: YikouError) -> str:
    return t(error.message, **error.params)
