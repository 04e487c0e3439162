"""All definitions that can be drawn, filled in or put together here: in force, as drafts, and new ones."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import catalog
from app.catalog import queries as published
from app.catalog.queries import Entry
from app.kernel.errors import Invalid
from app.studio import BEGUN, KINDS, Draft, naming, queries, surveying
from app.studio.commands import NewDefinition
from app.web.access import access
from app.web.admin.sent import expect, refused, text
from app.web.pages import dispatch, reading
from app.web.sessions import the_office
from app.web.studio import blueprint, waits
from app.web.studio.names import in_words, people

LONGEST_SEARCH = 60


@dataclass(frozen=True)
class Line:
    """One definition in the list. `names`: (Chinese, English)."""

    kind: str
    key: str
    names: naming.Title
    entry: Entry | None
    draft: Draft | None
    behind: bool
    said: queries.Said | None

    @property
    def name(self) -> str:
        """In the reader's language."""
        return in_words(self.names, self.key)

    def found_by(self, wanted: str) -> bool:
        """Whether a word of a search is in its key or in one of its names."""
        return wanted.lower() in " ".join((self.key, *self.names)).lower()


@blueprint.get("/")
@access("definition.read")
def home() -> str:
    """The list; `q` searches in names and keys."""
    return list_page()


@blueprint.post("/new")
@access("definition.draft")
def new() -> Response | tuple[str, int]:
    """A draft of a new definition, and its editor."""
    try:
        expect("kind", "name_zh", "name_en")
        made = dispatch(NewDefinition, kind=text("kind"), name_zh=text("name_zh"), name_en=text("name_en"))
    except Invalid as error:
        return list_page(error), 422
    return redirect(url_for("studio.editor", kind=made["kind"], key=made["key"]), 303)


def list_page(error: Invalid | None = None) -> str:
    """The list, with what was wrong with a new one."""
    wanted, tenant_id = request.args.get("q", "").strip()[:LONGEST_SEARCH], the_office().tenant_id
    with reading() as reader:
        lines = _lines(reader, tenant_id)
        who = people(reader, [one.draft.saved_by for one in lines if one.draft is not None])
        review, waiting = queries.wanted(reader), waits.waiting(reader)
    new = request.args.get("new", "")
    shown = [one for one in lines if not wanted or one.found_by(wanted)]
    by_kind = {kind: [one for one in shown if one.kind == kind] for kind in KINDS}
    return render_template("studio/home.html", by_kind=by_kind, q=wanted, who=who, kinds=BEGUN, review=review,
                           new=new if new in BEGUN else "",
                           waiting=waiting,
                           drafts=sum(one.draft is not None for one in lines), values=request.form, **refused(error))


def _lines(reader: Session, tenant_id: UUID) -> list[Line]:
    """By kind, drafts of new definitions among those in force."""
    drafts = {(one.kind, one.key): one for one in queries.open_drafts(reader, tenant_id)}
    states = queries.states(reader)
    entries = {(one.kind, one.key): one for one in published.listing(reader, tenant_id) if one.kind in KINDS}
    files = {(kind, one.key): one.data for kind in KINDS for one in catalog.all_live(reader, tenant_id, kind)}
    diagrams = surveying.processes(reader, tenant_id)
    forms = naming.titles_of_forms(one.data for one in diagrams)
    processes = {one.key: naming.title("process", one.key, one.data) for one in diagrams}
    found = []
    for place in sorted(set(entries) | set(drafts)):
        (kind, key), draft, entry = place, drafts.get(place), entries.get(place)
        names = naming.title(kind, key, draft.data if draft is not None else files.get(place, b""))
        if kind == "form" and not any(names):
            names = forms.get(key, names)
        if kind == "scenarios":
            names = processes.get(key, names)
        in_force = entry.hash if entry is not None else None
        found.append(Line(kind, key, names, entry, draft, draft is not None and draft.based_on != in_force,
                          states[place][0] if place in states else None))
    return found

