"""Message texts: each with sample values as its reader gets it, and a simple form that publishes an own version."""

from __future__ import annotations

import json
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import catalog
from app.catalog import queries as definitions
from app.catalog.commands import PublishDefinition
from app.kernel.errors import DefinitionError, Invalid, NotFound, YikouError, msg
from app.notifications import preview
from app.web.access import access
from app.web.admin import blueprint
from app.web.admin.sent import expect, refused, text
from app.web.pages import dispatch, reading
from app.web.sessions import the_office
from app.web.texts import t

PARTS = tuple(f"{part}_{code}" for code in ("zh", "en") for part in ("subject", "body"))
Answer = Response | tuple[str, int]


@blueprint.get("/messages/templates")
@access("message.read")
def templates() -> str:
    """All of them in both languages, filled with sample values."""
    tenant_id = the_office().tenant_id
    with reading() as reader:
        rows = [(entry, _texts(reader, entry.key)) for entry in definitions.listing(reader, tenant_id, "message")]
    return render_template("admin/message_templates.html", rows=rows)


@blueprint.get("/messages/templates/<key>")
@access("message.read")
def template(key: str) -> str:
    """One with its form."""
    return _page(key)


@blueprint.post("/messages/templates/<key>")
@access("definition.publish")
def save_template(key: str) -> Answer:
    """`_action` preview shows what was typed; else it is put in force with its reason."""
    if request.form.get("_action") == "preview":
        return _page(key), 200
    try:
        expect(*PARTS, "reason", "begun_from")
        with reading() as reader:
            definitions.effective(reader, the_office().tenant_id, "message", key)
        if not text("reason"):
            raise Invalid(msg("Please check the marked fields."), fields={"reason": [(msg("Please say why."), {})]})
        answer = dispatch(PublishDefinition, kind="message", definition_key=key, data=_file(key), reason=text("reason"),
                          file=catalog.kind_named("message").path(key, f"tenants/{the_office().slug}"),
                          begun_from=text("begun_from") or None)
    except NotFound:
        raise
    except YikouError as error:
        return _page(key, error), error.status
    flash(t(msg("In force: %(key)s, version %(version)s."), key=key, version=answer["version"]))
    return redirect(url_for("admin.template", key=key), 303)


def _file(key: str) -> bytes:
    """The file as a person would write it; a JSON string is a YAML string in double quotes."""
    lines = [f"id: {key}"]
    for code in ("zh", "en"):
        lines.append(f"{code}:")
        for part in ("subject", "body"):
            lines.append(f"  {part}: {json.dumps(_typed(f'{part}_{code}'), ensure_ascii=False)}")
    return ("\n".join(lines) + "\n").encode()


def _typed(name: str) -> str:
    return text(name).replace("\r\n", "\n")


def _texts(reader: Session, key: str) -> dict[str, Any]:
    return preview.texts(catalog.compiled(reader, the_office().tenant_id, "message", key)[1])


def _page(key: str, error: YikouError | None = None) -> str:
    tenant_id = the_office().tenant_id
    with reading() as reader:
        published = definitions.effective(reader, tenant_id, "message", key)
        source = catalog.compiled(reader, tenant_id, "message", key)[1]
    values: dict[str, str] = {f"{part}_{code}": getattr(source.texts[code], part)
                              for code in ("zh", "en") for part in ("subject", "body")}
    shown = preview.texts(source)
    if request.method == "POST":
        values = {**values, **{name: _typed(name) for name in PARTS}, "reason": text("reason")}
        try:
            shown = preview.texts(preview.loaded(_file(key)))
        except DefinitionError as fault:
            error = error or fault
    problems = error.problems if isinstance(error, DefinitionError) else []
    return render_template("admin/message_template.html", key=key, values=values, shown=shown, published=published,
                           own=published.tenant_id == tenant_id, names=sorted(source.placeholders), problems=problems,
                           **refused(error))
