"""What an administrator does with rule files and with what stopped: publish, try beside, make live, retry, release."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app import catalog
from app.auth import policy
from app.kernel.bus import handles
from app.kernel.commands import Command
from app.kernel.errors import Conflict, NotFound, msg
from app.kernel.unit_of_work import UnitOfWork
from app.rules import faults
from app.rules.events import RuleReleased
from app.rules.language import KIND, SHADOW
from app.rules.model import RuleFault, RulePosition, RuleQuarantine
from app.rules.modes import in_mode

MOST_AT_ONCE = 200
"""Faults in one transaction."""


@dataclass(frozen=True, kw_only=True)
class PublishRule(Command):
    """Put a rule file in force, or beside what is in force. Answer {"id", "version", "hash"} as of PublishDefinition.

    `mode`: live or shadow, written into the file. `beside`: on trial beside the version in force; it only notes.
    `begun_from`: the hash of the version in that place that was changed; Conflict when another stands there now.
    """

    rule: str
    data: bytes
    mode: str
    beside: bool = False
    file: str | None = None
    reason: str = ""
    begun_from: str | None = None


@dataclass(frozen=True, kw_only=True)
class MakeRuleLive(Command):
    """The version on trial takes the place of the one in force. Answer as of PublishRule.

    `trial`: the hash of the version on trial that was looked at.
    """

    rule: str
    trial: str
    file: str | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class RetryRuleFault(Command):
    """Do one failed action again, or have the office's rules tried again. Answer {"done"}; None: it will be seen."""

    fault_id: UUID


@dataclass(frozen=True, kw_only=True)
class RetryRuleFaults(Command):
    """Everything that waits, at most 200 at once. Answer {"done", "failed"}."""


@dataclass(frozen=True, kw_only=True)
class RetryRules(Command):
    """Rules that could not take over are tried again with the next look of their owner. No answer."""


@dataclass(frozen=True, kw_only=True)
class ReleaseRule(Command):
    """A quarantined rule, or event, is seen again from the next look of the owner on. No answer."""

    quarantine_id: UUID


@handles(PublishRule)
def publish_rule(command: PublishRule, uow: UnitOfWork) -> dict[str, Any]:
    """One transaction; refusals as of the catalog."""
    policy.require(uow.actor, "definition.publish")
    kind = SHADOW if command.beside else KIND
    if command.begun_from is not None:
        catalog.lock(uow)
        current = catalog.live(uow.session, uow.tenant_id, kind, command.rule)
        if (current.hash if current is not None else "") != command.begun_from:
            raise Conflict(msg("Somebody else published a version meanwhile."))
    data = in_mode(command.data, "shadow" if command.beside else command.mode)
    published = catalog.publish(uow, kind, command.rule, data, command.file, command.reason)
    return {"id": str(published.id), "version": published.version, "hash": published.hash}


@handles(MakeRuleLive)
def make_rule_live(command: MakeRuleLive, uow: UnitOfWork) -> dict[str, Any]:
    """The trial ends in the same transaction."""
    policy.require(uow.actor, "definition.publish")
    catalog.lock(uow)
    trial = catalog.live(uow.session, uow.tenant_id, SHADOW, command.rule)
    if trial is None or trial.hash != command.trial:
        raise Conflict(msg("Another version is on trial by now."))
    published = catalog.publish(uow, KIND, command.rule, in_mode(trial.data, "live"), command.file, command.reason)
    if trial.tenant_id == uow.tenant_id:
        catalog.withdraw(uow, SHADOW, command.rule)
    return {"id": str(published.id), "version": published.version, "hash": published.hash}


@handles(RetryRuleFault)
def retry_rule_fault(command: RetryRuleFault, uow: UnitOfWork) -> dict[str, Any]:
    """Raises NotFound, Conflict when somebody settled it."""
    policy.require(uow.actor, "incident.retry")
    query = select(RuleFault).where(RuleFault.id == command.fault_id).with_for_update()
    fault = uow.session.scalars(query).one_or_none()
    if fault is None:
        raise NotFound(msg("There is nothing to be tried again."))
    if fault.resolved_at is not None:
        raise Conflict(msg("It is settled already."))
    if fault.kind == faults.OFFICE:
        _ask_owner(uow)
        return {"done": None}
    return {"done": faults.retry(uow, fault)}


@handles(RetryRuleFaults)
def retry_rule_faults(command: RetryRuleFaults, uow: UnitOfWork) -> dict[str, Any]:
    """The oldest first; each by itself, so that one that fails again holds up no other."""
    policy.require(uow.actor, "incident.retry")
    query = (select(RuleFault).where(RuleFault.resolved_at.is_(None)).order_by(RuleFault.tried_at, RuleFault.id)
             .limit(MOST_AT_ONCE).with_for_update())
    done = failed = 0
    for fault in list(uow.session.scalars(query)):
        if fault.kind == faults.OFFICE:
            _ask_owner(uow)
        elif faults.retry(uow, fault):
            done += 1
        else:
            failed += 1
    return {"done": done, "failed": failed}


@handles(RetryRules)
def retry_rules(command: RetryRules, uow: UnitOfWork) -> None:
    """The owner sees the changed number."""
    policy.require(uow.actor, "incident.retry")
    _ask_owner(uow)


@handles(ReleaseRule)
def release_rule(command: ReleaseRule, uow: UnitOfWork) -> None:
    """Raises NotFound."""
    policy.require(uow.actor, "incident.retry")
    row = uow.session.scalars(select(RuleQuarantine).where(RuleQuarantine.id == command.quarantine_id)).one_or_none()
    if row is None:
        raise NotFound(msg("There is nothing to be tried again."))
    uow.session.delete(row)
    uow.record(RuleReleased(rule=row.rule, version=row.version, event_id=row.event_id))
    _ask_owner(uow)


def _ask_owner(uow: UnitOfWork) -> None:
    row = uow.session.scalars(select(RulePosition).with_for_update()).one_or_none()
    if row is not None:
        row.attention, row.refused = row.attention + 1, ""
