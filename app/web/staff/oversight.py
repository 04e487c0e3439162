"""For supervisors: what is overdue, returned, reopened, badly rated or stopped; and stepping in from there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.cases import queries as cases
from app.cases.commands import InstructCase
from app.kernel.errors import Invalid, msg
from app.rules import queries as rules
from app.supervision import queries
from app.supervision.queries import OversightFilter
from app.tenancy import queries as tenancy
from app.web.access import access
from app.web.context import can
from app.web.pages import dispatch, next_page, reading
from app.web.sessions import actor
from app.web.staff import blueprint
from app.web.staff.bulk import try_each
from app.web.staff.inbox import page_number
from app.web.texts import locale, name_of, t
from app.web.words import WORDS

PHASES = queries.CHOICES["phase"]
REASONS = {"late": msg("Overdue"), "soon": msg("Due soon"), "returned": msg("Returned"), "reopened": msg("Reopened"),
           "ruling": msg("Awaiting a ruling"), "unhappy": msg("Badly rated or not solved"),
           "incident": msg("Stopped")}
PERIODS = {"7": msg("the last 7 days"), "30": msg("the last 30 days"), "90": msg("the last 90 days"),
           "365": msg("the last year")}


@blueprint.get("/oversight")
@access("oversight.read")
def oversight() -> str:
    """One reason to look as a list, the others as tabs with their counts; the address keeps the filters."""
    return _page()


def _page(outcomes: Mapping[UUID, str] | None = None) -> str:
    """`outcomes`: why a task was not assigned."""
    wanted = OversightFilter.parse(request.args)
    with reading() as reader:
        found = queries.oversight_page(reader, actor(), wanted, page_number())
        units = [(unit.code, name_of(unit)) for unit in tenancy.units(reader)]
        places = [(one.code, f"{'  ' * depth}{one.name}") for depth, one, _count in tenancy.place_tree(reader)
                  if one.kind in ("committee", "compound")]
        services = cases.options(reader, locale())("services") or []
        people = cases.possible_receivers(reader, actor())
        waiting = rules.order_rows(reader, actor(), waiting_only=True)
    document: dict[str, Any] = dict(wanted.document())
    return render_template(
        "staff/oversight.html", rows=waiting, page=found, wanted=wanted, outcomes=outcomes or {}, people=people,
        units=units, places=places, phases=[(code, t(WORDS["step"][code])) for code in PHASES],
        services=[(code, t(name)) for code, name in WORDS["module"].items()] + [(o.value, o.label) for o in services],
        reasons=[(code, t(name), found.counts[code]) for code, name in REASONS.items()],
        reason=t(REASONS[wanted.reason]),
        periods=[(code, t(name)) for code, name in PERIODS.items()],
        link=lambda **other: url_for("staff.oversight", **{**document, **other}),
        here_again=url_for("staff.oversight", **document, page=found.page).removeprefix(request.script_root))


@blueprint.post("/oversight/assign")
@access("task.reassign")
def assign_several() -> Response | tuple[str, int]:
    """The chosen tasks to one person; each stands for itself, and says why when it could not go."""
    failed = try_each("assign")
    return (_page(failed), 409) if failed and can("oversight.read") else redirect(next_page("staff.oversight"), 303)


@blueprint.get("/oversight/<uuid:case_id>")
@access("oversight.read")
def step_in(case_id: UUID) -> str:
    """One case: its clocks, who has its tasks, whom they may go to, and a form for an instruction."""
    return _one(case_id)


def _one(case_id: UUID, error: Invalid | None = None) -> str:
    with reading() as reader:
        row = queries.oversight_case(reader, actor(), case_id)
    return render_template("staff/step_in.html", row=row, errors=error.fields if error else {},
                           problem=t(error.message, **error.params) if error else "", **_back())


def _back() -> dict[str, Any]:
    """Where the list was left."""
    return {"back": next_page("staff.oversight"), "back_path": request.values.get("next", "")}


@blueprint.post("/oversight/<uuid:case_id>/instruct")
@access("case.instruct")
def instruct(case_id: UUID) -> Response | tuple[str, int]:
    """A line in the journal, and a message to whoever handles the case."""
    try:
        answer = dispatch(InstructCase, case_id=case_id, text=request.form.get("text", ""))
    except Invalid as error:
        return _one(case_id, error), 422
    told = ("、" if locale() == "zh" else ", ").join(answer["told"])
    flash(t(msg("The instruction stands in the journal. Told: %(names)s"), names=told) if told
          else t(msg("The instruction stands in the journal. Nobody handles the case now, so nobody was told.")),
          "message" if told else "warn")
    return redirect(next_page("staff.oversight"), 303)
