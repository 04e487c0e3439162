"""The live table's answer for a case, with the version that gave it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app import catalog, dmn, feel
from app.cases import clock_events, given
from app.cases.journal import record
from app.cases.model import Case, DecisionRecord
from app.engine import DecisionAnswer
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import settings, zones


def functions(uow: UnitOfWork) -> dict[str, Any]:
    """Extra FEEL functions: `setting(name)` reads a value the office may change."""
    return {"setting": lambda name: settings.value(uow.session, str(name)) if isinstance(name, str) else None}


def decide(uow: UnitOfWork, decision_id: str, variables: Mapping[str, Any]) -> DecisionAnswer:
    """Raises YikouError; for contradicting rows too."""
    published, model = catalog.compiled(uow.session, uow.tenant_id, "decision", decision_id)
    result = dmn.settled(dmn.decide(model, decision_id, variables, now=zones.local_now(uow), functions=functions(uow)))
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
