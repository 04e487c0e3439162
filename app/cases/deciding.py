"""The live table's answer for a case, with the version that gave it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from app import catalog, dmn, feel
from app.cases import clock_events, given
from app.cases.journal import record
from app.cases.model import Case, DecisionRecord
from app.deadlines import Budget, calendar_of
from app.engine import DecisionAnswer
from app.kernel.errors import Invalid
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import settings, zones


class Moment(Protocol):
    """What a decision is asked with: the office and its time. A unit of work is one, and a step of a walk another."""

    @property
    def session(self) -> Session:
        """Of the office."""

    @property
    def tenant_id(self) -> UUID:
        """The office."""

    @property
    def now(self) -> datetime:
        """Aware, UTC."""


def functions(uow: Moment) -> dict[str, Any]:
    """Extra FEEL functions: `setting(name)` reads a value the office may change; `due_in(amount, unit)` is when a span
    that begins now ends on the office's calendar (ISO text), for waits that are no legal clock."""
    def setting(name: Any) -> Any:
        return settings.value(uow.session, str(name)) if isinstance(name, str) else None

    def due_in(amount: Any, unit: Any) -> str | None:
        try:
            budget = Budget.parse({"amount": amount, "unit": unit})
        except Invalid:
            return None
        return budget.due(calendar_of(uow.session, uow.tenant_id), uow.now).isoformat()
    return {"setting": setting, "due_in": due_in}


def decide(uow: Moment, decision_id: str, variables: Mapping[str, Any]) -> DecisionAnswer:
    """Raises YikouError; for contradicting rows too."""
    published, model = catalog.compiled(uow.session, uow.tenant_id, "decision", decision_id)
    now = uow.now.astimezone(zones.zone_of(uow.session, uow.tenant_id))
    result = dmn.settled(dmn.decide(model, decision_id, variables, now=now, functions=functions(uow)))
    trace = {**result.trace, **given.kept(variables, dmn.needed(model, decision_id))}
    return DecisionAnswer(result.value, published.hash, published.version, trace)


def keep(uow: UnitOfWork, case: Case, decision_id: str, element_id: str, answer: DecisionAnswer) -> None:
    """The decision with its version and what matched, for people to read and for another table to be compared with."""
    trace = answer.trace if isinstance(answer.trace, dict) else {}
    inputs = {str(i["label"]): i["value"] for table in trace.get("tables", ()) for i in table.get("inputs", ())}
    row = DecisionRecord(tenant_id=uow.tenant_id, id=new_id(), case_id=case.id, decision_id=decision_id,
                         element_id=element_id, hash=answer.hash, version=answer.version, inputs=inputs,
                         value={"value": feel.to_json(answer.value)}, trace=trace, at=uow.now)
    uow.session.add(row)
    record(uow, case, clock_events.DecisionMade, {decision_id: answer.hash}, record_id=row.id,
           decision_id=decision_id, element_id=element_id, version=answer.version)
