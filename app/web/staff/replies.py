"""Reply templates at the text areas of a task's form: which fit, filled in for the case, in the resident's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app import forms
from app.cases import queries
from app.knowledge import queries as knowledge
from app.web.pages import reading
from app.web.sessions import actor
from app.web.texts import local_now, name_of, zone

AREAS = ("textarea",)


@dataclass(frozen=True)
class Offered:
    """One template at one field."""

    code: str
    name: str
    text: str


def by_field(reader: Any, page: Any, form: forms.RenderModel | None) -> dict[str, list[Offered]]:
    """Key of a text area -> the templates for it."""
    areas = [field.key for field in form.fields() if field.kind in AREAS and field.key and not field.readonly
             and not field.disabled] if form is not None else []
    if form is None or not areas:
        return {}
    rows = knowledge.replies_for(reader, page.form.id, page.case.module, page.case.service)
    offered = [(row.field, Offered(row.code, name_of(row), text_for(row, page.case))) for row in rows]
    return {key: found for key in areas
            if (found := [one for field, one in offered if field in ("", key.rpartition(".")[2])])}


def text_for(row: Any, case: Any) -> str:
    """The text in the language that the resident uses."""
    english = case.locale.startswith("en")
    text = (row.text_en if english else "") or row.text_zh
    return knowledge.filled(text, {
        "number": case.number, "service": _named(case, "service", english=english),
        "unit": _named(case, "unit", english=english), "date": f"{local_now():%Y-%m-%d}", "place": case.place,
        "due": f"{case.promised_at.astimezone(zone()):%Y-%m-%d}" if case.promised_at else ""})


def _named(case: Any, stem: str, *, english: bool) -> str:
    return str((getattr(case, f"{stem}_en") if english else "") or getattr(case, f"{stem}_zh"))


def inserted(task_id: UUID, sent: Mapping[str, Any], wanted: str) -> Mapping[str, Any]:
    """Without scripts: the text of `<code> <field>` behind what stands in the field."""
    code, _space, field = wanted.partition(" ")
    with reading() as reader:
        page = queries.task_page(reader, actor(), task_id)
        row = knowledge.reply_template(reader, code)
    if row is None or not row.active or not field:
        return sent
    before = sent.get(field, "")
    if not isinstance(before, str):
        return sent
    return {**sent, field: f"{before.rstrip()}\n{text_for(row, page.case)}" if before.strip() else
            text_for(row, page.case)}
