"""Definitions: what is in force and where it came from, earlier versions, the source. Reading only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import jsonify, render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import catalog
from app.auth import policy
from app.auth import queries as auth
from app.catalog import queries
from app.catalog.queries import Entry
from app.config import ROOT
from app.kernel.errors import NotFound, Problem, msg
from app.kernel.model import BASE_TENANT_ID
from app.offices import files
from app.studio import KINDS as STUDIO_KINDS
from app.web import differences
from app.web.access import access
from app.web.admin import blueprint, live_counts
from app.web.pages import reading
from app.web.sessions import actor, the_office

MOST_SHOWN = 200_000
"""Characters of a source on a page; the whole file is a download."""


@blueprint.get("/definitions")
@access("definition.read")
def definitions() -> str:
    """Everything in force by kind, and where an own version has fallen behind the base."""
    return list_page()


def list_page(**refusal: Any) -> str:
    """The list; `refusal` as made by `publishing`."""
    tenant_id = the_office().tenant_id
    with reading() as reader:
        found = queries.listing(reader, tenant_id)
        drifted = {(one.kind, one.key) for one in queries.drift(reader, tenant_id)}
        people = _publishers(reader, found)
        stuck = _stuck(reader)
    by_kind: dict[str, list[Entry]] = {kind.name: [] for kind in catalog.kinds()}
    for one in found:
        by_kind.setdefault(one.kind, []).append(one)
    return render_template("admin/definitions.html", by_kind=by_kind, drifted=drifted, people=people,
                           stuck=stuck, **{"problem": "", "problems": (), "lines": {}, **refusal})


def _stuck(reader: Session) -> list[Problem]:
    """Why files in the folders of the base and of this office do not come into force, for who may publish."""
    if not policy.can(actor(), "definition.publish"):
        return []
    office = the_office()
    return [*catalog.waiting(reader, BASE_TENANT_ID, ROOT),
            *catalog.waiting(reader, office.tenant_id, ROOT, f"tenants/{office.slug}"),
            *files.waiting(reader, ROOT, f"tenants/{office.slug}")]


@blueprint.get("/definitions/<kind>/<key>")
@access("definition.read")
def definition(kind: str, key: str) -> str:
    """All versions of one, newest first, with the source of the one in force."""
    return one_page(kind, key)


@blueprint.get("/definitions/versions/<uuid:version_id>")
@access("definition.read")
def version(version_id: UUID) -> str:
    """One version and its source."""
    with reading() as reader:
        shown = queries.version(reader, the_office().tenant_id, version_id)
    return one_page(shown.kind, shown.key, version_id)


def one_page(kind: str, key: str, version_id: UUID | None = None, **refusal: Any) -> str:
    """One definition with the version asked for, else the one in force. Raises NotFound."""
    tenant_id = the_office().tenant_id
    with reading() as reader:
        versions = queries.history(reader, tenant_id, kind, key)
        if not versions:
            raise NotFound(msg("There is no such version."))
        effective = in_force(versions)
        shown = queries.version(reader, tenant_id, version_id or (effective or versions[0]).id)
        drifted = any((one.kind, one.key) == (kind, key) for one in queries.drift(reader, tenant_id))
        people = _publishers(reader, versions)
        current = queries.version(reader, tenant_id, effective.id).data if effective else b""
        live = live_counts.of_page(reader, shown, versions)
    source = shown.data.decode("utf-8", "replace")
    return render_template("admin/definition.html", studio_kinds=STUDIO_KINDS, kind=kind, key=key, versions=versions,
                           shown=shown, effective=effective, drifted=drifted, people=people, source=source[:MOST_SHOWN],
                           cut=len(source) > MOST_SHOWN,
                           difference=differences.between(kind, current, shown.data), own=shown.tenant_id == tenant_id,
                           **{"problem": "", "problems": (), "lines": {}, **live, **refusal})


def in_force(versions: Iterable[Entry]) -> Entry | None:
    """The office's own live version, else the base's."""
    live = sorted((one for one in versions if one.live), key=lambda one: one.own)
    return live[-1] if live else None


def lines_of(data: bytes, problems: Iterable[Problem]) -> dict[int, str]:
    """The text of each line that a problem names."""
    lines = data.decode("utf-8", "replace").splitlines()
    numbers = {problem.line for problem in problems if problem.line is not None}
    return {number: lines[number - 1].strip()[:200] for number in numbers if 0 < number <= len(lines)}


@blueprint.get("/definitions/versions/<uuid:version_id>/file")
@access("definition.read")
def version_file(version_id: UUID) -> Response:
    """The file as it was published, always to be saved."""
    with reading() as reader:
        shown = queries.version(reader, the_office().tenant_id, version_id)
    name = (shown.file or shown.key).rsplit("/", 1)[-1]
    answer = Response(shown.data, mimetype="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@blueprint.get("/definitions/versions/<uuid:version_id>/diagram")
@access("definition.read")
def version_diagram(version_id: UUID) -> Response:
    """A process for the viewer."""
    with reading() as reader:
        shown = queries.version(reader, the_office().tenant_id, version_id)
    return jsonify({"xml": for_viewer(shown.data) if shown.kind == "process" else None,
                    "active": [], "visited": [], "incidents": []})


def for_viewer(data: bytes) -> str:
    """A diagram as text for a script: what comes over the wire is UTF-8, whatever the file was written in."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return data.decode(encoding, "replace")


def _publishers(session: Session, entries: Iterable[Entry]) -> dict[UUID, str]:
    return auth.names(session, {one.published_by for one in entries if one.published_by is not None})
