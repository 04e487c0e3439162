"""What the office promises for each service, what follows when it is broken, and how often that was: for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from app.cases import commitments as given
from app.insight import queries as insight
from app.knowledge import queries as knowledge
from app.tenancy import queries as tenancy
from app.web.access import PUBLIC, access
from app.web.names import pick
from app.web.pages import reading
from app.web.resident import blueprint
from app.web.sessions import the_office
from app.web.texts import local_now, name_of, zone


@dataclass(frozen=True)
class Promised:
    """One service as the page shows it. `unit` is empty where a dispatcher decides; `offer` None: no table says."""

    service: Any
    unit: str
    offer: given.Offer | None
    standard: str


@blueprint.get("/commitments")
@access(PUBLIC)
def commitments() -> str:
    """By module, with this month's figures; made so that it can be printed and hung up."""
    period = insight.preset("month", local_now().date(), zone())
    with reading() as reader:
        modules = _modules(reader)
        figures = insight.published_promises(reader, period)
    return render_template("resident/commitments.html", modules=modules, figures=figures, period=period)


@blueprint.app_template_filter("standard_of")
def standard_of(promise: Any) -> str:
    """What was promised, in the reader's language."""
    return pick(promise, "standard")


@blueprint.app_template_filter("remedy_of")
def remedy_of(promise: Any) -> str:
    """What is owed when a promise is broken, in the reader's language."""
    return pick(promise, "remedy")


def _modules(reader: Session) -> dict[str, list[Promised]]:
    """Module -> its published services, in the order of the catalogue."""
    services = knowledge.services(reader)
    asked = {one.code: (one.module, one.kind, one.urgency) for one in services}
    offers = given.offers(reader, the_office().tenant_id, asked)
    units = {unit.code: name_of(unit) for unit in tenancy.units(reader)}
    found: dict[str, list[Promised]] = {}
    for one in services:
        offer = offers.get(one.code)
        found.setdefault(one.module, []).append(Promised(
            one, units.get(offer.unit or "", "") if offer else "", offer,
            pick(one, "commitment") or (pick(offer.terms, "standard") if offer else "")))
    return found
