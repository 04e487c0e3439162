"""A rule on trial beside the one in force: what each noticed, making it live, ending the trial; switching the mode."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import catalog, rules
from app.catalog import queries as published
from app.catalog.commands import WithdrawDefinition
from app.kernel.errors import Conflict, DefinitionError, Invalid, msg
from app.rules import queries
from app.web import differences
from app.web.access import access
from app.web.admin import blueprint, rule_runs, supervision_rules
from app.web.admin.sent import expect, text
from app.web.pages import dispatch, reading
from app.web.sessions import the_office
from app.web.texts import t

Answer = Response | tuple[str, int]
KIND, SHADOW = "supervision", "supervision_shadow"


@blueprint.get("/supervision-rules/<key>/trial")
@access("definition.read")
def rule_trial(key: str) -> str:
    """Numbers and samples since both versions are there."""
    return _page(key)


@blueprint.post("/supervision-rules/<key>/trial/live")
@access("definition.publish")
def make_rule_live(key: str) -> Answer:
    """The version on trial takes the place of the one in force; very busy ones after a second confirmation."""
    expect("trial", "reason", *rule_runs.FIELDS)
    with reading() as reader:
        data = published.effective(reader, the_office().tenant_id, SHADOW, key).data
    if not text("reason"):
        return _page(key, t(msg("Please say why: whoever reads the rule next will ask."))), 422
    if not rule_runs.confirmed(data):
        asks = rule_runs.run(data).asks
        if asks:
            return _page(key, asks=asks), 422
    try:
        answer = dispatch(rules.MakeRuleLive, rule=key, trial=text("trial"), reason=text("reason"), file=_file(key))
    except (Conflict, DefinitionError) as error:
        return _page(key, t(error.message, **error.params)), 409
    flash(t(msg("In force: %(key)s, version %(version)s."), key=key, version=answer["version"]))
    return redirect(url_for("admin.supervision_rule", key=key), 303)


@blueprint.post("/supervision-rules/<key>/trial/end")
@access("definition.publish")
def end_rule_trial(key: str) -> Response:
    """What it noticed stays on record; its versions, too."""
    expect()
    dispatch(WithdrawDefinition, kind=SHADOW, definition_key=key)
    flash(t(msg("The trial of %(key)s has ended."), key=key))
    with reading() as reader:
        left = catalog.live(reader, the_office().tenant_id, KIND, key)
    return redirect(url_for("admin.supervision_rule", key=key) if left else url_for("admin.supervision_rules"), 303)


@blueprint.post("/supervision-rules/<key>/mode")
@access("definition.publish")
def switch_rule_mode(key: str) -> Answer:
    """The version in force acts, or only notes from now on: a new version that differs in this line."""
    expect("mode", "reason", "begun_from", *rule_runs.FIELDS)
    if text("mode") not in ("live", "shadow"):
        raise Invalid(msg("Please choose one of the options."))
    if not text("reason"):
        raise Invalid(msg("Please say why: whoever reads the rule next will ask."))
    with reading() as reader:
        data = published.effective(reader, the_office().tenant_id, KIND, key).data
    asks = rule_runs.run(data).asks if text("mode") == "live" and not rule_runs.confirmed(data) else ""
    if asks:
        return supervision_rules.one_rule(key, asks, rule_runs.mark(data), text("reason")), 422
    answer = dispatch(rules.PublishRule, rule=key, data=data, mode=text("mode"), reason=text("reason"),
                      begun_from=text("begun_from"), file=_file(key))
    flash(t(msg("In force: %(key)s, version %(version)s."), key=key, version=answer["version"]))
    return redirect(url_for("admin.supervision_rule", key=key), 303)


def _file(key: str) -> str:
    return catalog.kind_named(KIND).path(key, f"tenants/{the_office().slug}")


def _page(key: str, problem: str = "", asks: str = "") -> str:
    tenant_id = the_office().tenant_id
    with reading() as reader:
        found, only_live, only_trial = queries.comparison(reader, tenant_id, key)
        trial = published.version(reader, tenant_id, found.trial.id)
        live = published.version(reader, tenant_id, found.live.id) if found.live is not None else None
    return render_template(
        "admin/rule_trial.html", key=key, found=found, only_live=only_live, only_trial=only_trial, problem=problem,
        asks=asks, mark=rule_runs.mark(trial.data), reason=text("reason") if request.method == "POST" else "",
        difference=differences.between(KIND, live.data, trial.data) if live is not None else None,
        own=trial.tenant_id == tenant_id)
