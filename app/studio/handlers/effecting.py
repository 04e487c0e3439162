"""A draft is published and moves of running cases to it are planned, in one transaction."""

from __future__ import annotations

from typing import Any

from app import catalog
from app.auth import policy
from app.cases import moving
from app.engine import ProcessDefinition
from app.kernel.bus import handles
from app.kernel.errors import Invalid, msg
from app.kernel.unit_of_work import UnitOfWork
from app.studio.commands import PublishDraft
from app.studio.effect_commands import PublishAndMove
from app.studio.effects import PROCESS, pairs_of, standing_versions


@handles(PublishAndMove)
def publish_and_move(command: PublishAndMove, uow: UnitOfWork) -> dict[str, Any]:
    """Whoever begins on the version in force meanwhile is not in the list; the next look at versions shows it."""
    policy.require(uow.actor, "instance.migrate")
    if command.kind != PROCESS:
        raise Invalid(msg("Only running cases of a process can go over."))
    answer: dict[str, Any] = uow.dispatch_nested(PublishDraft(
        tenant_id=uow.tenant_id, actor=uow.actor, kind=command.kind, definition_key=command.definition_key,
        reason=command.reason, revision=command.revision, over=command.over,
        meant=command.meant))
    key, choice = command.definition_key, command.choice
    new = _definition(uow, answer["hash"])
    runs: list[str] = []
    instances = 0
    narrowed: dict[str, Any] = {"at": choice.at, "submitted_from": choice.submitted_from, "services": choice.services,
                                "units": choice.units}
    for version, _open in standing_versions(uow.session, uow.tenant_id, key, new.hash):
        if choice.versions and version.hash not in choice.versions:
            continue
        if not moving.chosen(uow.session, key, version.hash, **narrowed):
            continue
        planned = uow.dispatch_nested(moving.PlanMigration(
            tenant_id=uow.tenant_id, actor=uow.actor, process_id=key, from_hash=version.hash, to_hash=new.hash,
            reason=command.reason, pairs=pairs_of(choice.pairs, _definition(uow, version.hash), new),
            at_once=command.at_once, **narrowed))
        runs.append(planned["run_id"])
        instances += planned["instances"]
    return {**answer, "runs": runs, "instances": instances}


def _definition(uow: UnitOfWork, digest: str) -> ProcessDefinition:
    found: ProcessDefinition = catalog.compiled_by_hash(uow.session, uow.tenant_id, digest)[1]
    return found
