"""The page of one definition: its editor where scripts run, its text where they do not. Saving never writes over."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app import catalog, rules
from app.auth import policy
from app.config import ROOT
from app.kernel import clock
from app.kernel.errors import Conflict, Invalid, NotFound, TooLarge, YikouError, msg
from app.studio import KINDS, Draft, naming, queries
from app.studio.commands import BeginDraft, DiscardDraft, RestoreDraft, SaveDraft
from app.web import differences
from app.web.access import access
from app.web.admin.sent import expect, text
from app.web.headers import POLICY
from app.web.pages import dispatch, reading, unkeyed, uuid_or_none
from app.web.sessions import actor, the_office
from app.web.studio import blueprint
from app.web.studio.names import called, naming_diagrams, people
from app.web.studio.shell_words import shell_words
from app.web.texts import locale, t

ENTRIES = {"process": "studio_bpmn", "decision": "studio_dmn", "form": "studio_form"}
"""Drawn editors by kind; all other kinds are written."""
PLAIN = "studio_text"
EDITOR_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'").replace(
    "font-src 'self'", "font-src 'self' data:")
"""The graphical editors set styles on elements while drawing; scripts stay as strict as everywhere."""
FRAMES = {"form": "; frame-src 'self'"}
"""Only the editor of forms has frames: what people will see, on a page that runs no script."""
PLACE = f"/<any({', '.join(KINDS)}):kind>/<key>"


@dataclass(frozen=True)
class Sheet:
    """What lies open: the draft, else what is in force. `revision` is what a save has to know."""

    kind: str
    key: str
    source: str
    revision: int
    based_on: str | None
    draft: Draft | None
    live: catalog.Published | None
    discarded: Draft | None

    @property
    def behind(self) -> bool:
        """Whether another version came into force since the draft was begun."""
        return self.draft is not None and self.draft.based_on != (self.live.hash if self.live is not None else None)


def sheet(reader: Session, kind: str, key: str) -> Sheet:
    """Raises NotFound for what is neither in force nor a draft."""
    tenant_id = the_office().tenant_id
    draft = queries.draft(reader, tenant_id, kind, key)
    live = catalog.live(reader, tenant_id, kind, key)
    put_aside = queries.discarded(reader, tenant_id, kind, key)
    if kind not in KINDS or (draft is None and live is None and put_aside is None):
        raise NotFound(msg("There is no such definition."))
    data = draft.data if draft is not None else live.data if live is not None else b""
    based_on = draft.based_on if draft is not None else live.hash if live is not None else None
    return Sheet(kind, key, naming.as_text(data), queries.revision(reader, tenant_id, kind, key), based_on, draft, live,
                 put_aside)


@blueprint.get(PLACE)
@access("definition.draft")
def editor(kind: str, key: str) -> Response:
    """Opening it changes nothing: the draft begins with the first save."""
    return _page(kind, key)


@blueprint.post(PLACE)
@access("definition.draft")
def save(kind: str, key: str) -> Response:
    """The form of the page without scripts."""
    try:
        expect("source", "revision", "based_on")
        dispatch(SaveDraft, kind=kind, definition_key=key, data=sent_source(request.form.get("source", "")),
                 revision=number(text("revision")), based_on=text("based_on") or None)
    except (Conflict, Invalid, TooLarge) as error:
        return _page(kind, key, error, request.form.get("source", ""))
    flash(t(msg("Saved.")))
    return redirect(url_for("studio.editor", kind=kind, key=key), 303)


@blueprint.post(PLACE + "/discard")
@access("definition.draft")
def discard(kind: str, key: str) -> Response:
    """Put the draft aside; it can be taken back."""
    expect("revision")
    dispatch(DiscardDraft, kind=kind, definition_key=key, revision=number(text("revision")))
    flash(t(msg("The draft was put aside. It can be taken back until another one is begun.")))
    with reading() as reader:
        live = catalog.live(reader, the_office().tenant_id, kind, key)
    return redirect(url_for("studio.editor", kind=kind, key=key) if live is not None else url_for("studio.home"), 303)


@blueprint.post(PLACE + "/begin-from")
@access("definition.draft")
def begin_from(kind: str, key: str) -> Response:
    """A draft with the text of another version, where there is no draft; where there is one, its page says so."""
    expect("version")
    try:
        dispatch(BeginDraft, kind=kind, definition_key=key, version_id=uuid_or_none(text("version")) or UUID(int=0))
    except Conflict as error:
        flash(t(error.message, **error.params), "warn")
    return redirect(url_for("studio.editor", kind=kind, key=key), 303)


@blueprint.post(PLACE + "/restore")
@access("definition.draft")
def restore(kind: str, key: str) -> Response:
    """Take back what was put aside."""
    expect()
    dispatch(RestoreDraft, kind=kind, definition_key=key)
    flash(t(msg("The draft is there again.")))
    return redirect(url_for("studio.editor", kind=kind, key=key), 303)


@blueprint.post(PLACE + "/begin-again")
@access("definition.draft")
def begin_again(kind: str, key: str) -> Response:
    """Take what is in force, and put the draft aside."""
    expect("revision")
    dispatch(DiscardDraft, kind=kind, definition_key=key, revision=number(text("revision")))
    unkeyed(BeginDraft, kind=kind, definition_key=key)  # the form's key belongs to the first command
    flash(t(msg("The draft begins again from the version in force.")))
    return redirect(url_for("studio.editor", kind=kind, key=key), 303)


def sent_source(source: str) -> bytes:
    """Browsers send lines of a text field with CR LF."""
    return source.replace("\r\n", "\n").encode()


def number(given: str) -> int:
    """A revision as a form or a script sends it."""
    if not (given.isascii() and given.isdecimal() and len(given) < 10):
        raise Invalid(msg("The page did not arrive whole. Please open it again."))
    return int(given)


def _page(kind: str, key: str, error: YikouError | None = None, typed: str | None = None) -> Response:
    tenant_id, now = the_office().tenant_id, clock.now()
    with reading() as reader:
        found = sheet(reader, kind, key)
        here = queries.readers(reader, tenant_id, kind, key, now)
        who = people(reader, [*here, found.draft.saved_by if found.draft is not None else None,
                              found.discarded.saved_by if found.discarded is not None else None])
        diagrams = naming_diagrams(reader, kind)
        name = called(kind, key, found.source.encode(), diagrams)
        said = queries.state(reader, found.draft) if found.draft is not None else None
    source = found.source if typed is None else typed
    changed = (differences.between("", found.source.encode(), sent_source(source))
               if isinstance(error, Conflict) else differences.Difference(""))
    entry = _entry(kind)
    answer = make_response(render_template(
        "studio/editor.html", sheet=found, name=name, source=source, who=who, said=said, script=entry,
        others=[who[one] for one in here if one != actor().user_id and one in who], difference=changed,
        plain=entry == PLAIN, drawable=kind in ENTRIES and _built(f"{ENTRIES[kind]}.js"), style=_built(f"{entry}.css"),
        problem=t(error.message, **error.params) if error is not None else "", conflict=isinstance(error, Conflict),
        config=_config(found), may_publish=policy.can(actor(), "definition.publish"),
        walk=route(f"walk/{key}") if kind == "process" else "",
        pictures=route(f"differences/{kind}/{key}")))
    answer.status_code = error.status if error is not None else 200
    if kind in ENTRIES:
        answer.headers["Content-Security-Policy"] = EDITOR_POLICY + FRAMES.get(kind, "")
    return answer


def _config(found: Sheet) -> dict[str, Any]:
    """What the script of the page has to know."""
    place: dict[str, Any] = {"kind": found.kind, "key": found.key}
    return {**place, "locale": locale(), "revision": found.revision, "based_on": found.based_on,
            "open": found.draft is not None, "me": str(actor().user_id), "words": shell_words(),
            "urls": {"save": url_for("studio.autosave", **place), "present": url_for("studio.present", **place),
                     "lint": url_for("studio.check", **place),
                     "options": url_for("studio.rule_language" if found.kind == rules.KIND else "studio.options"),
                     "page": url_for("studio.editor", **place)}}


def _entry(kind: str) -> str:
    """The script of the editor; the text editor where the drawn one is not wanted or was not built."""
    wanted = ENTRIES.get(kind, PLAIN)
    return wanted if request.args.get("as") != "text" and _built(f"{wanted}.js") else PLAIN


def _built(name: str) -> bool:
    return Path(ROOT, "static", "vendor", name).is_file()


def route(path: str) -> str:
    """The address of a page of the Studio; empty where there is none for this."""
    try:
        endpoint, values = current_app.url_map.bind("").match(f"/studio/{path}", method="GET")
    except HTTPException:
        return ""
    return url_for(str(endpoint), **dict(values))
