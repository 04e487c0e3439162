"""What the actions of the registry do, inside the transaction of the firing. Parameters were checked at publication."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.cases.commands import NoteSupervision, RaiseUrgency, ReassignTasks, TellGroup
from app.cases.model import Case
from app.demand.commands import ProposeTopic
from app.kernel.commands import SYSTEM
from app.kernel.errors import YikouError
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.kernel.upsert import insert_missing
from app.rules import orders, schemas
from app.rules.events import CaseTagged
from app.rules.language import ActionCall, Rule
from app.rules.model import CaseTag, RuleFiring

log = logging.getLogger(__name__)
TOLD = "rule_fired"
"""Message template: something was noticed."""


@dataclass(frozen=True)
class Acting:
    """One firing whose actions are done. The case is that of the last event."""

    uow: UnitOfWork
    rule: Rule
    firing_id: UUID
    case: Case

    @property
    def common(self) -> dict[str, Any]:
        """What every command on the case needs."""
        return {"tenant_id": self.uow.tenant_id, "actor": SYSTEM, "case_id": self.case.id}

    def tell(self, group: str, template: str = TOLD, **params: Any) -> dict[str, Any]:
        """A message to a group about the case."""
        found: dict[str, Any] = self.uow.dispatch_nested(TellGroup(
            **self.common, template=template, group=group, params={"title": self.rule.title, **params}))
        return {"told": group, **found}


Action = Callable[[Acting, Mapping[str, Any]], dict[str, Any]]


def perform(uow: UnitOfWork, rule: Rule, firing_id: UUID, case_id: UUID | None) -> list[dict[str, Any]]:
    """One answer for each action. What fails is undone by itself and told; the others are done.

    Nothing is done about what was awaited in a case that is closed by now.
    """
    case = uow.session.scalars(select(Case).where(Case.id == case_id)).one_or_none() if case_id else None
    if case is not None and rule.shape == "absence" and case.status != "open":  # nobody waits for it any more
        return [{"action": call.action, "skipped": "closed"} for call in rule.actions]
    return [_one(uow, rule, firing_id, case, call) for call in rule.actions]


def again(uow: UnitOfWork, rule: Rule, firing_id: UUID, case_id: UUID | None, call: ActionCall) -> dict[str, Any]:
    """One action once more, after somebody mended what it failed of; answers as `perform` does."""
    case = uow.session.scalars(select(Case).where(Case.id == case_id)).one_or_none() if case_id else None
    return _one(uow, rule, firing_id, case, call)


def _one(uow: UnitOfWork, rule: Rule, firing_id: UUID, case: Case | None, call: ActionCall) -> dict[str, Any]:
    if case is None:
        return {"action": call.action, "error": "no case"}
    try:
        with uow.session.begin_nested():
            done = ACTIONS[call.action](Acting(uow, rule, firing_id, case), call.params)
            uow.session.flush()
    except Exception as error:  # one action must not hold up the rules of the office for ever
        log.warning("action %s of rule %s failed", call.action, rule.key, exc_info=True)
        known = isinstance(error, YikouError)
        return {"action": call.action, "error": str(error)[:200] if known else type(error).__name__}
    return {"action": call.action, **done}


def _notify(acting: Acting, params: Mapping[str, Any]) -> dict[str, Any]:
    group = str(params["role"])
    if params.get("of_unit"):
        if acting.case.unit is None:
            return {"error": "no unit"}
        group = f"{group}@{acting.case.unit}"
    return acting.tell(group, str(params.get("template", TOLD)))


def _tag(acting: Acting, params: Mapping[str, Any]) -> dict[str, Any]:
    uow, tag = acting.uow, str(params["tag"])
    known = select(CaseTag.id).where(CaseTag.case_id == acting.case.id, CaseTag.tag == tag)
    if uow.session.scalars(known).first() is None:
        insert_missing(uow.session, CaseTag, tenant_id=uow.tenant_id, id=new_id(), case_id=acting.case.id, tag=tag,
                       rule=acting.rule.key, at=uow.now)
        uow.record(CaseTagged(case_id=acting.case.id, rule=acting.rule.key, tag=tag))
    return {"tag": tag}


def _escalate(acting: Acting, params: Mapping[str, Any]) -> dict[str, Any]:
    level, unit = int(params["level"]), acting.case.unit
    group = f"head@{unit}" if level == 1 and unit else "supervisor"
    acting.uow.dispatch_nested(NoteSupervision(**acting.common, text=acting.rule.title))
    return {"level": level, **acting.tell(group)}


def _raise_priority(acting: Acting, params: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = acting.uow.dispatch_nested(RaiseUrgency(**acting.common, urgency=str(params["to"])))
    return found


def _note(acting: Acting, params: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = acting.uow.dispatch_nested(NoteSupervision(**acting.common, text=str(params["text"])))
    return found


def _reassign(acting: Acting, params: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = acting.uow.dispatch_nested(ReassignTasks(
        **acting.common, role=str(params.get("role", "")), reason=acting.rule.title))
    return found


def _open_supervision(acting: Acting, params: Mapping[str, Any]) -> dict[str, Any]:
    """One open order for each rule and case, or unit. While no unit has the case nobody could answer: the supervisor is
    told."""
    uow, case = acting.uow, acting.case
    if case.unit is None:
        return {"opened": False, **acting.tell("supervisor")}
    about = None if params.get("about") == "unit" else case
    known = orders.waiting(uow.session, acting.rule.key, case.unit, about)
    if known is not None:
        return {"order_id": str(known), "opened": False}
    wanted = orders.Wanted(
        unit=case.unit, title=str(params.get("reason", acting.rule.title))[:200], case=about,
        level=str(params.get("level", orders.USUAL)), rule=acting.rule.key, firing_id=acting.firing_id)
    return {"order_id": str(orders.open_one(uow, wanted)), "opened": True}


def _propose_topic(acting: Acting, params: Mapping[str, Any]) -> dict[str, Any]:
    """A topic of demand at the place of the case, with the cases of the firing; joined when it is there already."""
    firing = acting.uow.session.scalars(select(RuleFiring).where(RuleFiring.id == acting.firing_id)).one()
    found: dict[str, Any] = acting.uow.dispatch_nested(ProposeTopic(
        **acting.common, with_cases=tuple(UUID(one) for one in firing.case_ids), rule=acting.rule.key,
        note=str(params.get("note", acting.rule.title))[:300]))
    return found


ACTIONS: Mapping[str, Action] = {
    "notify": _notify, "tag": _tag, "escalate": _escalate, "raise_priority": _raise_priority, "note": _note,
    "reassign": _reassign,
    "open_supervision": _open_supervision, "propose_topic": _propose_topic}
assert ACTIONS.keys() == schemas.ACTIONS.keys()  # noqa: S101  the registry and its deeds agree at the start
