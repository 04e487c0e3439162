"""For those who steer: topics of demand, ranked and explained; one topic; proposing, dropping and taking one up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.demand import queries
from app.demand.commands import ComputeDemand, DropTopic, ProposeTopic, TakeUpTopic
from app.demand.queries import Part, TopicRow
from app.kernel.errors import Invalid, msg
from app.knowledge import queries as knowledge
from app.knowledge.model import KINDS
from app.tenancy import queries as tenancy
from app.web import csv_files
from app.web.access import access
from app.web.names import pick
from app.web.pages import dispatch, reading, uuid_or_none
from app.web.sessions import actor, the_office
from app.web.staff import blueprint
from app.web.texts import name_of, t
from app.web.words import word

LISTS = {"open": msg("Candidates"), "taken": msg("Taken up"), "ended": msg("Closed or put aside")}
SHARES = ("dissatisfied", "repeats")
Answer = Response | tuple[str, int]


def title(row: TopicRow) -> str:
    """The topic and its place in the reader's words."""
    what = pick(row, "service") or f"{word('module', row.module)} · {word('kind', row.kind)}"
    where = row.place or t(msg("whole area"))
    return f"{what} · {where}"


def value(part: Part) -> str:
    """The value of a factor as people say it."""
    return f"{part.value * 100:.0f} %" if part.factor in SHARES else f"{part.value:g}"


def full(part: Part) -> str:
    """The value that gives all points."""
    return f"{part.full * 100:.0f} %" if part.factor in SHARES else f"{part.full:g}"


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {"topic_title": title, "part_value": value, "part_full": full}


@blueprint.get("/demand")
@access("topic.read")
def topics() -> str:
    """The candidates by their rank; others as tabs."""
    which = request.args.get("list", "open")
    which = which if which in LISTS else "open"
    with reading() as reader:
        rows = queries.topics(reader, the_office().tenant_id, actor(), which)
        run = queries.run(reader)
    return render_template("staff/demand.html", rows=rows, run=run, which=which,
                           lists=[(code, t(name)) for code, name in LISTS.items()])


@blueprint.get("/demand/topics.csv")
@access("insight.export")
def topics_file() -> Response:
    """The ranking for a spreadsheet, with the points of each factor."""
    with reading() as reader:
        rows = [row for which in LISTS for row in queries.topics(reader, the_office().tenant_id, actor(), which)]
    head = [t(msg("Topic")), t(msg("Place")), t(msg("State")), t(msg("Reason")), t(msg("Requests")),
            t(msg("Expected")), t(msg("Days")), t(msg("Sure, per cent")), t(msg("Dissatisfied")), t(msg("Answers")),
            t(msg("Repeated")), t(msg("Places concerned")), t(msg("Points")),
            *(word("rank_factor", factor) for factor in queries.FACTORS), t(msg("Raised"))]
    return csv_files.answer("demand_topics.csv", head, [[
        title(row), row.topic.place_code, word("topic_state", row.topic.state), word("topic_reason", row.topic.reason),
        row.figures.count, row.figures.expected, row.figures.days, round(row.figures.sure * 100, 1), row.figures.bad,
        row.figures.answers, row.figures.repeats, row.figures.area, row.points, *(part.points for part in row.parts),
        row.topic.raised_at.date().isoformat()] for row in rows])


@blueprint.post("/demand/compute")
@access("topic.compute")
def compute() -> Response:
    """Compare now instead of tomorrow."""
    answer = dispatch(ComputeDemand)
    flash(t(msg("%(cells)s cells of topic and place were compared: %(raised)s new topics, %(joined)s known ones."),
            **answer))
    return redirect(url_for("staff.topics"), 303)


@blueprint.get("/demand/<uuid:topic_id>")
@access("topic.read")
def topic(topic_id: UUID) -> str:
    """Why it is a topic, the requests behind it, what was done and what that did."""
    return _one(topic_id)


def _one(topic_id: UUID, error: Invalid | None = None) -> str:
    with reading() as reader:
        page = queries.topic(reader, the_office().tenant_id, actor(), topic_id)
        units = [(unit.code, name_of(unit)) for unit in tenancy.units(reader, active_only=True)]
    return render_template("staff/topic.html", page=page, row=page.row, one=page.row.topic, units=units,
                           errors=error.fields if error else {},
                           problem=t(error.message, **error.params) if error else "")


@blueprint.post("/demand/<uuid:topic_id>/drop")
@access("topic.decide")
def drop_topic(topic_id: UUID) -> Answer:
    """Put aside, with a reason."""
    try:
        dispatch(DropTopic, topic_id=topic_id, reason=request.form.get("reason", ""))
    except Invalid as error:
        return _one(topic_id, error), 422
    flash(t(msg("The topic was put aside.")))
    return redirect(url_for("staff.topics"), 303)


@blueprint.post("/demand/<uuid:topic_id>/take")
@access("topic.decide")
def take_topic(topic_id: UUID) -> Answer:
    """An internal matter begins."""
    try:
        dispatch(TakeUpTopic, topic_id=topic_id, unit=request.form.get("unit", ""))
    except Invalid as error:
        return _one(topic_id, error), 422
    flash(t(msg("The topic was taken up; its first task waits in the inbox of the supervisor.")))
    return redirect(url_for("staff.topic", topic_id=topic_id), 303)


@blueprint.get("/demand/new")
@access("topic.propose")
def new_topic() -> str:
    """An empty form; with `case` the request tells topic and place."""
    return _new(request.args)


def _new(given: Any, error: Invalid | None = None) -> str:
    with reading() as reader:
        services = knowledge.services(reader)
        places = [(one.code, f"{'  ' * depth}{one.name}") for depth, one, _count in tenancy.place_tree(reader)
                  if one.kind in ("committee", "compound")]
    modules = list(dict.fromkeys(one.module for one in services))
    codes = [(f"service:{one.code}", f"{one.code} {name_of(one)}") for one in services]
    codes += [(f"kind:{module}/{kind}", f"{word('module', module)} · {word('kind', kind)}")
              for module in modules for kind in KINDS]
    return render_template("staff/topic_new.html", given=given, codes=codes, places=places,
                           errors=error.fields if error else {},
                           problem=t(error.message, **error.params) if error else "")


@blueprint.post("/demand/new")
@access("topic.propose")
def propose_topic() -> Answer:
    """Raised, or joined to the topic that is there."""
    level, _, code = request.form.get("code", "").partition(":")
    try:
        answer = dispatch(ProposeTopic, level=level, code=code, place_code=request.form.get("place_code", ""),
                          case_id=uuid_or_none(request.form.get("case")), note=request.form.get("note", ""))
    except Invalid as error:
        return _new(request.form, error), 422
    flash(t(msg("The topic is a candidate now.") if answer["raised"]
            else msg("There is such a topic already; what you wrote belongs to it now.")))
    return redirect(url_for("staff.topic", topic_id=answer["topic_id"]), 303)
