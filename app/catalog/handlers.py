"""Handlers of the catalog's commands: each asks for the right, then publishes or withdraws."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.auth import policy
from app.catalog import folders
from app.catalog.commands import (
    KeepOwnDefinition,
    NoteRefusal,
    PublishDefinition,
    PublishFolder,
    WithdrawDefinition,
)
from app.catalog.errors import WentOtherwise
from app.catalog.events import DefinitionRefused
from app.catalog.in_force import live
from app.catalog.publishing import keep_own, lock, publish, withdraw
from app.catalog.registry import trial_of
from app.kernel.bus import handles
from app.kernel.errors import Conflict, Invalid, msg
from app.kernel.unit_of_work import UnitOfWork


@handles(PublishDefinition)
def publish_definition(command: PublishDefinition, uow: UnitOfWork) -> dict[str, Any]:
    """Answer: id, version and hash of the version in force."""
    policy.require(uow.actor, "definition.publish")
    if command.begun_from is not None:
        _still(uow, command)
    published = publish(uow, command.kind, command.definition_key, command.data, command.file, command.reason)
    if not command.meant:
        _try(command, uow)
    return {"id": str(published.id), "version": published.version, "hash": published.hash}


def _try(command: PublishDefinition, uow: UnitOfWork) -> None:
    """With everything else that is in force. What it raises undoes the publishing."""
    trial = trial_of(command.kind)
    problems = trial(uow.session, uow.tenant_id, command.definition_key, command.data) if trial else []
    if problems:
        raise WentOtherwise(problems)


def _still(uow: UnitOfWork, command: PublishDefinition) -> None:
    """Under the lock of whoever publishes: nobody's change is written over unseen."""
    lock(uow)
    current = live(uow.session, uow.tenant_id, command.kind, command.definition_key)
    if current is not None and current.hash != command.begun_from:
        raise Conflict(msg("Somebody else published a version meanwhile."))


@handles(NoteRefusal)
def note_refusal(command: NoteRefusal, uow: UnitOfWork) -> None:
    """For who may publish: others do not get as far as a verdict."""
    policy.require(uow.actor, "definition.publish")
    uow.record(DefinitionRefused(kind=command.kind, key=command.definition_key[:120], problems=command.problems))


@handles(PublishFolder)
def publish_folder(command: PublishFolder, uow: UnitOfWork) -> dict[str, Any]:
    """Answer: `published`, `unchanged`, `kept` and `drift`, each a list of objects with kind and key."""
    policy.require(uow.actor, "definition.publish")
    report = folders.publish_folder(uow, Path(command.root), command.folder)
    return {
        "published": [{"kind": one.kind, "key": one.key, "version": one.version} for one in report.published],
        "unchanged": [{"kind": one.kind, "key": one.key} for one in report.unchanged],
        "kept": [{"kind": one.kind, "key": one.key, "file": one.file} for one in report.kept],
        "drift": [{"kind": one.kind, "key": one.key} for one in report.drift],
    }


@handles(KeepOwnDefinition)
def keep_own_definition(command: KeepOwnDefinition, uow: UnitOfWork) -> None:
    """No answer. Raises Invalid without a reason, Conflict when either version has changed since it was looked at."""
    policy.require(uow.actor, "definition.publish")
    if not command.reason.strip():
        raise Invalid(msg("Please check what is marked."), fields={
            "reason": [(msg("Please say why, so that others understand the change."), {})]})
    keep_own(uow, command.kind, command.definition_key, command.base, command.own, command.reason)


@handles(WithdrawDefinition)
def withdraw_definition(command: WithdrawDefinition, uow: UnitOfWork) -> None:
    """No answer."""
    policy.require(uow.actor, "definition.publish")
    withdraw(uow, command.kind, command.definition_key)
