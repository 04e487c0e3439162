"""The editor of a rule file: faults in place, completion, the dry run beside it, and publishing with a reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import catalog, rules
from app.catalog import queries as published
from app.catalog.commands import NoteRefusal
from app.kernel.errors import Conflict, DefinitionError, Invalid, Problem, YikouError, msg
from app.rules import queries
from app.tenancy import queries as tenancy
from app.web import differences
from app.web.access import access
from app.web.admin import blueprint, definitions, rule_runs
from app.web.admin.sent import expect, text
from app.web.pages import dispatch, reading
from app.web.sessions import the_office
from app.web.texts import name_of, t
from app.web.words import word

Answer = Response | tuple[str, int] | str
KIND, SHADOW = "supervision", "supervision_shadow"
HOW = ("live", "shadow", "beside")
FIELDS = ("source", "rule", "begun_from", "begun_trial", "how", "reason", *rule_runs.FIELDS)
MOST = 200_000
NEW = """rule: new_rule
title: 新规则 / A new rule
shape: match
mode: live
event: case.rated
where: 'rating <= 2'
then:
  - {action: notify, params: {role: supervisor}}
scenarios:
  - name: 两分 / Two points
    events:
      - {event: case.rated, case: a, rating: 2}
    fires: [1]
"""


@dataclass
class Draft:
    """A text on somebody's page. `rule`: the name it was begun from; `begun_*`: hashes of what stood there then."""

    source: str
    rule: str = ""
    begun_from: str = ""
    begun_trial: str = ""
    how: str = "live"
    problems: list[Problem] = field(default_factory=list)
    problem: str = ""
    checked: bool = False
    run: rule_runs.DryRun | None = None
    asks: str = ""

    @property
    def data(self) -> bytes:
        """As it is published."""
        return self.source.encode()

    @property
    def errors(self) -> list[Problem]:
        """What is refused."""
        return [one for one in self.problems if one.severity == "error"]


@blueprint.get("/supervision-rules-editor")
@access("definition.read")
def rule_editor() -> str:
    """A rule in force, or on trial (`trial=1`), or an earlier version (`version`), ready to be changed; else a new one.
    """
    key, tenant_id = request.args.get("rule", ""), the_office().tenant_id
    if not key:
        return _page(Draft(NEW, how="live"))
    with reading() as reader:
        places = {kind: _hash(reader, tenant_id, kind, key) for kind in (KIND, SHADOW)}
        wanted = request.args.get("version", "")
        known = [one for kind in (KIND, SHADOW) for one in published.history(reader, tenant_id, kind, key)]
        chosen = next((one for one in known if str(one.id) == wanted), None)
        trial = bool(request.args.get("trial")) or not places[KIND]
        shown = (published.version(reader, tenant_id, chosen.id) if chosen is not None
                 else published.effective(reader, tenant_id, SHADOW if trial else KIND, key))
    source = shown.data.decode("utf-8", "replace")
    how = "beside" if shown.kind == SHADOW else "shadow" if "\nmode: shadow" in source else "live"
    return _page(Draft(source, key, places[KIND], places[SHADOW], how))


@blueprint.post("/supervision-rules-editor")
@access("definition.read")
def try_rule() -> Answer:
    """Check, or run on past events: the button tells which. Nothing is stored; whatever was typed comes back."""
    draft = _sent()
    _judge(draft)
    draft.checked = True
    if request.form.get("_action") == "run" and not draft.errors:
        draft.run = rule_runs.run(draft.data)
        draft.problem = draft.run.problem
    return _page(draft), 422 if draft.errors or draft.problem else 200


@blueprint.post("/supervision-rules-editor/publish")
@access("definition.publish")
def publish_rule() -> Answer:
    """In force or on trial. A rule that would have fired very often is published after a second confirmation."""
    draft = _sent()
    _judge(draft)
    if draft.errors:
        dispatch(NoteRefusal, kind=KIND, definition_key=_key(draft) or "?", problems=len(draft.errors))
        draft.problem = t(msg("The file was refused. What was in force stays in force."))
        return _page(draft), 422
    if not text("reason"):
        draft.problem = t(msg("Please say why: whoever reads the rule next will ask."))
        return _page(draft), 422
    if not rule_runs.confirmed(draft.data):
        draft.run = rule_runs.run(draft.data)
        draft.asks = draft.run.asks
        if draft.asks:
            return _page(draft), 422
    return _publish(draft)


def _publish(draft: Draft) -> Answer:
    key, beside = _key(draft), draft.how == "beside"
    begun = (draft.begun_trial if beside else draft.begun_from) if key == draft.rule else ""
    file = catalog.kind_named(SHADOW if beside else KIND).path(key, f"tenants/{the_office().slug}")
    try:
        answer = dispatch(rules.PublishRule, rule=key, data=draft.data, beside=beside, file=file, reason=text("reason"),
                          mode="live" if draft.how == "live" else "shadow", begun_from=begun)
    except DefinitionError as error:
        draft.problems = list(error.problems)
        draft.problem = t(msg("The file was refused. What was in force stays in force."))
        return _page(draft), 422
    except Conflict as error:
        with reading() as reader:
            draft.begun_from, draft.begun_trial = (
                _hash(reader, the_office().tenant_id, kind, key) for kind in (KIND, SHADOW))
        draft.rule = key
        draft.problem = t(error.message) + " " + t(msg("Below stands what your text would change in it now."))
        return _page(draft), 409
    said = (msg("On trial: %(key)s, version %(version)s.") if beside
            else msg("In force: %(key)s, version %(version)s."))
    flash(t(said, key=key, version=answer["version"]))
    return redirect(url_for("admin.supervision_rule", key=key), 303)


@blueprint.get("/supervision-rules-editor/language")
@access("definition.read")
def rule_language() -> Response:
    """What completion offers, with words in the reader's language."""
    with reading() as reader:
        units = [[unit.code, name_of(unit)] for unit in tenancy.units(reader, active_only=True)]
        templates = [one.key for one in published.listing(reader, the_office().tenant_id, "message")]
    found: dict[str, Any] = queries.language()
    keys = {key for names in (*found["shapes"].values(), *found["blocks"].values()) for key in names}
    params = {name for one in found["actions"].values() for name in one}
    found["words"] = {
        "shape": {one: word("rule_shape", one) for one in found["shapes"]},
        "mode": {one: word("rule_mode", one) for one in found["modes"]},
        "event": {one: word("event", one) for one in found["events"]},
        "action": {one: word("rule_deed", one) for one in found["actions"]},
        "role": {one: word("role", one) for one in found["roles"]},
        "key": {one: word("rule_key", one) for one in sorted(keys)},
        "param": {one: word("rule_param", one) for one in sorted(params)},
        "kind": {one: word("field_kind", one) for one in ("id", "code", "integer", "boolean", "number", "time")},
    }
    return jsonify({**found, "units": units, "templates": templates})


@blueprint.post("/supervision-rules-editor/verdict")
@access("definition.read")
def rule_verdict() -> Response:
    """The faults of a text, for the editor: [{line, column, severity, text}]."""
    draft = _sent()
    _judge(draft)
    return jsonify([{"line": one.line or 1, "column": one.column or 1, "severity": one.severity, "text": one.told(t)}
                    for one in draft.problems[:100]])


def _sent() -> Draft:
    """The form's text; a browser sends line ends as CRLF whatever the file had. Raises Invalid."""
    expect(*FIELDS)
    source = request.form.get("source", "").replace("\r\n", "\n")
    if len(source) > MOST:
        raise Invalid(msg("A text of at most %(limit)s characters was expected."), limit=MOST)
    how = text("how") if text("how") in HOW else "live"
    return Draft(source, text("rule")[:100], text("begun_from")[:64], text("begun_trial")[:64], how)


def _judge(draft: Draft) -> None:
    with reading() as reader:
        draft.problems = published.verdict(reader, the_office().tenant_id, KIND, _key(draft) or "rule", draft.data)


def _key(draft: Draft) -> str:
    """The name in the text; empty where it has none."""
    try:
        found = catalog.kind_named(KIND).identify(draft.data)
    except YikouError:
        return ""
    return found if catalog.KEY.fullmatch(found) else ""


def _hash(reader: Any, tenant_id: Any, kind: str, key: str) -> str:
    found = catalog.live(reader, tenant_id, kind, key)
    return found.hash if found is not None else ""


def _page(draft: Draft) -> str:
    key = _key(draft)
    with reading() as reader:
        kind = SHADOW if draft.how == "beside" and catalog.live(reader, the_office().tenant_id, SHADOW, key) else KIND
        current = catalog.live(reader, the_office().tenant_id, kind, key) if key else None
    return render_template(
        "admin/rule_editor.html", draft=draft, key=key, how=HOW, days=rule_runs.chosen_days(), all_days=rule_runs.DAYS,
        lines=definitions.lines_of(draft.data, draft.problems), mark=rule_runs.mark(draft.data),
        reason=text("reason") if request.method == "POST" else "",
        difference=differences.between(KIND, current.data, draft.data) if current is not None else None)
