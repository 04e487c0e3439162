"""What stopped in supervision rules: failed actions, rules and events put aside, rules that could not take over."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from app import rules
from app.kernel.errors import msg
from app.web.access import access
from app.web.admin import blueprint
from app.web.admin.sent import expect
from app.web.pages import dispatch
from app.web.texts import t


@blueprint.post("/supervision-rules-faults/<uuid:fault_id>")
@access("incident.retry")
def retry_rule_fault(fault_id: UUID) -> Response:
    """One failed action, or the office's rules as a whole."""
    expect()
    done = dispatch(rules.RetryRuleFault, fault_id=fault_id)["done"]
    if done is None:
        flash(t(msg("The rules are tried again now; look here again in a moment.")))
    elif done:
        flash(t(msg("It went through.")))
    else:
        flash(t(msg("It failed again. See the message below.")), "warn")
    return _back()


@blueprint.post("/supervision-rules-faults")
@access("incident.retry")
def retry_rule_faults() -> Response:
    """All that wait."""
    expect()
    answer = dispatch(rules.RetryRuleFaults)
    flash(t(msg("%(done)s went through, %(failed)s failed again."), **answer),
          "warn" if answer["failed"] else "message")
    return _back()


@blueprint.post("/supervision-rules-retry")
@access("incident.retry")
def retry_rules() -> Response:
    """Rules that could not take over."""
    expect()
    dispatch(rules.RetryRules)
    flash(t(msg("The rules are tried again now; look here again in a moment.")))
    return _back()


@blueprint.post("/supervision-rules-aside/<uuid:quarantine_id>")
@access("incident.retry")
def release_rule(quarantine_id: UUID) -> Response:
    """A rule, or an event of it, that was put aside."""
    expect()
    dispatch(rules.ReleaseRule, quarantine_id=quarantine_id)
    flash(t(msg("It is seen again from the next event on.")))
    return _back()


def _back() -> Response:
    return redirect(url_for("admin.supervision_rules"), 303)
