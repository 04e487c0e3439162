"""Tables of one resident's request: the case, the person, the journal, links, decisions and submitted forms."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Boolean, Executable, Float, ForeignKeyConstraint, Index, Integer, String, Text, event, false
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column, with_loader_criteria

from app.kernel.fixed import SCOPED
from app.kernel.model import Base, TenantScoped

REQUEST = "request"
"""The nature of what residents ask; everything else is an internal matter: an order from above, a topic of demand."""
S = TypeVar("S", bound=Executable)
_EVERY = "yikou_every_nature"
EVERY = {_EVERY: True}
"""Execution options of a statement (or of `Session.get`) that reads internal matters too."""


class Case(TenantScoped, Base):
    """One request. Personal data stand in `person`; `text` is the resident's own words and can be erased.

    `nature` other than REQUEST: an internal matter, which has no resident. ORM statements leave those out unless they
    are `every`. `subject_id`: what the matter is about (a case, a topic), by the room that opened it.
    `first_unit` is responsible first (首接负责), whoever has it later; `unit_at`: when the present unit got it.
    """

    __tablename__ = "service_case"
    __table_args__ = (
        Index(None, "tenant_id", "number", unique=True), Index(None, "tenant_id", "token_hash", unique=True),
        Index(None, "tenant_id", "status", "phase"), Index(None, "tenant_id", "person_id"),
        Index(None, "tenant_id", "instance_id", "status"), Index(None, "tenant_id", "parent_id"),
        Index(None, "tenant_id", "submitted_at"), Index(None, "tenant_id", "closed_at"),
        Index(None, "tenant_id", "nature", "subject_id"),
        ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]))

    number: Mapped[str] = mapped_column(String(30))
    nature: Mapped[str] = mapped_column(String(20), default=REQUEST, server_default=REQUEST)
    subject_id: Mapped[UUID | None]
    module: Mapped[str | None] = mapped_column(String(20))
    service: Mapped[str | None] = mapped_column(String(40))
    kind: Mapped[str | None] = mapped_column(String(40))
    urgency: Mapped[str | None] = mapped_column(String(20))
    unit: Mapped[str | None] = mapped_column(String(40))
    first_unit: Mapped[str | None] = mapped_column(String(40))
    unit_at: Mapped[datetime | None]
    phase: Mapped[str] = mapped_column(String(20), default="submit")
    status: Mapped[str] = mapped_column(String(10), default="open")
    outcome: Mapped[str | None] = mapped_column(String(40))
    instance_id: Mapped[UUID | None]
    channel: Mapped[str] = mapped_column(String(20))
    locale: Mapped[str] = mapped_column(String(10), default="zh")
    anonymous: Mapped[bool] = mapped_column(Boolean, default=False)
    confidential: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    person_id: Mapped[UUID | None]
    place_id: Mapped[UUID | None]
    place_text: Mapped[str | None] = mapped_column(Text)
    lat: Mapped[float | None] = mapped_column(Float)
    lng: Mapped[float | None] = mapped_column(Float)
    text: Mapped[str] = mapped_column(Text)
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    token_hash: Mapped[str] = mapped_column(String(64), info={"secret": True})
    rounds: Mapped[int] = mapped_column(Integer, default=1)
    rating: Mapped[int | None] = mapped_column(Integer)
    solved: Mapped[str | None] = mapped_column(String(10))
    visit: Mapped[str | None] = mapped_column(String(20))
    visit_reason: Mapped[str | None] = mapped_column(String(40))
    submitted_at: Mapped[datetime]
    submitted_by: Mapped[UUID | None]
    phase_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    promised_at: Mapped[datetime | None]
    parent_id: Mapped[UUID | None]
    may_publish: Mapped[bool] = mapped_column(Boolean, default=False)
    anonymised_at: Mapped[datetime | None]


_REQUESTS_ONLY = with_loader_criteria(Case, Case.nature == REQUEST, include_aliases=True)


def every(statement: S) -> S:
    """The statement over requests and internal matters alike: for the paths on which both run."""
    return statement.execution_options(**EVERY)


@event.listens_for(Session, "do_orm_execute")
def _leave_matters_out(state: ORMExecuteState) -> None:
    """Whatever speaks of residents' requests reads nothing else, without having to say so."""
    if not state.is_column_load and not state.execution_options.get(_EVERY) and not state.execution_options.get(SCOPED):
        state.statement = state.statement.options(_REQUESTS_ONLY)


class Person(TenantScoped, Base):
    """Who asked. Erasing empties the row; events refer to the id only."""

    __tablename__ = "person"
    __table_args__ = (Index(None, "tenant_id", "user_id"), Index(None, "tenant_id", "phone"))

    name: Mapped[str | None] = mapped_column(String(120))
    phone: Mapped[str | None] = mapped_column(String(40))
    user_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class CaseEntry(TenantScoped, Base):
    """One line of the journal. `author_kind`: user, guest or system; `visibility`: public or staff.

    `reached`: of a contact, whether somebody was spoken with; None where that is not told.
    """

    __tablename__ = "case_entry"
    __table_args__ = (Index(None, "tenant_id", "case_id", "id"), Index(None, "tenant_id", "kind", "case_id"))

    case_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(30))
    body: Mapped[str] = mapped_column(Text, default="")
    visibility: Mapped[str] = mapped_column(String(10))
    author_kind: Mapped[str] = mapped_column(String(10))
    by_resident: Mapped[bool] = mapped_column(Boolean, default=False)
    by_user_id: Mapped[UUID | None]
    unit: Mapped[str | None] = mapped_column(String(40))
    element_id: Mapped[str | None] = mapped_column(String(120))
    attachment_ids: Mapped[list[Any]] = mapped_column(default=list)
    reached: Mapped[bool | None] = mapped_column(Boolean)
    at: Mapped[datetime]


class CaseLink(TenantScoped, Base):
    """Two cases belong together; `kind`: joined (the case follows `other_id`), similar, or same_call."""

    __tablename__ = "case_link"
    __table_args__ = (Index(None, "tenant_id", "case_id"), Index(None, "tenant_id", "other_id"))

    case_id: Mapped[UUID]
    other_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]


class DecisionRecord(TenantScoped, Base):
    """A decision that was made for a case: version, value and which rows of the table matched."""

    __tablename__ = "decision_record"
    __table_args__ = (Index(None, "tenant_id", "case_id", "id"), Index(None, "tenant_id", "decision_id", "at"))

    case_id: Mapped[UUID]
    decision_id: Mapped[str] = mapped_column(String(120))
    element_id: Mapped[str] = mapped_column(String(120))
    hash: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer)
    inputs: Mapped[dict[str, Any]]
    value: Mapped[dict[str, Any]]
    trace: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class FormSubmission(TenantScoped, Base):
    """What was sent with a form, with the version of the form it answered."""

    __tablename__ = "form_submission"
    __table_args__ = (Index(None, "tenant_id", "case_id", "id"),)

    case_id: Mapped[UUID]
    task_id: Mapped[UUID]
    element_id: Mapped[str] = mapped_column(String(120))
    form_id: Mapped[str | None] = mapped_column(String(120))
    form_hash: Mapped[str | None] = mapped_column(String(64))
    data: Mapped[dict[str, Any]]
    by_user_id: Mapped[UUID | None]
    at: Mapped[datetime]


class CaseStep(TenantScoped, Base):
    """One element of the diagram that a case went through, for the coloured diagram of the case."""

    __tablename__ = "case_step"
    __table_args__ = (Index(None, "tenant_id", "case_id", "process_id", "element_id", "how"),
                      Index(None, "tenant_id", "process_id", "at"))

    case_id: Mapped[UUID]
    task_id: Mapped[str] = mapped_column(String(40))
    process_id: Mapped[str] = mapped_column(String(120))
    element_id: Mapped[str] = mapped_column(String(120))
    how: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]


class Appointment(TenantScoped, Base):
    """A visit agreed with the resident; `part` is a code of the form, `state` agreed or what became of it."""

    __tablename__ = "appointment"
    __table_args__ = (Index(None, "tenant_id", "case_id", "id"),)

    case_id: Mapped[UUID]
    visit_on: Mapped[str] = mapped_column(String(10))
    part: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(String(200))
    price: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]


class CaseReturn(TenantScoped, Base):
    """A unit sent the case back. `judgement`: proper or improper, by the table; `ground`: why, a code of it.

    `wait_days`: working days between getting and returning it; `came_back`: it was passed to the same unit again.
    """

    __tablename__ = "case_return"
    __table_args__ = (Index(None, "tenant_id", "case_id", "id"), Index(None, "tenant_id", "unit", "at"),
                      Index(None, "tenant_id", "at"))

    case_id: Mapped[UUID]
    entry_id: Mapped[UUID]
    unit: Mapped[str] = mapped_column(String(40))
    number: Mapped[int] = mapped_column(Integer)
    wait_days: Mapped[float] = mapped_column(Float)
    reason_length: Mapped[int] = mapped_column(Integer)
    came_back: Mapped[bool | None] = mapped_column(Boolean)
    ruled: Mapped[bool] = mapped_column(Boolean, default=False)
    judgement: Mapped[str] = mapped_column(String(20), default="")
    ground: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[datetime]


class CaseNotice(TenantScoped, Base):
    """A message the process wants sent; the event names this row, the notifications room sends it."""

    __tablename__ = "case_notice"
    __table_args__ = (Index(None, "tenant_id", "case_id", "id"),)

    case_id: Mapped[UUID]
    template: Mapped[str] = mapped_column(String(80))
    audience: Mapped[str] = mapped_column(String(20))
    group_name: Mapped[str | None] = mapped_column(String(120))
    params: Mapped[dict[str, Any]]
    at: Mapped[datetime]
