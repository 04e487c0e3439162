"""A service's own form: a table of questions that becomes a `.form` file, a file sent, or back to the module's form."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import catalog, forms
from app.catalog.commands import NoteRefusal, PublishDefinition, WithdrawDefinition
from app.kernel.errors import Conflict, DefinitionError, Invalid, NotFound, YikouError, msg
from app.knowledge import queries
from app.web.access import access
from app.web.admin import blueprint, content, definitions, questions
from app.web.admin.sent import expect, text
from app.web.pages import dispatch, reading
from app.web.resident import intake
from app.web.sessions import the_office
from app.web.texts import local_now, t

Answer = Response | str | tuple[str, int]
KIND = "form"


@dataclass
class Draft:
    """Questions on somebody's page. `rows` is None where the form in force says more than questions can."""

    service: Any
    own: catalog.Published | None
    module_form: forms.Form | None
    rows: list[forms.building.Question] | None
    begun_from: str
    faults: questions.Faults = field(default_factory=dict)
    refusal: dict[str, Any] = field(default_factory=dict)
    preview: str = ""

    @property
    def key(self) -> str:
        """The key of the service's own form."""
        return f"service_{self.service.code}"


@blueprint.get("/services/<code>/form")
@access("definition.publish")
def service_form(code: str) -> str:
    """The questions in force."""
    return _page(_in_force(code))


@blueprint.post("/services/<code>/form")
@access("definition.publish")
def change_service_form(code: str) -> Answer:
    """Move questions, look, publish or give up: the button tells which. What was typed comes back."""
    draft, action = _in_force(code), request.form.get("_action", "preview:zh")
    try:
        expect(*questions.names(request.form))
        draft.rows = questions.sent(request.form, draft.rows or [])
        draft.begun_from = text("begun_from")
        if action == "withdraw":
            return _withdraw(draft)
        if action == "publish":
            return _publish_questions(draft)
        if action.startswith("preview:"):
            draft.preview = "en" if action == "preview:en" else "zh"
            draft.faults = questions.faults(draft.rows)
        else:
            draft.rows = questions.moved(draft.rows, action)
    except Invalid as error:
        draft.refusal = {"problem": t(error.message, **error.params)}
        return _page(draft), 422
    return _page(draft)


@blueprint.post("/services/<code>/form/file")
@access("definition.publish")
def send_service_form(code: str) -> Answer:
    """A whole file; refused with the line of each fault."""
    draft = _in_force(code)
    try:
        expect("file", "c-file_reason")
        file = request.files.get("file")
        if file is None or not file.filename:
            raise Invalid(msg("Please choose a file."))
        data = file.stream.read(catalog.kind_named(KIND).max_bytes + 1)
        return _publish(draft, data, text("c-file_reason"), None)
    except YikouError as error:
        if error.status not in (409, 413, 422):
            raise
        draft.refusal = {"problem": t(error.message, **error.params)}
        return _page(draft), error.status


def _in_force(code: str) -> Draft:
    """Raises NotFound for an unknown service, Invalid for a code that cannot name a file."""
    with reading() as reader:
        service = queries.service(reader, code)
        if service is None:
            raise NotFound(msg("There is no such service."))
        if not catalog.KEY.fullmatch(f"service_{code}"):
            raise Invalid(msg("A service with a full stop in its code cannot have a form of its own."))
        own, module_form = intake.own_form(reader, code), intake.extra_form(reader, service.module, None)
    rows = forms.building.questions(own.data) if own is not None else []
    return Draft(service, own, module_form, rows, own.hash if own is not None else "")


def _publish_questions(draft: Draft) -> Answer:
    draft.faults = questions.faults(draft.rows or [])
    if draft.faults:
        draft.refusal = {"problem": t(msg("Please check the marked fields."))}
        return _page(draft), 422
    data = forms.building.build(draft.key, draft.rows or [])
    return _publish(draft, data, text("reason"), draft.begun_from or None)


def _publish(draft: Draft, data: bytes, reason: str, begun_from: str | None) -> Answer:
    file = catalog.kind_named(KIND).path(draft.key, f"tenants/{the_office().slug}")
    try:
        answer = dispatch(PublishDefinition, kind=KIND, definition_key=draft.key, data=data, file=file,
                          begun_from=begun_from, reason=reason or f"{draft.service.code} {draft.service.name_zh}")
    except DefinitionError as error:
        dispatch(NoteRefusal, kind=KIND, definition_key=draft.key, problems=len(error.problems))
        draft.refusal = {"problem": t(msg("The file was refused. What was in force stays in force.")),
                         "problems": error.problems[:200], "lines": definitions.lines_of(data, error.problems)}
        return _page(draft), 422
    except Conflict as error:
        draft.refusal = {"problem": t(error.message, **error.params) + " "
                         + t(msg("What you typed is kept. Saving once more writes over their change."))}
        draft.begun_from = draft.own.hash if draft.own is not None else ""
        return _page(draft), 409
    flash(t(msg("In force: %(key)s, version %(version)s."), key=draft.key, version=answer["version"]))
    return redirect(url_for("admin.service_form", code=draft.service.code), 303)


def _withdraw(draft: Draft) -> Answer:
    dispatch(WithdrawDefinition, kind=KIND, definition_key=draft.key)
    flash(t(msg("Its own form is given up. What it had before holds again.")))
    return redirect(url_for("admin.service_form", code=draft.service.code), 303)


def _page(draft: Draft) -> str:
    preview = _preview(draft) if draft.preview else None
    mine = draft.own is not None and draft.own.tenant_id == the_office().tenant_id
    state = (msg("It has a form of its own.") if mine else msg("It uses the form that ships for it.") if draft.own
             else msg("It uses the form of its module.") if draft.module_form
             else msg("No further questions are asked."))
    shown = None if draft.rows is None else [questions.shown(one) for one in draft.rows]
    return render_template(
        "admin/service_form.html", service=draft.service, key=draft.key, own=draft.own, own_live=mine,
        questions=shown, faults=draft.faults, kinds=forms.building.KINDS, begun_from=draft.begun_from, state=t(state),
        reason=text("reason"), preview=preview, preview_lang=draft.preview or "zh",
        **{"problem": "", "problems": (), "lines": {}, **draft.refusal})


def _preview(draft: Draft) -> Any:
    """The questions as they would be asked; one without words yet is shown without."""
    rows = [replace(one, zh=one.zh or "…", en=one.en or "…") for one in draft.rows or []]
    try:
        form = forms.load(forms.building.build(draft.key, rows), draft.key)
    except DefinitionError:
        return None
    with content.language(draft.preview):
        asked = forms.render(form, {}, None, locale=draft.preview, now=local_now(), raw=None)
    return content.as_resident("admin/preview_service.html", draft.preview, values=draft.service.document(),
                               asked=asked)
