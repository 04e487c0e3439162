"""What may have had its time, and which rows of it: of closed cases, or by their age alone.

Events are not among them: the trail is never shortened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, exists, func, literal_column, or_, select
from sqlalchemy.orm import Session, aliased

from app.auth.model import PhoneCode, SignInSession
from app.cases.model import Case, CaseLink, CaseNotice, DecisionRecord, every
from app.engine.model import ProcessInstance
from app.kernel.events import Delivery
from app.kernel.unit_of_work import CommandAnswer
from app.notifications.model import Notification
from app.retention.model import RetentionHold
from app.retention.policy import Facts
from app.tenancy import attachments, search

EMPTY: dict[str, Any] = {}


def held() -> ColumnElement[bool]:
    """Condition on `Case`: nothing may be taken from it. A hold, an order or topic about it that is still open, or a
    case that is joined with it and not closed."""
    matter, other = aliased(Case), aliased(Case)
    return or_(
        exists().where(RetentionHold.tenant_id == Case.tenant_id, RetentionHold.case_id == Case.id),
        exists().where(matter.tenant_id == Case.tenant_id, matter.subject_id == Case.id, matter.status == "open"),
        exists().where(other.tenant_id == Case.tenant_id, other.id == Case.subject_id, other.status == "open"),
        exists().where(CaseLink.tenant_id == Case.tenant_id, CaseLink.kind == "joined", other.status == "open",
                       other.tenant_id == Case.tenant_id,
                       or_(and_(CaseLink.case_id == Case.id, other.id == CaseLink.other_id),
                           and_(CaseLink.other_id == Case.id, other.id == CaseLink.case_id))))


def of_facts(given: list[Facts]) -> ColumnElement[bool]:
    """Condition on `Case`."""
    return or_(*(and_(*(column == value if value is not None else column.is_(None)
                        for column, value in zip((Case.nature, Case.module, Case.outcome), one, strict=True)))
                 for one in given))


def facts(session: Session) -> list[Facts]:
    """Every combination that closed cases have."""
    query = every(select(Case.nature, Case.module, Case.outcome).where(Case.status == "closed").distinct())
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def case_ids(left: Callable[[Session], ColumnElement[bool]], session: Session, given: list[Facts],
             before: datetime) -> Select[Any]:
    """Closed cases with something left, the longest closed first."""
    return every(select(Case.id).where(Case.status == "closed", Case.closed_at <= before, of_facts(given), ~held(),
                                       left(session)).order_by(Case.closed_at, Case.id))


def _id_text(session: Session) -> Any:
    """A case's id as the search index writes it."""
    if session.get_bind().dialect.name == "postgresql":
        return cast(Case.id, Text)
    raw = cast(Case.id, Text)
    parts = [func.substr(raw, start, length) for start, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))]
    return parts[0].concat("-").concat(parts[1]).concat("-").concat(parts[2]).concat("-").concat(parts[3]).concat(
        "-").concat(parts[4])


def _of_case(model: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(model.tenant_id == Case.tenant_id, model.case_id == Case.id, *conditions)


OF_CASES: Mapping[str, Callable[[Session], ColumnElement[bool]]] = {
    "person": lambda _session: Case.anonymised_at.is_(None),
    "files": lambda _session: _of_case(attachments.Attachment, attachments.Attachment.removed_at.is_(None)),
    "traces": lambda _session: _of_case(DecisionRecord, DecisionRecord.trace != EMPTY),
    "notices": lambda _session: _of_case(CaseNotice, CaseNotice.params != EMPTY),
    "search": lambda session: exists().where(
        search.SearchDocument.tenant_id == Case.tenant_id, search.SearchDocument.kind == "case",
        search.SearchDocument.ref == _id_text(session)),
    "states": lambda _session: exists().where(
        ProcessInstance.tenant_id == Case.tenant_id, ProcessInstance.id == Case.instance_id,
        ProcessInstance.status == "completed", func.length(ProcessInstance.state) > 0)}
"""Kind -> condition on `Case`: there is something left of it."""


@dataclass(frozen=True)
class Aged:
    """Rows that belong to no closed case. `words`: columns that are emptied; None: the row goes."""

    model: Any
    before: Callable[[datetime], ColumnElement[bool]]
    words: dict[str, Any] | None = None


AGED: Mapping[str, tuple[Aged, ...]] = {
    "messages": (Aged(Notification, lambda at: and_(
        Notification.created_at <= at, Notification.state.in_(("sent", "failed", "skipped")), Notification.body != ""),
        {"subject": "", "body": "", "params": {}}),),
    "answers": (Aged(CommandAnswer, lambda at: CommandAnswer.at <= at),),
    "deliveries": (Aged(Delivery, lambda at: and_(Delivery.state == literal_column("'done'"), Delivery.run_at <= at)),),
    "sessions": (Aged(SignInSession, lambda at: SignInSession.expires_at <= at),
                 Aged(PhoneCode, lambda at: PhoneCode.expires_at <= at))}
"""Kind -> tables and which of their rows are older."""
KINDS = (*OF_CASES, *AGED)
