"""Knowledge items: questions with their answers; list, one form, import."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.kernel.errors import Invalid, NotFound, YikouError, msg
from app.knowledge import queries
from app.knowledge.commands import ImportKnowledge, SaveKnowledgeItem
from app.tenancy import queries as tenancy
from app.web.access import access
from app.web.admin import blueprint
from app.web.admin.sent import exists, expect, refused, text
from app.web.admin.tables import bring_in
from app.web.pages import dispatch, reading
from app.web.texts import local_now, t

TEXTS = ("question_zh", "question_en", "answer_zh", "answer_en", "owner_unit", "source")
OTHERS = ("service_code", "reviewed_on", "review_days", "active")


@blueprint.get("/knowledge")
@access("knowledge.edit")
def knowledge() -> str:
    """All of them; `due=1` those that somebody should look at again."""
    only_due = request.args.get("due") == "1"
    with reading() as reader:
        due = queries.due_for_review(reader, local_now().date())
        found = due if only_due else queries.items(reader, active_only=False)
    return render_template("admin/knowledge.html", items=found, due={one.code for one in due}, only_due=only_due)


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


def _form(code: str, values: Any, error: YikouError | None = None) -> str:
    with reading() as reader:
        services, units = queries.services(reader, active_only=False), tenancy.units(reader)
    return render_template("admin/item.html", code=code, values=values, services=services, units=units,
                           **refused(error))


@blueprint.post("/knowledge/new")
@access("knowledge.edit")
def add_item() -> Response | tuple[str, int]:
    """A code that is taken is refused."""
    return _save(text("code"), new=True)


@blueprint.post("/knowledge/<code>/edit")
@access("knowledge.edit")
def save_item(code: str) -> Response | tuple[str, int]:
    """The code stays."""
    return _save(code, new=False)


def _save(code: str, *, new: bool) -> Response | tuple[str, int]:
    try:
        expect(*TEXTS, *OTHERS, *(["code"] if new else []))
        with reading() as reader:
            known = queries.item(reader, code) is not None
        if new and known:
            raise exists()
        if not new and not known:
            raise NotFound(msg("There is no such question."))
        days = text("review_days")
        dispatch(SaveKnowledgeItem, code=code, service_code=text("service_code") or None, reviewed_on=_reviewed_on(),
                 review_days=int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0,
                 active=bool(text("active")), **{name: text(name) for name in TEXTS})
    except Invalid as error:
        return _form("" if new else code, request.form, error), 422
    flash(t(msg("Saved.")))
    return redirect(url_for("admin.knowledge"), 303)


def _reviewed_on() -> date | None:
    try:
        return date.fromisoformat(text("reviewed_on")) if text("reviewed_on") else None
    except ValueError:
        raise Invalid(msg("Please check the marked fields."), fields={
            "reviewed_on": [(msg("Please write the day as 2026-01-31."), {})]}) from None


@blueprint.post("/knowledge/import")
@access("knowledge.edit")
def import_knowledge() -> Response | tuple[str, int]:
    """Columns code, question_zh and more."""
    return bring_in(ImportKnowledge, "admin.knowledge", t(msg("Questions and answers")))
