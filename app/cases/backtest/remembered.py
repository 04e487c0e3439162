"""What is kept of past cases to do them again: elements they went through, what people entered, what was decided."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.given import GIVEN
from app.cases.model import CaseStep, DecisionRecord, FormSubmission
from app.engine import DecisionAnswer, Done

Ask = Callable[[str, Mapping[str, Any], datetime], DecisionAnswer]
START = ("channel", "module", "service", "urgency_claimed", "anonymous", "reachable", "wished_slots", "has_place")
"""Variables of the start that the first decision still tells; columns of the case may have changed since."""


@dataclass
class Then:
    """One case. `path`: (process, element) entered; `done`: what was completed, in order."""

    path: list[tuple[str, str]] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    decided: list[tuple[str, Any]] = field(default_factory=list)
    given: Mapping[str, Any] = field(default_factory=dict)

    def variables(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        """Of the start."""
        if not self.given:
            return dict(columns)
        return {name: self.given.get(name) if name in START else value for name, value in columns.items()}

    def answers(self, live: Ask) -> Ask:
        """Each decision as it answered then, time for time; what was not asked then is asked now."""
        kept: dict[str, deque[Any]] = {}
        for name, value in self.decided:
            kept.setdefault(name, deque()).append(value)

        def ask(decision_id: str, variables: Mapping[str, Any], now: datetime) -> DecisionAnswer:
            waiting = kept.get(decision_id)
            return DecisionAnswer(waiting.popleft()) if waiting else live(decision_id, variables, now)
        return ask


def read(session: Session, case_ids: Sequence[UUID]) -> dict[UUID, Then]:
    """Of these cases."""
    found = {one: Then() for one in case_ids}
    sent: dict[tuple[UUID, str], Mapping[str, Any]] = {}
    query = select(FormSubmission.case_id, FormSubmission.task_id, FormSubmission.data)
    for case_id, task_id, data in session.execute(query.where(FormSubmission.case_id.in_(case_ids))):
        sent[case_id, task_id.hex] = data
    columns = (CaseStep.case_id, CaseStep.process_id, CaseStep.element_id, CaseStep.how, CaseStep.task_id, CaseStep.at)
    steps = (select(*columns).where(CaseStep.case_id.in_(case_ids)).order_by(CaseStep.id))
    knew = _decisions(session, case_ids, found)
    for case_id, process_id, element_id, how, task_id, at in session.execute(steps):
        if how == "entered":
            found[case_id].path.append((process_id, element_id))
        elif how == "completed":
            entered = sent.get((case_id, str(task_id).replace("-", "")))
            found[case_id].done.append(Done(element_id, at, entered, _later(knew[case_id], at)))
    return found


def _decisions(session: Session, case_ids: Sequence[UUID],
               found: Mapping[UUID, Then]) -> dict[UUID, list[tuple[datetime, Mapping[str, Any]]]]:
    """Note the decisions; what was known at each, by case and in order."""
    knew: dict[UUID, list[tuple[datetime, Mapping[str, Any]]]] = {one: [] for one in case_ids}
    columns = (DecisionRecord.case_id, DecisionRecord.decision_id, DecisionRecord.value, DecisionRecord.trace,
               DecisionRecord.at)
    query = select(*columns).where(DecisionRecord.case_id.in_(case_ids)).order_by(DecisionRecord.id)
    for case_id, decision_id, value, trace, at in session.execute(query):
        given = (trace or {}).get(GIVEN) or {}
        found[case_id].decided.append((decision_id, value.get("value")))
        found[case_id].given = found[case_id].given or given
        knew[case_id].append((at, given))
    return knew


def _later(knew: Sequence[tuple[datetime, Mapping[str, Any]]], at: datetime) -> Mapping[str, Any]:
    """What a message brought is not kept; what the next decision knew holds it, as far as codes and numbers go."""
    given = next((one for then, one in knew if then >= at), {})
    return {name: value for name, value in given.items() if name not in START}
