"""What stopped and needs a person: actions that did not go through, and offices whose rules stand still as a whole."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app import catalog
from app.kernel.errors import YikouError
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.rules import acting
from app.rules.events import ActionFailed, ActionRetried, OfficeFailed
from app.rules.language import KIND, ActionCall, Rule
from app.rules.model import RuleFault, RuleFiring, RulePosition
from app.rules.noting import NotingUnit

ACTION, OFFICE = "action", "office"
MOST_ERROR = 300


def note_actions(uow: UnitOfWork, firing: RuleFiring, case_id: UUID | None) -> None:
    """A row for each action of a new firing that failed; in the transaction of the firing."""
    for number, answer in enumerate(firing.answers):
        if "error" not in answer:
            continue
        uow.session.add(RuleFault(
            tenant_id=uow.tenant_id, id=new_id(), kind=ACTION, rule=firing.rule, firing_id=firing.id, number=number,
            action=str(answer["action"]), case_id=case_id, error=str(answer["error"])[:MOST_ERROR], at=uow.now,
            tried_at=uow.now))
        uow.record(ActionFailed(case_id=case_id, rule=firing.rule, firing_id=firing.id, action=str(answer["action"])))


def note_office(uow: UnitOfWork, error: Exception) -> None:
    """The rules of the office could not go on: one open row, which counts how often."""
    said = f"{type(error).__name__}: {error}" if isinstance(error, YikouError) else type(error).__name__
    known = open_office(uow)
    if known is not None:
        known.attempts, known.tried_at, known.error = known.attempts + 1, uow.now, said[:MOST_ERROR]
        return
    uow.session.add(RuleFault(tenant_id=uow.tenant_id, id=new_id(), kind=OFFICE, error=said[:MOST_ERROR], at=uow.now,
                              tried_at=uow.now))
    number = uow.session.scalars(select(RulePosition.number)).one_or_none()
    uow.record(OfficeFailed(number=number or 0))


def settle_office(uow: UnitOfWork) -> None:
    """They go on again."""
    known = open_office(uow)
    if known is not None:
        known.resolved_at = uow.now


def open_office(uow: UnitOfWork) -> RuleFault | None:
    """The open row of the office, locked."""
    query = select(RuleFault).where(RuleFault.kind == OFFICE, RuleFault.resolved_at.is_(None)).with_for_update()
    return uow.session.scalars(query).first()


def retry(uow: UnitOfWork, fault: RuleFault) -> bool:
    """Do a failed action once more, as the rule in force says it now; whether it went through."""
    firing = uow.session.scalars(select(RuleFiring).where(RuleFiring.id == fault.firing_id).with_for_update()).one()
    unit = NotingUnit(uow.session, uow.tenant_id, uow.actor, firing.event_id)
    unit.made = []
    answer = _again(unit, firing, fault)
    done = "error" not in answer
    firing.answers = [answer if number == fault.number else one for number, one in enumerate(firing.answers)]
    fault.attempts, fault.tried_at = fault.attempts + 1, uow.now
    fault.error = fault.error if done else str(answer["error"])[:MOST_ERROR]
    fault.resolved_at = uow.now if done else None
    unit.record(ActionRetried(case_id=fault.case_id, rule=fault.rule, firing_id=firing.id, action=fault.action,
                              done=done))
    firing.made = [*firing.made, *unit.made]
    return done


def _again(unit: NotingUnit, firing: RuleFiring, fault: RuleFault) -> dict[str, Any]:
    found = _call(unit, firing, fault)
    if found is None:
        return {"action": fault.action, "error": "the rule cannot be read"}
    with unit.as_machine():
        return acting.again(unit, found[0], firing.id, fault.case_id, found[1])


def _call(unit: UnitOfWork, firing: RuleFiring, fault: RuleFault) -> tuple[Rule, ActionCall] | None:
    """The action of the version in force, where it still has it at this place; else of the version that fired."""
    for version in (None, firing.version):
        rule = _rule(unit, firing.rule, version)
        call = rule.actions[fault.number] if rule is not None and fault.number < len(rule.actions) else None
        if rule is not None and call is not None and call.action == fault.action:
            return rule, call
    return None


def _rule(unit: UnitOfWork, key: str, version: str | None) -> Rule | None:
    """The rule of a version, None for the one in force; None where there is none that can be read."""
    try:
        found: Rule = (catalog.compiled(unit.session, unit.tenant_id, KIND, key)[1] if version is None
                       else catalog.compiled_by_hash(unit.session, unit.tenant_id, version)[1])
    except YikouError:
        return None
    return found
