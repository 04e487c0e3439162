"""What the desk can say while somebody speaks: who calls, the same concern, services, answers, where it would go."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import request
from sqlalchemy.orm import Session

from app import knowledge
from app.cases import queries as cases
from app.cases.commands import NoteLookUp
from app.knowledge import queries as catalogue
from app.web.context import can
from app.web.pages import allow, unkeyed, uuid_or_none
from app.web.resident import intake
from app.web.sessions import actor, the_office
from app.web.staff import blueprint

LOOK_UPS_PER_HOUR = 300
LEAST = 0.3
"""How much of the words an answer must hold to be worth a glance during a call."""
MOST_ITEMS, MOST_SIMILAR, LONGEST = 2, 3, 300
SET = "set "


@dataclass(frozen=True)
class Known:
    """Beside the form. `looked_up`: a phone or name was given, so that nobody found is an answer too."""

    callers: list[cases.Caller] = field(default_factory=list)
    looked_up: bool = False
    similar: list[Any] = field(default_factory=list)
    joining: Any = None
    services: list[tuple[Any, float]] = field(default_factory=list)
    items: list[Any] = field(default_factory=list)
    forecast: cases.Forecast | None = None
    assumed: Any = None


def count_look_up() -> None:
    """Each look at who calls counts for the clerk; TooMany beyond a busy hour's worth."""
    if _asks_who():
        allow(f"callers:{actor().user_id}", per_minutes=60, limit=LOOK_UPS_PER_HOUR)


def note_look_up(seen: Known) -> None:
    """Into the audit trail, after the page has been worked out."""
    if seen.looked_up:
        unkeyed(NoteLookUp, how="phone" if request.form.get("c-phone", "").strip() else "name", found=len(seen.callers))


def _asks_who() -> bool:
    return bool(request.form.get("c-phone", "").strip() or request.form.get("c-name", "").strip()) \
        and not request.form.get("c-anonymous")


def of(session: Session, draft: intake.Draft, *, who: bool = True) -> Known:
    """For the draft as it stands. `who` False: only the words have changed."""
    looked_up = who and _asks_who() and can("person.read")
    found = cases.callers(session, actor(), phone=draft.values["phone"],
                          name=draft.values["name"]) if looked_up else []
    text = draft.values["text"].strip()[:LONGEST]
    similar_id = uuid_or_none(draft.values["similar"])
    services = _services(session, text)
    assumed = draft.service or (services[0][0] if services else None)
    return Known(
        callers=found, looked_up=looked_up,
        similar=cases.similar_for_staff(session, actor(), text, limit=MOST_SIMILAR) if text else [],
        joining=cases.taken(session, actor(), similar_id) if similar_id else None,
        services=services, items=_items(session, text), assumed=assumed,
        forecast=_forecast(session, draft, assumed) if assumed is not None else None)


def _services(session: Session, text: str) -> list[tuple[Any, float]]:
    if not text:
        return []
    found = knowledge.suggest(session, the_office().tenant_id, text).codes
    return [(service, share) for code, share in found if (service := catalogue.service(session, code)) is not None]


def _items(session: Session, text: str) -> list[Any]:
    hits = [hit for hit in catalogue.search(session, text, limit=12) if hit.score >= LEAST] if text else []
    rows = [catalogue.item(session, hit.code) for hit in hits if hit.kind == "knowledge"]
    return [row for row in rows if row is not None and (row.answer_zh or row.answer_en)][:MOST_ITEMS]


def _forecast(session: Session, draft: intake.Draft, service: Any) -> cases.Forecast | None:
    values = draft.values
    return cases.forecast(session, the_office().tenant_id, service=service.code, kind=values["kind"] or None,
                          urgency=values["urgency"] or "normal", channel=values["channel"] or "phone")


@blueprint.app_template_global()
def setting(**values: Any) -> str:
    """The value of a button that fills fields in: the page does it at once, the server without scripts."""
    return SET + urlencode({f"c-{name}": "" if value is None else str(value) for name, value in values.items()})


def apply(draft: intake.Draft, action: str) -> None:
    """Fill in what such a button says. The values are worth as much as if they had been typed."""
    for name, value in parse_qsl(action.removeprefix(SET), keep_blank_values=True) if action.startswith(SET) else ():
        if name.removeprefix("c-") in draft.values:
            draft.values[name.removeprefix("c-")] = value
