"""What an office writes itself, as pages show it: names of fields, and what two versions say differently."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import g, render_template, request
from flask_babel import force_locale
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.kernel.commands import Command
from app.kernel.errors import YikouError, msg
from app.tenancy import settings, versions
from app.web.admin.sent import refused, text
from app.web.names import half
from app.web.pages import dispatch, reading, rehearse
from app.web.texts import LOCALES, locale, t
from app.web.words import WORDS, word

LABELS: dict[str, str] = {
    "code": msg("Code"), "module": msg("Module"), "name_zh": msg("Name in Chinese"), "name_en": msg("Name in English"),
    "kind": msg("Kind"), "urgency": msg("Urgency"), "commitment_zh": msg("Promise in Chinese"),
    "commitment_en": msg("Promise in English"), "keywords": msg("Other words people use"), "active": msg("In use"),
    "question_zh": msg("Question in Chinese"), "question_en": msg("Question in English"),
    "answer_zh": msg("Answer in Chinese"), "answer_en": msg("Answer in English"), "service_code": msg("Service"),
    "owner_unit": msg("Unit that answers for it"), "source": msg("Where the answer comes from"),
    "reviewed_on": msg("Last looked at"), "review_days": msg("Look at it again after so many days"),
    "phone": msg("Phone"), "hours_zh": msg("Opening hours in Chinese"), "hours_en": msg("Opening hours in English"),
    "about_zh": msg("What it does, in Chinese"), "about_en": msg("What it does, in English"), "name": msg("Name"),
    "parent_code": msg("Part of"), "lat": msg("Latitude"), "lng": msg("Longitude"), "locale": msg("Language"),
    "removed": msg("Removed"), "year": msg("Year"),
} | {one.name: one.title for one in settings.REGISTRY}
LOOK = "look"
LANGUAGES = {"zh": msg("Chinese"), "en": msg("English")}


@dataclass(frozen=True)
class Changed:
    """One field that two versions say differently, in words."""

    label: str
    before: str
    after: str


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Changed]:
    """In the order of the newer version's fields; what neither says is left out."""
    names = [*after, *(name for name in before if name not in after)]
    pairs = [(name, _said(name, before.get(name)), _said(name, after.get(name))) for name in names]
    return [Changed(t(LABELS.get(name, name)), old, new) for name, old, new in pairs if old != new]


def _said(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return t(msg("yes")) if value else t(msg("no"))
    if isinstance(value, Mapping) and "official" in value:
        return _day(value)
    if name == "locale":
        return t(LANGUAGES.get(str(value), ""))
    kind = {"kind": ("kind", "unit_kind", "place_kind")}.get(name, (name,))
    for one in kind:
        if one in ("module", "urgency", "kind", "unit_kind", "place_kind") and str(value) in WORDS[one]:
            return word(one, value)
    return "" if value is None else str(value)


def _day(value: Mapping[str, Any]) -> str:
    """A row of the calendar."""
    kind = word("calendar_kind", value.get("kind", ""))
    official = t(msg("official")) if value["official"] else ""
    parts = [kind, half(value.get("name") or ""), str(value.get("source") or ""), official]
    return ", ".join(part for part in parts if part)


def begun() -> int | None:
    """The version that the form sent was made from; None where it says none."""
    given = text("begun_from")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else None


def _newest(kind: str, key: str) -> int:
    with reading() as reader:
        return versions.newest_number(reader, kind, key)


def behind(kind: str, key: str, since: int) -> dict[str, Any]:
    """For a form that came too late: what was saved meanwhile, and the version to save over next, by choice."""
    with reading() as reader:
        found = versions.history(reader, kind, key)
    if not found:
        return {"theirs": [], "begun_from": 0}
    before = next((one for one in found if one.number == since), found[-1])
    return {"theirs": changed(before.document, found[0].document), "begun_from": found[0].number}


def form_state(kind: str, key: str, error: YikouError | None = None) -> dict[str, Any]:
    """`begun_from`, `theirs`, `problem` and `errors` of a page with one entry in a form."""
    state = refused(error)
    if error is not None and error.status == 409:
        state["problem"] += " " + t(msg("What you typed is kept. Saving once more writes over their change."))
        return state | behind(kind, key, begun() or 0)
    given = begun()
    return state | {"begun_from": _newest(kind, key) if given is None else given, "theirs": []}


def save(kind: str, key: str, command: type[Command], also: Callable[[Session], None] | None = None,
         answer: dict[str, Any] | None = None, /, **data: Any) -> list[Changed] | None:
    """Dispatch, and None. When the form only asked to look: what the newest version would say differently.

    `also` sees the session of a look, too; `answer` takes what the command answered.
    """
    if request.form.get("_action") != LOOK:
        answered = dispatch(command, **data)
        if answer is not None and isinstance(answered, Mapping):
            answer.update(answered)
        return None
    before = _newest(kind, key)

    def look(session: Session) -> list[Changed]:
        if also is not None:
            also(session)
        found = versions.history(session, kind, key)
        if not found or found[0].number == before:
            return []
        return changed(found[1].document if len(found) > 1 else {}, found[0].document)

    return rehearse(command, look, **data)


@contextmanager
def language(lang: str) -> Any:
    """The words of a part of the page in another language."""
    kept = locale()
    g.locale = lang
    try:
        with force_locale(lang):
            yield
    finally:
        g.locale = kept


def as_resident(template: str, lang: str, **values: Any) -> Markup:
    """A part of a resident's page, in one of the languages."""
    lang = lang if lang in LOCALES else LOCALES[0]
    with language(lang):
        return Markup(render_template(template, **values))  # noqa: S704  the template escapes
