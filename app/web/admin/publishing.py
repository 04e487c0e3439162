"""Putting a definition in force: a new file, an earlier version anew, or back to what ships. Refusals with lines."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import catalog
from app.catalog import queries
from app.catalog.commands import NoteRefusal, PublishDefinition, WithdrawDefinition
from app.kernel.errors import DefinitionError, Invalid, NotFound, msg
from app.web.access import access
from app.web.admin import blueprint, definitions, past_cases
from app.web.admin.sent import expect, text
from app.web.pages import dispatch, reading
from app.web.sessions import the_office
from app.web.texts import t

Answer = Response | tuple[str, int]
MOST_HINTS = 5
"""Told on the page after publishing; the check tells all."""


@blueprint.post("/definitions")
@access("definition.publish")
def publish_new() -> Answer:
    """A file of any kind; its name without the ending is the key, which the file must bear inside too."""
    try:
        expect("kind", "file", "reason")
        kind, name = catalog.kind_named(text("kind")), _file_name()
        key = name.partition(".")[0]
        if not catalog.KEY.fullmatch(key):
            raise Invalid(msg("The file must be called by its key: letters, digits, - and _, then the ending."))
    except (Invalid, NotFound) as error:
        return definitions.list_page(problem=t(error.message, **error.params)), 422
    return publish_data(kind.name, key, _data(kind))


@blueprint.post("/definitions/<kind>/<key>")
@access("definition.publish")
def publish_version(kind: str, key: str) -> Answer:
    """A new version of one definition."""
    try:
        expect("file", "reason")
        _file_name()
    except Invalid as error:
        return definitions.one_page(kind, key, problem=t(error.message, **error.params)), 422
    return publish_data(kind, key, _data(catalog.kind_named(kind)))


@blueprint.post("/definitions/versions/<uuid:version_id>/publish")
@access("definition.publish")
def publish_again(version_id: UUID) -> Answer:
    """The bytes of an earlier version are published anew, checked like any other file."""
    expect()
    with reading() as reader:
        found = queries.version(reader, the_office().tenant_id, version_id)
    return publish_data(found.kind, found.key, found.data)


@blueprint.post("/definitions/<kind>/<key>/withdraw")
@access("definition.publish")
def withdraw(kind: str, key: str) -> Response:
    """Give up the own version where a shipped one takes its place; what only the office has stays."""
    expect()
    with reading() as reader:
        versions = queries.history(reader, the_office().tenant_id, kind, key)
    if not any(one.live and not one.own for one in versions):
        raise Invalid(msg("There is no shipped version to go back to."))
    dispatch(WithdrawDefinition, kind=kind, definition_key=key)
    flash(t(msg("The shipped version is in force again.")))
    return redirect(url_for("admin.definition", kind=kind, key=key), 303)


def publish_data(kind: str, key: str, data: bytes) -> Answer:
    """The command, and the page it leads to; a refusal shows its lines."""
    file = catalog.kind_named(kind).path(key, f"tenants/{the_office().slug}")
    try:
        answer = dispatch(PublishDefinition, kind=kind, definition_key=key, data=data, file=file, reason=text("reason"),
                          meant=text("meant") == "on")
    except catalog.WentOtherwise as error:
        return _otherwise(kind, key, data, error), 422
    except DefinitionError as error:
        dispatch(NoteRefusal, kind=kind, definition_key=key, problems=len(error.problems))
        return _refused(kind, key, data, error), 422
    flash(t(msg("In force: %(key)s, version %(version)s."), key=key, version=answer["version"]))
    flash_trial(data)
    flash_hints(kind, key, data)
    return redirect(url_for("admin.definition", kind=kind, key=key), 303)


def flash_hints(kind: str, key: str, data: bytes) -> None:
    """Tell on the next page what is not refused and still worth a look."""
    with reading() as reader:
        problems = queries.verdict(reader, the_office().tenant_id, kind, key, data)
    for one in [one for one in problems if one.severity != "error"][:MOST_HINTS]:
        flash(t(one.message, **one.params), "warn")


def flash_trial(data: bytes) -> None:
    """Tell on the next page what a trial on past cases had found, where it was of this very text."""
    trial = past_cases.before(None, data)
    if trial is not None and trial.is_of(data):
        flash(trial.sentence(), "warn" if trial.different or trial.failing else "message")


def _otherwise(kind: str, key: str, data: bytes, error: catalog.WentOtherwise) -> str:
    """The scenarios of this office that would go otherwise, and the question whether that is meant."""
    try:
        source = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        source = ""
    return render_template("admin/otherwise.html", kind=kind, key=key, problems=error.problems[:50], source=source,
                           reason=text("reason"))


def _refused(kind: str, key: str, data: bytes, error: DefinitionError) -> str:
    refusal: dict[str, Any] = {
        "problem": t(msg("The file was refused. What was in force stays in force.")),
        "problems": error.problems[:200], "lines": definitions.lines_of(data, error.problems)}
    with reading() as reader:
        known = queries.history(reader, the_office().tenant_id, kind, key)
    return definitions.one_page(kind, key, **refusal) if known else definitions.list_page(**refusal)


def _file_name() -> str:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid(msg("Please choose a file."))
    return PurePosixPath(file.filename.replace("\\", "/")).name


def _data(kind: catalog.Kind) -> bytes:
    """At most one byte more than allowed is read; the catalog then refuses it."""
    return request.files["file"].stream.read(kind.max_bytes + 1)
