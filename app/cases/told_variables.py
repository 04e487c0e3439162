"""What cases bring into diagrams, told to the engine's checks: variables of starts, jobs and messages, fields of forms.

The names stand here a second time, beside the code that brings them; tests/unit/cases/test_told_variables.py holds
both together.
"""

from __future__ import annotations

from app import dmn, forms
from app.cases import variable_types
from app.engine import (
    dataflow_reads_decisions,
    dataflow_reads_forms,
    dataflow_tells_types,
    given_at_start,
    given_by_job,
    given_by_message,
)

AT_ANY_START = ("case_id", "number", "unit")
AT_SUBMISSION = ("channel", "module", "service", "urgency_claimed", "anonymous", "reachable", "wished_slots",
                 "has_place", "earlier_number")
AT_THE_DESK = ("taken_in_at_desk", "intake_decision", "kind", "urgency_stated", "reply", "rating_told", "solved_told")
JOBS: dict[str, tuple[str, ...]] = {"notify": (), "join": ("joined",), "tell_joined": (), "suggest": ("suggestion",)}
MESSAGES: dict[str, tuple[str, ...]] = {
    "resident_answered": ("answer",), "resident_refused_appointment": ("refusal",), "resident_withdrew": ("reason",),
    "resident_rated": ("rating", "solved"), "join_wanted": ("earlier_number",), "join_undone": (),
    "earlier_case_closed": ("outcome", "reply"),
}


def register() -> None:
    """Tell the engine."""
    given_at_start("*", AT_ANY_START)
    given_at_start("phase=submit", (*AT_SUBMISSION, *AT_THE_DESK))
    for job, names in JOBS.items():
        given_by_job(job, names)
    for message, names in MESSAGES.items():
        given_by_message(message, names)
    dataflow_reads_forms(_fields)
    dataflow_reads_decisions(_asked)
    dataflow_tells_types("form", variable_types.of_form)
    dataflow_tells_types("decision", variable_types.of_decision)


def _fields(data: bytes, key: str) -> frozenset[str]:
    """The variables that a form's answers fill."""
    return frozenset(one.path[0] for one in forms.load(data, key).walk() if one.path)


def _asked(data: bytes, key: str) -> frozenset[str]:
    """What a decision asks for."""
    model = dmn.load(data, key)
    return dmn.needed(model, key) if key in model.decisions else frozenset()
