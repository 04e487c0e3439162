"""What a resident is told of dates: the next one that the office owes, why it is that one, and an agreed visit."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.cases import appointments
from app.cases.commitments.model import PROMISE
from app.cases.model import Case
from app.cases.resident_views import AppointmentView, NextDate
from app.cases.views import Sentence
from app.deadlines import DeadlineBook
from app.kernel import clock


def next_date(session: Session, case: Case) -> NextDate | None:
    """The promise while it is open, else the nearest of the other running clocks; None for a closed case."""
    if case.status != "open":
        return None
    book = DeadlineBook.load(session, case.tenant_id, case.id, clock.now())
    states = {name: state for name in book.names() if (state := book.clock(name)) is not None}
    open_ones = [name for name, state in states.items() if state.state in ("running", "paused")]
    if not open_ones:
        return None
    name = PROMISE if PROMISE in open_ones else min(open_ones, key=lambda one: states[one].due_at)
    state = states[name]
    reasons = tuple(Sentence(one.message, one.params) for one in book.explain(name, session))
    return NextDate(name, state.due_at, state.is_late(book.now), state.state == "paused", reasons)


def appointment(session: Session, case: Case, *, may_refuse: bool) -> AppointmentView | None:
    """The visit as it stands; None when none was ever agreed, or the last one was replaced."""
    row = appointments.latest(session, case)
    if row is None:
        return None
    return AppointmentView(row.visit_on, row.part, row.note, row.price, row.state,
                           may_refuse and row.state == appointments.AGREED)
