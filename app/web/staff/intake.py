"""The intake desk: who calls, what it is about, and everything up to the next person, on one page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.cases import queries
from app.cases.commands import ClaimTask, CompleteTask, GoOnWithCase, SubmitCase, TakeInCase
from app.kernel.errors import Conflict, FieldErrors, Invalid, msg
from app.knowledge import queries as knowledge
from app.knowledge.commands import SaveKnowledgeItem
from app.web import uploads
from app.web.access import access
from app.web.context import can
from app.web.pages import dispatch, entries, reading, unkeyed, uuid_or_none
from app.web.resident import intake
from app.web.sessions import actor
from app.web.staff import blueprint, drafts, known
from app.web.staff.tasks import changed, conflict, model_of
from app.web.texts import locale, t

CHANNELS = ("phone", "counter", "visit", "12345", "message", "wechat")
URGENCIES = ("normal", "urgent", "emergency")
KINDS = ("consultation", "help", "complaint", "report", "suggestion", "praise")
DESK = ("kind", "answer", "rating", "solved", "question", "same_call")
CHECK = msg("Please check what is marked.")


@blueprint.get("/new")
@access("case.register")
def new_case() -> str:
    """An empty form; above it what was just taken in, with the next task of that case."""
    with reading() as reader:
        draft = _read(reader, first=True)
        first_id = uuid_or_none(request.args.get("same_call"))
        if first_id is not None:
            _carry_over(draft, queries.carried(reader, actor(), first_id), first_id)
        intake.show(reader, draft, first=True)
        done = _done(reader, uuid_or_none(request.args.get("case")))
        return _page(reader, draft, done=done)


def _read(reader: Any, *, first: bool = False) -> intake.Draft:
    """The resident's draft and the desk's own fields; a kind that nobody chose is the service's usual one."""
    draft = intake.read(reader, first=first)
    sent = {} if first else entries()
    for name in DESK:
        draft.values[name] = str(sent.get(f"c-{name}", ""))
        draft.extra.pop(f"c-{name}", None)
    for name in ("_part", "_do"):
        draft.extra.pop(name, None)
    return draft


def _carry_over(draft: intake.Draft, kept: Any, first_id: UUID) -> None:
    draft.values |= {"name": kept.name, "phone": kept.phone, "channel": kept.channel, "same_call": str(first_id),
                     "place": str(kept.place_id or ""), "place_text": kept.place_text}


def _done(reader: Any, case_id: UUID | None) -> dict[str, Any] | None:
    """The case that was just worked on here, and its next task if this clerk may do it."""
    if case_id is None:
        return None
    row = queries.taken(reader, actor(), case_id)
    if row is None:
        return None
    task_id = queries.next_of_case(reader, actor(), case_id)
    task = queries.task_page(reader, actor(), task_id) if task_id else None
    return {"case": row, "task": task, "form": model_of(reader, task) if task is not None else None}


def _page(reader: Any, draft: intake.Draft, *, problem: str = "", done: dict[str, Any] | None = None,
          seen: known.Known | None = None) -> str:
    """`seen` with who calls only where that was asked for, counted and noted."""
    return render_template(
        "staff/new_case.html", draft=draft, problem=problem, done=done, channels=CHANNELS, urgencies=URGENCIES,
        kinds=KINDS, services=knowledge.services(reader), known=seen or known.of(reader, draft, who=False))


@blueprint.post("/new/known")
@access("case.register")
def desk_known() -> str:
    """The parts of the page that follow what is typed; `_part` who: phone or name have changed too."""
    who = request.form.get("_part") == "who"
    if who:
        known.count_look_up()
    with reading() as reader:
        draft = _read(reader)
        intake.show(reader, draft)
        seen = known.of(reader, draft, who=who)
        page = render_template("staff/desk/parts.html", draft=draft, known=seen, who=who)
    known.note_look_up(seen)
    return page


@blueprint.post("/new")
@access("case.register")
def send_new_case() -> str | Response | tuple[str, int]:
    """Take in, answer at once or join; the other buttons only fill in and look up."""
    if request.form.get("_action"):
        return _filled_in(request.form["_action"])
    with reading() as reader:
        draft = _read(reader)
        if not _checked(reader, draft):
            return _page(reader, draft, problem=t(CHECK)), 422
    try:
        answer = _hand_in(draft)
    except Invalid as error:
        draft.errors.update(error.fields)
        with reading() as reader:
            return _page(reader, draft, problem=t(error.message, **error.params)), 422
    _keep_answer(draft, answer["number"])
    return _on(UUID(answer["case_id"]))


def _checked(reader: Any, draft: intake.Draft) -> bool:
    """What a unit needs to begin is not asked for where no unit begins: for an answer, and for a case that joins."""
    form = draft.form
    if request.form.get("_do") == "answer_now" or draft.values["similar"]:
        draft.form = None
    good = intake.check(reader, draft)
    if draft.form is not form:
        draft.form = form
        intake.show(reader, draft)
    return good


def _filled_in(action: str) -> str:
    known.count_look_up()
    with reading() as reader:
        draft = _read(reader)
        known.apply(draft, action)
        chosen = draft.values["service"]
        if chosen and (draft.service is None or draft.service.code != chosen):
            draft.service = knowledge.service(reader, chosen)
            draft.module = draft.service.module if draft.service is not None else None
            draft.form = intake.extra_form(reader, draft.module, chosen)
        intake.show(reader, draft)
        seen = known.of(reader, draft)
        page = _page(reader, draft, seen=seen)
    known.note_look_up(seen)
    return page


def _hand_in(draft: intake.Draft) -> Any:
    """Whoever may decide at the desk does; what others register waits for the desk."""
    values = draft.values
    channel = values["channel"] if values["channel"] in CHANNELS else "phone"
    urgency = values["urgency"] if values["urgency"] in URGENCIES else None
    data = {**intake.submission(draft, uploads.store("photos")), "channel": channel, "urgency_claimed": urgency}
    if not can("case.take_in"):
        return dispatch(SubmitCase, **data)
    answers = request.form.get("_do") == "answer_now"
    rating = values["rating"] if answers else ""
    usual = draft.service.kind if draft.service is not None else None
    return dispatch(
        TakeInCase, **data, decision="answer_now" if answers else "join" if values["similar"] else "accept",
        kind=values["kind"] or usual, answer=values["answer"] if answers else None,
        rating=int(rating) if rating.isdecimal() else None,
        solved=(values["solved"] or None) if answers else None, same_call=uuid_or_none(values["same_call"]))


def _keep_answer(draft: intake.Draft, number: str) -> None:
    """What was answered without the knowledge base becomes a draft there, off until somebody has looked at it."""
    question = draft.values["question"].strip()
    if not question or request.form.get("_do") != "answer_now" or not can("knowledge.edit"):
        return
    try:
        dispatch(SaveKnowledgeItem, code=f"D{number}", question_zh=question, answer_zh=draft.values["answer"],
                 service_code=draft.service.code if draft.service else None, source=number, active=False)
    except Invalid:
        flash(t(msg("The draft for the knowledge base was not kept: the question has at most 500 characters.")), "warn")
    else:
        flash(t(msg("The answer waits in the knowledge base as a draft.")))


def _on(case_id: UUID) -> Response:
    """Do what waits, take the next task for this clerk, and stay on the page."""
    unkeyed(GoOnWithCase, case_id=case_id)
    with reading() as reader:
        task_id = queries.next_of_case(reader, actor(), case_id)
    if task_id is not None:
        try:
            unkeyed(ClaimTask, task_id=task_id)
        except Conflict as error:
            flash(t(error.message, **error.params), "warn")
    return redirect(url_for("staff.new_case", case=case_id), 303)


@blueprint.post("/new/tasks/<uuid:task_id>")
@access("task.complete")
def desk_task(task_id: UUID) -> str | Response | tuple[str, int]:
    """As the task's own page, but the desk stays where it is."""
    sent = entries()
    action = request.form.get("_action", "")
    if action:
        return _task_again(task_id, changed(task_id, sent, action))
    try:
        answer = dispatch(CompleteTask, task_id=task_id, data=sent, form_hash=request.form.get("_form_hash") or None,
                          locale=locale())
    except Invalid as error:
        return _task_again(task_id, sent, error.fields, t(error.message, **error.params)), 422
    except Conflict as error:
        return conflict(task_id, error, sent, stored=drafts.kept(task_id, sent))
    if answer.get("stopped"):
        kept = msg("What you sent is kept, but the process stopped here. Somebody has been told and will look.")
        flash(t(kept), "warn")
    return _on(UUID(answer["case_id"]))


def _task_again(task_id: UUID, raw: Any, errors: FieldErrors | None = None, problem: str = "") -> str:
    with reading() as reader:
        task = queries.task_page(reader, actor(), task_id)
        done = {"case": task.case, "task": task, "form": model_of(reader, task, raw, errors)}
        draft = intake.read(reader, first=True)
        draft.values |= dict.fromkeys(DESK, "")
        return render_template("staff/new_case.html", draft=draft, problem=problem, done=done, known=known.Known())
