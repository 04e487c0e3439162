"""A draft comes into force: what it changes, what the checks say, what a second person says, and the button."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import rules
from app.catalog import WentOtherwise
from app.catalog import queries as published
from app.catalog.commands import NoteRefusal
from app.kernel.errors import Conflict, DefinitionError, Forbidden, Invalid, YikouError, msg
from app.studio import Draft, naming, queries
from app.studio.commands import ApproveDraft, AskForReview, PublishDraft, RejectDraft
from app.web import differences
from app.web.access import access
from app.web.admin import definitions, publishing
from app.web.admin.sent import expect, text
from app.web.pages import dispatch, reading
from app.web.sessions import actor, the_office
from app.web.studio import blueprint
from app.web.studio.editor import PLACE, Sheet, number, sheet
from app.web.studio.names import called, naming_diagrams, people
from app.web.texts import t

Answer = Response | tuple[str, int] | str
REVIEWS = {"ask": AskForReview, "approve": ApproveDraft, "reject": RejectDraft}
SAID = {"ask": msg("A second person is asked to look at it."), "approve": msg("Approved."),
        "reject": msg("Not approved. Who wrote it sees why.")}


@dataclass(frozen=True)
class Sides:
    """The version a draft began from, the one in force, and the draft, as differences."""

    theirs: differences.Difference
    mine: differences.Difference
    between: differences.Difference


@blueprint.get(PLACE + "/publish")
@access("definition.draft")
def deciding(kind: str, key: str) -> str:
    """Everything to look at before."""
    return _page(kind, key)


@blueprint.post(PLACE + "/publish")
@access("definition.publish")
def publish(kind: str, key: str) -> Answer:
    """Through the catalog; with `over` it replaces a version that the draft did not begin from."""
    if kind == rules.KIND:  # what it would have done is looked at first
        return redirect(url_for("studio.effect", kind=kind, key=key), 303)
    try:
        expect("revision", "reason", "over", "meant")
        over = request.form.get("over")
        data = _draft(kind, key).data
        answer = dispatch(PublishDraft, kind=kind, definition_key=key, revision=number(text("revision")),
                          reason=text("reason"), over=over.strip() if over is not None else None,
                          meant=text("meant") == "on")
    except WentOtherwise:
        kept = msg("It is not in force yet: scenarios that this office has kept would go otherwise.")
        return _page(kind, key, error=Invalid(kept)), 422
    except DefinitionError as error:
        dispatch(NoteRefusal, kind=kind, definition_key=key, problems=len(error.problems))
        return _page(kind, key, error=Invalid(msg("The file was refused. What was in force stays in force."))), 422
    except (Conflict, Invalid) as error:
        return _page(kind, key, error=error), error.status
    flash(t(msg("In force: %(key)s, version %(version)s."), key=key, version=answer["version"]))
    publishing.flash_trial(data)
    publishing.flash_hints(kind, key, data)
    return redirect(url_for("admin.definition", kind=kind, key=key), 303)


@blueprint.post(PLACE + "/review")
@access("definition.draft")
def review(kind: str, key: str) -> Answer:
    """`_action`: ask, approve or reject, about exactly the revision that was shown."""
    try:
        expect("revision", "words")
        action = request.form.get("_action", "")
        if action not in REVIEWS:
            raise Invalid(msg("This step is not known."))
        dispatch(REVIEWS[action], kind=kind, definition_key=key, revision=number(text("revision")), words=text("words"))
    except (Conflict, Invalid, Forbidden) as error:
        return _page(kind, key, error=error), error.status
    flash(t(SAID[action]))
    return redirect(url_for("studio.deciding", kind=kind, key=key), 303)


def _draft(kind: str, key: str) -> Draft:
    with reading() as reader:
        found = queries.draft(reader, the_office().tenant_id, kind, key)
    if found is None:
        raise Conflict(msg("There is no draft of this definition any more."))
    return found


def _page(kind: str, key: str, error: YikouError | None = None) -> str:
    tenant_id = the_office().tenant_id
    with reading() as reader:
        found = sheet(reader, kind, key)
        if found.draft is None:
            return _nothing(found)
        problems = published.verdict(reader, tenant_id, kind, key, found.draft.data)
        own = [] if any(one.severity == "error" for one in problems) else published.otherwise(
            reader, tenant_id, kind, key, found.draft.data)
        said = queries.said(reader, found.draft)
        newer = _in_force(reader, found)
        who = people(reader, [found.draft.saved_by, newer.published_by if newer is not None else None,
                              *(one.by_user_id for one in said)])
        state, wanted = queries.state(reader, found.draft), queries.wanted(reader)
        approved = queries.approved(reader, found.draft)
        sides = _sides(reader, found)
        diagrams = naming_diagrams(reader, kind)
    return render_template(
        "studio/publish.html", sheet=found, draft=found.draft, name=called(kind, key, found.draft.data, diagrams),
        problems=problems, own=own[:50],
        wrong=any(one.severity == "error" for one in problems), said=said, who=who, state=state,
        wanted=wanted, approved=approved, sides=sides, newer=newer, wrote=actor().user_id in found.draft.writers,
        lines=definitions.lines_of(found.draft.data, problems), reason=text("reason"), words=text("words"),
        difference=differences.between(kind, found.live.data if found.live else b"", found.draft.data),
        problem=t(error.message, **error.params) if error is not None else "")


def _nothing(found: Sheet) -> str:
    return render_template("studio/publish.html", sheet=found, draft=None,
                           name=called(found.kind, found.key, found.source.encode()), problem="")


def _sides(reader: Session, found: Sheet) -> Sides | None:
    """Where another version came into force since; None where the draft is up to date."""
    if not found.behind or found.draft is None:
        return None
    theirs = naming.as_text(found.live.data).encode() if found.live is not None else b""
    base = _base(reader, found)
    return Sides(differences.between(found.kind, base, theirs), differences.between(found.kind, base, found.draft.data),
                 differences.between(found.kind, theirs, found.draft.data))


def _in_force(reader: Session, found: Sheet) -> published.Entry | None:
    """The version that came into force beside the draft, with who published it, when and why."""
    if not found.behind or found.live is None:
        return None
    versions = published.history(reader, the_office().tenant_id, found.kind, found.key)
    return next((one for one in versions if one.hash == found.live.hash), None)


def _base(reader: Session, found: Sheet) -> bytes:
    tenant_id = the_office().tenant_id
    for one in published.history(reader, tenant_id, found.kind, found.key):
        if found.draft is not None and one.hash == found.draft.based_on:
            return naming.as_text(published.version(reader, tenant_id, one.id).data).encode()
    return b""


