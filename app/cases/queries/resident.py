"""The resident's page: where the request stands in six steps, what was said, what can be done now."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import policy
from app.cases import access, commitments, promises
from app.cases.commitments.model import PROMISE
from app.cases.handlers.resident import ANSWERED, RATED, REFUSED, WITHDREW
from app.cases.listener import PHASES
from app.cases.model import Case, CaseEntry, DecisionRecord
from app.cases.queries import parts
from app.cases.queries.journal import entries
from app.cases.queries.rows import Names, places_of, plain_status
from app.cases.resident_views import PhaseView, ResidentPage
from app.cases.views import Sentence
from app.deadlines import DeadlineBook
from app.engine.model import SubscriptionRow
from app.kernel import clock
from app.kernel.commands import GUEST, Actor
from app.kernel.errors import msg
from app.kernel.events import StoredEvent

UNITS = "handling_unit"
"""The decision that names the unit of a request."""
QUESTION_STATUS = Sentence(msg("The unit has a question for you. The promised date waits meanwhile."))
JOINED_STATUS = Sentence(msg("Your request is handled together with an earlier one about the same thing."))


def resident_page(session: Session, token: str | None = None, *, case_id: UUID | None = None,
                  actor: Actor = GUEST) -> ResidentPage:
    """By personal link, or by the signed-in resident's own case. Raises NotFound."""
    policy.require(actor, "case.follow") if token is None else None
    case = access.own_case(session, actor, token, case_id)
    names = Names(session)
    waiting = set(session.scalars(select(SubscriptionRow.name).where(
        SubscriptionRow.instance_id == case.instance_id, SubscriptionRow.key == str(case.id))))
    question = _question(session, case) if ANSWERED in waiting else None
    service, unit = names.service(case.service), names.unit(case.unit)
    book = DeadlineBook.load(session, case.tenant_id, case.id, clock.now())
    reasons = tuple(Sentence(one.message, one.params) for one in book.explain(PROMISE, session))
    return ResidentPage(
        case_id=case.id, number=case.number, text=case.text, status=case.status, service_zh=service[0],
        service_en=service[1], unit_zh=unit[0], unit_en=unit[1], phases=_phases(session, case),
        plain_status=_status(case, question, waiting), submitted_at=case.submitted_at,
        promised_at=case.promised_at, promise_reasons=reasons,
        entries=entries(session, case.id, names, public_only=True), question=question,
        can_withdraw=case.status == "open" and WITHDREW in waiting, can_rate=RATED in waiting,
        rating=case.rating, solved=case.solved, attachments=parts.files(session, case.id),
        appointment=promises.appointment(session, case, may_refuse=REFUSED in waiting),
        next_date=promises.next_date(session, case), service=case.service,
        place=places_of(session, [case])[case.id], unit_by_table=_by_table(session, case),
        commitments=commitments.of_case(session, case.id))


def _status(case: Case, question: str | None, waiting: set[str]) -> Sentence:
    if question is not None:
        return QUESTION_STATUS
    if case.status == "open" and case.parent_id is not None and case.phase == "reply":
        return JOINED_STATUS
    if case.status == "open" and case.phase == "feedback" and RATED not in waiting:
        return Sentence(msg("There is a reply. We are looking at what you told us about it."))
    return plain_status(case)


def _by_table(session: Session, case: Case) -> bool:
    """Whether the table of units named the unit that has the case now."""
    query = (select(DecisionRecord.value)
             .where(DecisionRecord.case_id == case.id, DecisionRecord.decision_id == UNITS)
             .order_by(DecisionRecord.id.desc()).limit(1))
    answer = (session.scalar(query) or {}).get("value")
    return case.unit is not None and isinstance(answer, Mapping) and answer.get("unit") == case.unit


def _question(session: Session, case: Case) -> str | None:
    query = (select(CaseEntry.body).where(CaseEntry.case_id == case.id, CaseEntry.kind == "question")
             .order_by(CaseEntry.id.desc()))
    return session.scalars(query).first()


def _phases(session: Session, case: Case) -> tuple[PhaseView, ...]:
    """The last time each step was reached; a closed case has no current step."""
    reached = {"submit": case.submitted_at}
    query = select(StoredEvent).where(StoredEvent.case_id == case.id, StoredEvent.type == "case.phase_entered")
    for event in session.scalars(query.order_by(StoredEvent.id)):
        reached[event.data["phase"]] = event.at
    current = PHASES.index(case.phase) if case.phase in PHASES else 0
    found = []
    for place, key in enumerate(PHASES):
        state = "done" if place < current and key in reached else "todo"
        if place == current:
            state = "done" if case.status == "closed" else "current"
        found.append(PhaseView(key, state, reached.get(key) if state != "todo" else None))
    return tuple(found)
