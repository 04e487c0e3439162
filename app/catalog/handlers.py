"""Handlers of the catalog's commands: each asks for the right, then publishes or withdraws."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.auth import policy
from app.catalog import folders
from app.catalog.commands import PublishDefinition, PublishFolder, WithdrawDefinition
from app.catalog.publishing import publish, withdraw
from app.kernel.bus import handles
from app.kernel.unit_of_work import UnitOfWork


@handles(PublishDefinition)
def publish_definition(command: PublishDefinition, uow: UnitOfWork) -> dict[str, Any]:
    """Answer: id, version and hash of the version in force."""
    policy.require(uow.actor, "definition.publish")
    published = publish(uow, command.kind, command.definition_key, command.data, command.file)
    return {"id": str(published.id), "version": published.version, "hash": published.hash}


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


@handles(WithdrawDefinition)
def withdraw_definition(command: WithdrawDefinition, uow: UnitOfWork) -> None:
    """No answer."""
    policy.require(uow.actor, "definition.publish")
    withdraw(uow, command.kind, command.definition_key)
