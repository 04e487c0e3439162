"""What stopped: incidents of processes, failed events and messages, to be seen and settled, one or many."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import policy
from app.cases import queries
from app.cases.commands import RetryIncident, SettleDelivery, SettleIncident
from app.cases.queries import Stopped, StoppedFilter
from app.kernel import bus
from app.kernel.commands import Command
from app.kernel.errors import Invalid, NotFound, YikouError, msg
from app.notifications import queries as notifications
from app.notifications.commands import SettleMessage
from app.rules import queries as rules
from app.tenancy import attachments
from app.web.access import access
from app.web.pages import command, dispatch, reading, unkeyed, uuid_or_none
from app.web.sessions import actor
from app.web.staff import blueprint
from app.web.texts import t

WAYS = ("retry", "resolve", "skip")
NARROWED = ("kind", "process", "at", "code")
MOST, MOST_SEEN, MOST_TEXT = 200, 20, 100_000
Answer = Response | str | tuple[str, int]


@blueprint.get("/incidents")
@access("incident.read")
def incidents() -> str:
    """Open ones first; narrowed by the fields above them."""
    return _page()


@blueprint.post("/incidents/<uuid:incident_id>/retry")
@access("incident.retry")
def retry(incident_id: UUID) -> Response:
    """Try the stopped step once more."""
    answer = dispatch(RetryIncident, incident_id=incident_id)
    if answer.get("resolved"):
        flash(t(msg("It went through: the case goes on.")))
    else:
        flash(t(msg("It stopped again. See the message below.")), "warn")
    return redirect(url_for("staff.incidents"), 303)


@blueprint.post("/incidents/settle")
@access("incident.retry")
def settle() -> Answer:
    """Those that were chosen: tried again, done by hand or left out; or only a look at the effect (`look`)."""
    way = request.form.get("way", "")
    if way not in WAYS:
        raise NotFound(msg("There is no such page."))
    chosen = [one for one in (_piece(text) for text in request.form.getlist("piece")[:MOST]) if one is not None]
    if not chosen:
        flash(t(msg("Choose some first: each has a box on its left.")), "warn")
        return redirect(url_for("staff.incidents"), 303)
    try:
        given = _given()
    except Invalid as error:
        return _page(problem=t(error.message, **error.params)), 422
    if "look" in request.form:
        return _page(effects=[(kind, row_id, *_seen(_command(kind, row_id, way, given))) for kind, row_id
                              in chosen[:MOST_SEEN]], again=way)
    told = [(row_id, _try(_command(kind, row_id, way, given))) for kind, row_id in chosen]
    failed = {row_id: problem for row_id, problem in told if problem}
    if len(failed) < len(told):
        flash(t(msg("Settled: %(count)s."), count=len(told) - len(failed)))
    return (_page(failed=failed), 409) if failed else redirect(url_for("staff.incidents"), 303)


@blueprint.post("/incidents/files")
@access("incident.retry")
def check_files() -> Response:
    """Ask the virus scanner now about what waits for it."""
    answer = dispatch(attachments.RetryScans)
    flash(t(msg("%(files)s files are asked about now."), files=answer["files"]))
    return redirect(url_for("staff.incidents"), 303)


def _piece(text: str) -> tuple[str, UUID] | None:
    kind, _, rest = text.partition(":")
    row_id = uuid_or_none(rest)
    return (kind, row_id) if kind in ("incident", "delivery", "message") and row_id is not None else None


def _given() -> dict[str, Any]:
    """Values for jobs. Raises Invalid."""
    text = request.form.get("variables", "").strip()
    try:
        values = json.loads(text) if text and len(text) <= MOST_TEXT else {}
    except ValueError as error:
        raise Invalid(msg("This is no JSON: %(problem)s"), problem=str(error)) from error
    if not isinstance(values, dict) or len(text) > MOST_TEXT:
        raise Invalid(msg("Please write an object, as {\"unit\": \"LRS\"}."))
    return {"variables": values, "error_code": request.form.get("error_code", "").strip()[:100]}


def _command(kind: str, row_id: UUID, way: str, given: dict[str, Any]) -> tuple[type[Command], dict[str, Any]]:
    reason = request.form.get("reason", "")
    if kind == "delivery":
        return SettleDelivery, {"delivery_id": row_id, "way": way, "reason": reason}
    if kind == "message":
        return SettleMessage, {"notification_id": row_id, "way": way, "reason": reason}
    if way == "retry":
        return RetryIncident, {"incident_id": row_id, "variables": given["variables"]}
    return SettleIncident, {"incident_id": row_id, "way": way, "reason": reason, **given}


def _try(wanted: tuple[type[Command], dict[str, Any]]) -> str:
    """Empty when it was settled, else why not."""
    try:
        answer = unkeyed(wanted[0], **wanted[1])
    except YikouError as error:
        return t(error.message, **error.params)
    return "" if answer.get("resolved", True) else t(msg("It stopped again. See the message below."))


def _seen(wanted: tuple[type[Command], dict[str, Any]]) -> tuple[queries.Effect | None, str]:
    """Where the case would stand, and why it cannot be done."""
    row_id = wanted[1].get("incident_id") or wanted[1].get("delivery_id")
    with reading() as reader:
        case_id = next((one.case_id for one in queries.stopped(reader, actor()) if one.id == row_id), None)
    try:
        look = (lambda session: queries.standing_of(session, case_id)) if case_id else lambda _session: None
        return bus.rehearse(command(wanted[0], **wanted[1]), look), ""
    except YikouError as error:
        return None, t(error.message, **error.params)


def _messages(reader: Any, wanted: StoppedFilter) -> list[Stopped]:
    """Messages that failed, for who may read of messages."""
    if not policy.can(actor(), "message.read") or wanted.process or wanted.kind not in ("", "message"):
        return []
    return [Stopped("message", row.id, row.case_id, "", row.channel, row.last_error or "", queries.Sentence(
        msg("A message over %(channel)s failed after %(attempts)s tries: %(error)s"),
        {"channel": row.channel, "attempts": row.attempts, "error": row.last_error or ""}), row.run_at)
        for row in notifications.failed(reader) if wanted.at in ("", row.channel)
        and wanted.code in ("", row.last_error)]


def _page(problem: str = "", failed: dict[UUID, str] | None = None, effects: list[Any] | None = None,
          again: str = "") -> str:
    words = request.args if request.method == "GET" else request.form
    wanted = StoppedFilter(**{name: words.get(f"f_{name}", "").strip()[:120] for name in NARROWED})
    with reading() as reader:
        found, files = queries.stopped(reader, actor(), wanted), attachments.waiting(reader)
        found += _messages(reader, wanted)
        settled = [one for one in queries.incidents(reader, actor()) if one.resolved_at]
        stopped, _ = rules.faults(reader)
    return render_template(
        "staff/incidents.html", open=found, settled=settled, files=files, scanner=attachments.has_scanner(),
        stopped=stopped, wanted=wanted, problem=problem, failed=failed or {}, effects=effects or [], again=again,
        given=request.form, chosen=request.form.getlist("piece"))
