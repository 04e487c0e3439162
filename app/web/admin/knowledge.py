"""Knowledge items: questions with their answers; list, one form, import."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.kernel.errors import Conflict, Invalid, NotFound, YikouError, msg
from app.knowledge import queries
from app.knowledge.commands import ConfirmKnowledgeItem, ImportKnowledge, SaveKnowledgeItem
from app.knowledge.model import KnowledgeItem
from app.tenancy import queries as tenancy
from app.web.access import access
from app.web.admin import blueprint, content
from app.web.admin.menu import review_units
from app.web.admin.sent import exists, expect, text
from app.web.admin.tables import bring_in
from app.web.pages import dispatch, next_page, reading
from app.web.texts import local_now, t

TEXTS = ("question_zh", "question_en", "answer_zh", "answer_en", "owner_unit", "source")
OTHERS = ("service_code", "reviewed_on", "review_days", "active", "begun_from", "reason")
SHOWN = ("all", "overdue", "month", "drafts", "english", "unanswered")
"""What the list can be narrowed to."""


@blueprint.get("/knowledge")
@access("knowledge.edit")
def knowledge() -> str:
    """All of them; `show` narrows to what is overdue, due this month, a draft or incomplete, `owner` to one unit's."""
    show = "overdue" if request.args.get("due") == "1" else request.args.get("show", "all")
    show, owner = show if show in SHOWN else "all", request.args.get("owner", "")[:40]
    query, today = request.args.get("q", "").strip().lower()[:80], local_now().date()
    with reading() as reader:
        everything, units = queries.items(reader, active_only=False), tenancy.units(reader)
    mine = [one for one in everything if not owner or one.owner_unit == owner]
    sets = {name: [one for one in mine if _belongs(one, name, today)] for name in SHOWN}
    found = [one for one in sets[show] if query in f"{one.code} {one.question_zh} {one.question_en}".lower()]
    return render_template("admin/knowledge.html", items=found, counts={name: len(rows) for name, rows in sets.items()},
                           due={one.code for one in everything if _belongs(one, "overdue", today)}, show=show,
                           owner=owner, query=query, units=units, names={unit.code: unit for unit in units},
                           due_on={one.code: queries.due_on(one) for one in found})


def _belongs(one: KnowledgeItem, name: str, today: date) -> bool:
    due = queries.due_on(one) or today
    ends = {"overdue": one.active and due <= today,
            "month": one.active and (due.year, due.month) <= (today.year, today.month),
            "drafts": not one.active, "english": not (one.question_en and one.answer_en),
            "unanswered": not one.answer_zh}
    return ends.get(name, True)


@blueprint.get("/knowledge/new")
@access("knowledge.edit")
def new_item() -> str:
    """An empty form."""
    return _form("", {"review_days": "180", "active": "on"})


@blueprint.get("/knowledge/<code>/edit")
@access("knowledge.edit")
def item(code: str) -> str:
    """One question in the form."""
    with reading() as reader:
        found = queries.item(reader, code)
    if found is None:
        raise NotFound(msg("There is no such question."))
    return _form(code, found)


def _form(code: str, values: Any, error: YikouError | None = None, preview: str = "") -> str:
    with reading() as reader:
        services, units = queries.services(reader, active_only=False), tenancy.units(reader)
        known = queries.item(reader, code) if code else None
    shown = content.as_resident("admin/preview_item.html", preview, values=values) if preview else None
    return render_template("admin/item.html", code=code, values=values, services=services, units=units, known=known,
                           due_on=queries.due_on(known) if known else None, today=local_now().date(), preview=shown,
                           preview_lang=preview, **content.form_state("knowledge", code, error))


@blueprint.post("/knowledge/new")
@access("knowledge.edit")
def add_item() -> Response | str | tuple[str, int]:
    """A code that is taken is refused."""
    return _save(text("code"), new=True)


@blueprint.post("/knowledge/<code>/edit")
@access("knowledge.edit")
def save_item(code: str) -> Response | str | tuple[str, int]:
    """The code stays."""
    return _save(code, new=False)


def _save(code: str, *, new: bool) -> Response | str | tuple[str, int]:
    shown = "" if new else code
    try:
        expect(*TEXTS, *OTHERS, *(["code"] if new else []))
        with reading() as reader:
            known = queries.item(reader, code) is not None
        if new and known:
            raise exists()
        if not new and not known:
            raise NotFound(msg("There is no such question."))
        action, days = request.form.get("_action", ""), text("review_days")
        if action.startswith("preview:"):
            return _form(shown, request.form, preview="en" if action == "preview:en" else "zh")
        dispatch(SaveKnowledgeItem, code=code, service_code=text("service_code") or None, reviewed_on=_reviewed_on(),
                 review_days=int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0,
                 active=bool(text("active")), begun_from=content.begun(), reason=text("reason"),
                 **{name: text(name) for name in TEXTS})
    except (Invalid, Conflict) as error:
        return _form(shown, request.form, error), error.status
    flash(t(msg("Saved.")))
    return redirect(url_for("admin.knowledge"), 303)


def _reviewed_on() -> date | None:
    try:
        return date.fromisoformat(text("reviewed_on")) if text("reviewed_on") else None
    except ValueError:
        raise Invalid(msg("Please check the marked fields."), fields={
            "reviewed_on": [(msg("Please write the day as 2026-01-31."), {})]}) from None


@blueprint.get("/reviews")
@access("knowledge.review")
def reviews() -> str:
    """What waits to be looked at again: of the reader's own units, for who edits all, everything."""
    units = review_units()
    with reading() as reader:
        found = [one for one in queries.due_for_review(reader, local_now().date())
                 if units is None or one.owner_unit in units]
    return render_template("admin/reviews.html", items=found, due_on={one.code: queries.due_on(one) for one in found})


@blueprint.post("/knowledge/<code>/confirm")
@access("knowledge.review")
def confirm_item(code: str) -> Response:
    """Somebody looked at it and it is still right."""
    expect("next")
    dispatch(ConfirmKnowledgeItem, code=code)
    flash(t(msg("Noted: looked at today.")))
    return redirect(next_page("admin.reviews"), 303)


@blueprint.post("/knowledge/import")
@access("knowledge.edit")
def import_knowledge() -> Response | tuple[str, int]:
    """Columns code, question_zh and more."""
    return bring_in(ImportKnowledge, "admin.knowledge", t(msg("Questions and answers")))
