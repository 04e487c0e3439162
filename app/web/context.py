"""Names that every template sees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask, g, request

from app.auth import policy
from app.kernel import database, pauses
from app.offices import queries
from app.tenancy.model import Place, Unit
from app.web.pages import form_marks
from app.web.sessions import actor, large, office, signed_in
from app.web.texts import locale, name_of
from app.web.words import word


def can(action: str) -> bool:
    """Whether the reader's roles allow an action."""
    return policy.can(actor(), action)


def codes(kind: str, wanted: Iterable[str]) -> list[tuple[str, str]]:
    """Options of a select: codes with their words."""
    return [(code, word(kind, code)) for code in wanted]


def place_options(places: Iterable[Place]) -> list[tuple[str, str]]:
    """Places as options, compounds and buildings under the name of what they belong to."""
    known = {place.code: place for place in places}
    return [(str(place.id), _with_parent(place, known)) for place in known.values() if place.kind != "grid"]


def _with_parent(place: Place, known: dict[str, Place]) -> str:
    parent = known.get(place.parent_code or "")
    return f"{parent.name} {place.name}" if parent is not None and place.kind == "building" else place.name


def service_options(services: Iterable[Any]) -> list[tuple[str, str]]:
    """Services as options."""
    return [(service.code, name_of(service)) for service in services]


def unit_options(units: Iterable[Unit]) -> list[tuple[str, str]]:
    """Units as options."""
    return [(unit.code, name_of(unit)) for unit in units]


def suspended() -> bool:
    """Whether the request's office is suspended, looked up once a request."""
    here = office()
    if here is None:
        return False
    if "suspended" not in g:
        with database.current().read(here.tenant_id) as reader:
            g.suspended = pauses.since(reader, here.tenant_id) is not None
    return bool(g.suspended)


def subscription() -> queries.Standing | None:
    """For administrators: what presses about the office's subscription; None while nothing does."""
    here = office()
    if here is None or not can("office.export"):
        return None
    with database.current().read(here.tenant_id) as reader:
        found = queries.standing(reader, here.tenant_id)
    return found if found.state != "suspended" and (found.warns or found.pressing) else None


def install(app: Flask) -> None:
    """One context processor; what needs the database is looked up once a request."""

    @app.context_processor
    def names() -> dict[str, Any]:
        here = office()
        name = (here.name_zh if locale() == "zh" else here.name_en or here.name_zh) if here is not None else ""
        return {"here": here, "office_name": name, "is_demo": here is not None and here.is_demo, "me": signed_in(),
                "can": can, "word": word, "form_marks": form_marks, "large": large(),
                "codes": codes, "place_options": place_options, "unit_options": unit_options,
                "service_options": service_options, "suspended": suspended, "subscription": subscription,
                "page_path": request.path if request.method == "GET" else "/"}
