"""Packages: a process with all it needs out of the office as a file, and into it after a look at what would change."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import catalog
from app.catalog import queries
from app.catalog.commands import NoteRefusal
from app.kernel.errors import Conflict, DefinitionError, Invalid, Problem, msg
from app.studio import packages
from app.web import differences
from app.web.access import access
from app.web.admin.sent import expect, refused, text
from app.web.pages import dispatch, reading, unkeyed
from app.web.sessions import the_office
from app.web.studio import blueprint
from app.web.texts import t

Answer = str | tuple[str, int] | Response
MOST_PROBLEMS = 100


@dataclass(frozen=True)
class Shown:
    """A file of the package, and what is different in it."""

    line: packages.Line
    difference: differences.Difference


@blueprint.get("/package/<key>")
@access("definition.read")
def package(key: str) -> Response:
    """The process and all it calls, asks, shows and sends, as in force. Raises NotFound."""
    tenant_id = the_office().tenant_id
    with reading() as reader:
        queries.effective(reader, tenant_id, "process", key)
        below, _ = catalog.surroundings(reader, tenant_id)
        data = packages.pack(packages.closure(key, below))
    answer = Response(data, mimetype="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{key}.zip")
    return answer


@blueprint.get("/packages")
@access("definition.read")
def package_list() -> str:
    """What can be taken along, and the way in for a package."""
    return _page()


@blueprint.post("/packages")
@access("definition.publish")
def look_at_package() -> Answer:
    """What a package would change; nothing is stored."""
    try:
        expect("file")
        file = request.files.get("file")
        if file is None or not file.filename:
            raise Invalid(msg("Please choose a file."))
        return _report(file.stream.read(packages.MOST_BYTES + 1))
    except Invalid as error:
        return _refused(error), 422


@blueprint.post("/packages/import")
@access("definition.publish")
def import_package() -> Answer:
    """Put in force what a report showed: all of it, or nothing."""
    data = b""
    try:
        expect("package", "stands", "reason")
        data = _sent()
        answer = dispatch(packages.ImportPackage, package=data, stands=text("stands"), reason=text("reason"),
                          folder=f"tenants/{the_office().slug}")
    except DefinitionError as error:
        _note(data, len(error.problems))
        return _refused(error), 422
    except Conflict as error:
        return _report(data, t(error.message, **error.params), 409)
    except Invalid as error:
        return _report(data, status=422, **refused(error)) if data else (_refused(error), 422)
    count = len(answer["published"])
    flash(t(msg("In force: 1 definition.")) if count == 1 else t(msg("In force: %(count)s definitions."), count=count))
    return redirect(url_for("studio.package_list"), 303)


def _sent() -> bytes:
    try:
        return base64.b64decode(request.form.get("package", ""), validate=True)
    except (binascii.Error, ValueError):
        raise Invalid(msg("Please choose a file.")) from None


def _report(data: bytes, problem: str = "", status: int = 200,
            errors: Mapping[str, Any] | None = None) -> str | tuple[str, int]:
    packed = packages.unpack(data)
    with reading() as reader:
        found = packages.compare(reader, the_office().tenant_id, packed)
    shown = [Shown(one, differences.between(one.packed.kind, one.current, one.packed.data) if one.state == "changed"
                   and one.current is not None else differences.Difference("")) for one in found.lines]
    page = render_template(
        "studio/package.html", found=found, shown=shown, problem=problem, errors=errors or {},
        problems=found.problems[:MOST_PROBLEMS], package=base64.b64encode(data).decode(), reason=text("reason"))
    return page if status == 200 else (page, status)


def _note(data: bytes, count: int) -> None:
    """A line of the trail for each process of a package that was refused; of what is no package, one."""
    try:
        named = [one.key for one in packages.unpack(data) if one.kind == "process"]
    except DefinitionError:
        named = []
    for key in named[:5] or ["package"]:
        unkeyed(NoteRefusal, kind="process", definition_key=key, problems=count)


def _refused(error: Invalid) -> str:
    problems: list[Problem] = error.problems[:MOST_PROBLEMS] if isinstance(error, DefinitionError) else []
    said = t(msg("The package was refused. What was in force stays in force.")) if problems else t(
        error.message, **error.params)
    return _page(said, problems)


def _page(problem: str = "", problems: list[Problem] | None = None) -> str:
    with reading() as reader:
        found = queries.listing(reader, the_office().tenant_id, "process")
    return render_template("studio/packages.html", processes=found, problem=problem, problems=problems or [])
