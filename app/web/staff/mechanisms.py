"""The five mechanisms (五大机制), a page each: diagram, tables and rules in force, this month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import jsonify, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import catalog
from app.catalog import queries as published
from app.catalog.queries import Entry
from app.insight.queries import RATES
from app.kernel.errors import NotFound, msg
from app.rules import queries as rules
from app.web.access import access
from app.web.admin import sheets
from app.web.admin.definitions import for_viewer
from app.web.context import can
from app.web.pages import reading
from app.web.sessions import the_office
from app.web.staff import blueprint, month_figures
from app.web.staff.month_figures import Shown
from app.web.texts import locale, t


@dataclass(frozen=True)
class Mechanism:
    """What belongs to one of the five. `pages`: (endpoint, name, action) of pages where it is changed or seen."""

    name: str
    what: str
    figures: tuple[str, ...]
    processes: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    rules: bool = False
    pages: tuple[tuple[str, str, str], ...] = ()


MECHANISMS = {
    "commitment": Mechanism(
        msg("Service commitment"),
        msg("What the office promises for each service, by when, and what happens when a promise is broken."),
        ("kept", "broken", "open"), ("commitment_remedy",), ("commitment", "time_limit"),
        pages=(("resident.commitments", msg("What residents read"), "staff.enter"),
               ("admin.services", msg("Services"), "service.manage"))),
    "time_limits": Mechanism(
        msg("Time limits"),
        msg("How long each step may take on the office's calendar, when a warning comes, and how a date may move."),
        ("on_time", "late", "soon"), ("deadline_escalation",), ("time_limit", "extension_limit", "answer_wait"),
        pages=(("admin.calendar", msg("Calendar"), "calendar.manage"),)),
    "supervision": Mechanism(
        msg("Internal supervision"),
        msg("What the office notices by itself, which orders follow, and how units are judged."),
        ("orders", "fired", "returned"), ("supervision_order",),
        ("return_route", "return_judgement", "unit_score", *(f"{rate}_rate" for rate in RATES), "rate_goals"),
        rules=True, pages=(("staff.oversight", msg("Supervision"), "oversight.read"),
                           ("staff.rates", msg("Three rates"), "insight.read"))),
    "follow_up": Mechanism(
        msg("Follow-up visits"),
        msg("Who is asked whether it helped, how and when, and what a bad rating sets going."),
        ("asked", "answered", "solved", "satisfied", "reopened"), ("follow_up",),
        ("follow_up", "evaluation_route", "reopen_level", "time_limit"),
        pages=(("staff.insight", msg("Figures"), "insight.read"),)),
    "demand": Mechanism(
        msg("Demand orientation"),
        msg("What residents ask for more and more, which topics come of it, and what was changed for it."),
        ("rising", "topics", "taken"), ("supply_adjustment",),
        ("demand_windows", "demand_topic", "topic_rank", "demand_effect"),
        pages=(("staff.topics", msg("Topics"), "topic.read"),
               ("resident.monthly", msg("Questions of the month"), "staff.enter"))),
}


@blueprint.get("/mechanisms")
@access("overview.read")
def mechanisms() -> str:
    """The five at a glance."""
    with reading() as reader:
        shown = month_figures.read(reader)
    return render_template("staff/mechanisms.html", shown=[
        (code, t(one.name), t(one.what), _figures(one, shown)) for code, one in MECHANISMS.items()])


@blueprint.get("/mechanisms/<code>")
@access("overview.read")
def mechanism(code: str) -> str:
    """One of them."""
    one = _known(code)
    with reading() as reader:
        shown = month_figures.read(reader)
        live = _live(reader)
        diagrams = [(live[("process", key)], _process_title(reader, live[("process", key)]))
                    for key in one.processes if ("process", key) in live]
        tables = [(live[("decision", key)], _title(reader, key)) for key in one.decisions if ("decision", key) in live]
        found = rules.rules(reader, the_office().tenant_id).rows if one.rules else ()
    return render_template(
        "staff/mechanism.html", code=code, name=t(one.name), what=t(one.what), figures=_figures(one, shown),
        diagrams=diagrams, tables=tables, rules=found,
        pages=[(url_for(endpoint), t(name)) for endpoint, name, action in one.pages if can(action)],
        others=[(other, t(known.name)) for other, known in MECHANISMS.items()])


@blueprint.get("/mechanisms/<code>/diagrams/<key>")
@access("overview.read")
def mechanism_diagram(code: str, key: str) -> Response:
    """The diagram in force, for the viewer."""
    if key not in _known(code).processes:
        raise NotFound(msg("There is no such page."))
    with reading() as reader:
        shown = published.effective(reader, the_office().tenant_id, "process", key)
    return jsonify({"xml": for_viewer(shown.data), "active": [], "visited": [], "incidents": []})


def _known(code: str) -> Mechanism:
    if code not in MECHANISMS:
        raise NotFound(msg("There is no such page."))
    return MECHANISMS[code]


def _figures(one: Mechanism, shown: Mapping[str, Shown]) -> list[Shown]:
    return [shown[name] for name in one.figures if name in shown]


def _live(session: Session) -> dict[tuple[str, str], Entry]:
    return {(one.kind, one.key): one for one in published.listing(session, the_office().tenant_id)}


def _title(session: Session, key: str) -> str:
    """As the decision is called in the reader's language."""
    data = published.effective(session, the_office().tenant_id, "decision", key).data
    return sheets.titles(data, key).get(key, key)


def _process_title(session: Session, entry: Entry) -> str:
    root = catalog.compiled(session, the_office().tenant_id, "process", entry.key)[1].elements[entry.key]
    return str((root.name_en if locale() == "en" else "") or root.name or entry.key)
