"""Applies what a step meant to the rows of the case: columns, phase, journal, clocks, end."""

from __future__ import annotations

from datetime import datetime

from app.cases import appointments, clock_events, events, returns
from app.cases.commitments import giving
from app.cases.commitments.model import PROMISE
from app.cases.effects import (
    Agree,
    Answered,
    DecideVisit,
    Effect,
    EndAppointment,
    EnterPhase,
    Fault,
    NoteRating,
    Promise,
    SetColumns,
    WriteEntry,
)
from app.cases.journal import note_rating, record, write_entry
from app.cases.listener import PHASES
from app.cases.model import REQUEST, Case
from app.deadlines import Change, DeadlineBook
from app.kernel.unit_of_work import UnitOfWork

NOBODY, NOT_TOLD, EARLIER = "none", "invite", "earlier_diagram"
"""Visit decisions of cases whose diagram names none: nobody asked, or a diagram from before visit decisions did."""

CLOCK_EVENTS: dict[str, type[clock_events.DeadlineEvent]] = {
    "start": clock_events.DeadlineStarted, "pause": clock_events.DeadlinePaused,
    "resume": clock_events.DeadlineResumed, "extend": clock_events.DeadlineExtended,
    "interrupt": clock_events.DeadlineInterrupted, "reopen": clock_events.DeadlineReopened,
    "drop": clock_events.DeadlineDropped,
}


def apply(uow: UnitOfWork, case: Case, effects: list[Effect], book: DeadlineBook) -> list[Fault]:
    """Apply in order; the faults found, for the incident list."""
    faults: list[Fault] = []
    for effect in effects:
        if isinstance(effect, EnterPhase):
            enter_phase(uow, case, effect.phase)
        elif isinstance(effect, SetColumns):
            faults += _set_columns(uow, case, effect)
        elif isinstance(effect, WriteEntry):
            entry = write_entry(uow, case, effect.kind, effect.body, effect.visibility, effect.element_id,
                                **effect.details)
            if entry.kind == returns.RETURN and case.nature == REQUEST:
                faults += returns.note(uow, case, entry)
        elif isinstance(effect, NoteRating):
            note_rating(uow, case, effect.rating, effect.solved)
        elif isinstance(effect, Agree):
            appointments.agree(uow, case, effect)
        elif isinstance(effect, EndAppointment):
            appointments.end(uow, case, effect.state)
        elif isinstance(effect, DecideVisit):
            decide_visit(uow, case, effect.visit, effect.reason)
        elif isinstance(effect, Promise):
            giving.give(uow, case, book, effect.terms)
        elif isinstance(effect, Answered):
            giving.keep(uow, case, book)
        else:
            faults.append(effect)
    return faults


def enter_phase(uow: UnitOfWork, case: Case, phase: str) -> None:
    """A phase once more is no news; a step back from the follow-up is a further round."""
    if phase == case.phase:
        return
    previous, case.phase, case.phase_at = case.phase, phase, uow.now
    record(uow, case, events.CasePhaseEntered, previous=previous)
    if case.nature == REQUEST and previous == "feedback" and PHASES.index(phase) < PHASES.index("feedback"):
        case.rounds += 1
        record(uow, case, events.CaseReopened, round=case.rounds)


def _set_columns(uow: UnitOfWork, case: Case, effect: SetColumns) -> list[Fault]:
    changed = {name for name, value in effect.values.items() if getattr(case, name) != value}
    previous_unit = case.unit
    for name in changed:
        setattr(case, name, effect.values[name])
    if changed - {"unit"}:
        record(uow, case, events.CaseClassified)
    if "unit" in changed and case.unit:
        record(uow, case, events.CaseDispatched, previous_unit=previous_unit)
    unit = effect.values.get("unit")
    return returns.passed_on(uow, case, unit) if unit and case.nature == REQUEST else []


def decide_visit(uow: UnitOfWork, case: Case, visit: str, reason: str) -> None:
    """How the resident is asked; the decision of the last round counts."""
    case.visit, case.visit_reason = visit, reason
    record(uow, case, events.CaseVisitDecided, visit=visit, reason=reason, round=case.rounds)


def save_clocks(uow: UnitOfWork, case: Case, book: DeadlineBook) -> None:
    """Write the book and tell of each act."""
    for change in book.save(uow.session, uow.tenant_id, uow.actor.user_id):
        _tell(uow, case, book, change)
    promised = book.clock(PROMISE)
    if promised is not None:
        case.promised_at = promised.due_at


def _tell(uow: UnitOfWork, case: Case, book: DeadlineBook, change: Change) -> None:
    if change.act.kind == "calendar":
        before = datetime.fromisoformat(change.act.params["before"])
        record(uow, case, clock_events.DeadlineRecalculated, name=change.name, due_at=change.act.due_at, before=before)
        return
    if change.act.kind != "stop":
        record(uow, case, CLOCK_EVENTS[change.act.kind], name=change.name, due_at=change.act.due_at)
        return
    if change.late and book.mark_breached(change.name):
        _broken(uow, case, change.name)
        record(uow, case, clock_events.DeadlineBreached, name=change.name, due_at=change.act.due_at)
    record(uow, case, clock_events.DeadlineStopped, name=change.name, due_at=change.act.due_at, late=change.late)


def tell_clock_fired(uow: UnitOfWork, case: Case, book: DeadlineBook, clock: str) -> None:
    """A timer owned by `reply.warn_at` or `reply.due_at` came due."""
    name, _, part = clock.partition(".")
    state = book.clock(name)
    if state is None:
        return
    if part == "warn_at":
        record(uow, case, clock_events.DeadlineWarned, name=name, due_at=state.due_at)
    elif book.mark_breached(name):
        _broken(uow, case, name)
        record(uow, case, clock_events.DeadlineBreached, name=name, due_at=state.due_at)


def _broken(uow: UnitOfWork, case: Case, name: str) -> None:
    if name == PROMISE:
        giving.broken(uow, case)


def close(uow: UnitOfWork, case: Case, outcome: str) -> None:
    """The process has ended. Every case has a visit decision by then; a diagram that made none left its outcome."""
    if case.visit is None:
        decide_visit(uow, case, *((NOT_TOLD, EARLIER) if case.phase == "feedback" else (NOBODY, outcome)))
    case.status, case.outcome, case.closed_at = "closed", outcome, uow.now
    if case.nature == REQUEST:
        giving.drop(uow, case)
    if outcome == "withdrawn":
        record(uow, case, events.CaseWithdrawn)
    hours = int((uow.now - case.submitted_at).total_seconds() // 3600)
    record(uow, case, events.CaseClosed, outcome=outcome, rating=case.rating, solved=case.solved, round=case.rounds,
           hours=hours)
