"""Handlers of moves to another version. One instance is one transaction under its lock; a run only keeps the list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update

from app.cases import access, stepping
from app.cases.handlers.operating import checked_reason
from app.cases.moving import choosing, steering, verdicts
from app.cases.moving.commands import (
    FinishMigration,
    ForgetMoves,
    LookAtMigration,
    MigrateCase,
    MoveInstance,
    NoteMoveFailure,
    PlanMigration,
    PlanWayBack,
)
from app.cases.moving.events import MigrationEnded, MigrationPlanned
from app.cases.moving.model import (
    CAN,
    DONE,
    FAILED,
    LOOKING,
    MOVED,
    PLANNED,
    RUNNING,
    STAYS,
    STOPPED,
    MigrationItem,
    MigrationRun,
)
from app.kernel.bus import handles
from app.kernel.errors import Conflict, Forbidden, NotFound, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork

PLAN = "instance.plan"
AT_ONCE = 50
"""Instances that are looked at in one transaction."""
KEPT = timedelta(days=30)
"""How long the state before a move is kept for the way back; later the reverse plan must do."""
FAULT = msg("It could not be moved: %(error)s")


@handles(MigrateCase)
def migrate_case(command: MigrateCase, uow: UnitOfWork) -> dict[str, Any]:
    """Overdue timers are not fired first: the move may be what puts them right."""
    steering.require(uow, steering.MIGRATE)
    reason = checked_reason(command.reason)
    case = access.any_case(uow.session, command.case_id)
    mine = stepping.lock(uow, case)
    digest = mine.instance.pins.get(command.process_id)
    if digest is None:
        raise NotFound(msg("The case does not run this process."))
    wanted = verdicts.plan(uow.session, uow.tenant_id, command.process_id, digest, command.to_hash, command.pairs)
    found, ports = verdicts.attempt(uow, case, mine.instance, wanted)
    if found.reasons:
        raise Conflict(found.reasons[0].message, **found.reasons[0].params)
    told = {"process_id": command.process_id, "run_id": None,
            "from_version": _number(uow, command.process_id, digest),
            "to_version": _number(uow, command.process_id, command.to_hash)}
    verdicts.carry_out(uow, case, found, ports, told, reason)
    return {"case_id": str(case.id), "notes": verdicts.document(found.notes)}


@handles(PlanMigration)
def plan_migration(command: PlanMigration, uow: UnitOfWork) -> dict[str, Any]:
    """The list of instances is taken now; who begins later begins on the version in force."""
    steering.require(uow, PLAN)
    pairs = {before: after for before, after in command.pairs.items() if after}
    verdicts.plan(uow.session, uow.tenant_id, command.process_id, command.from_hash, command.to_hash, pairs)
    chosen = {"at": list(command.at),
              "submitted_from": command.submitted_from.isoformat() if command.submitted_from else None,
              "services": list(command.services), "units": list(command.units)}
    if command.at_once:
        steering.require(uow, steering.MIGRATE)
    run = MigrationRun(
        tenant_id=uow.tenant_id, id=new_id(), process_id=command.process_id, from_hash=command.from_hash,
        from_version=_number(uow, command.process_id, command.from_hash), to_hash=command.to_hash,
        to_version=_number(uow, command.process_id, command.to_hash), pairs=pairs, chosen=chosen,
        reason=checked_reason(command.reason), created_at=uow.now, created_by=uow.actor.user_id,
        at_once=command.at_once)
    rows = uow.session.execute(choosing.instances(
        command.process_id, command.from_hash, command.at, command.submitted_from, command.services, command.units))
    return _planned(uow, run, [{"case_id": case_id, "instance_id": instance_id} for case_id, instance_id in rows])


@handles(PlanWayBack)
def plan_way_back(command: PlanWayBack, uow: UnitOfWork) -> dict[str, Any]:
    """What has gone on since goes by the reversed pairs, if it can."""
    steering.require(uow, steering.MIGRATE)
    before = steering.run_of(uow, command.run_id)
    if before.state not in (STOPPED, DONE):
        raise Conflict(msg("Stop it first."))
    run = MigrationRun(
        tenant_id=uow.tenant_id, id=new_id(), process_id=before.process_id, from_hash=before.to_hash,
        from_version=before.to_version, to_hash=before.from_hash, to_version=before.from_version,
        pairs=choosing.reversed_pairs(before.pairs), chosen={}, reason=checked_reason(command.reason),
        back_of=before.id, created_at=uow.now, created_by=uow.actor.user_id)
    query = select(MigrationItem.case_id, MigrationItem.instance_id, MigrationItem.id).where(
        MigrationItem.run_id == before.id, MigrationItem.result == MOVED).order_by(MigrationItem.id)
    return _planned(uow, run, [{"case_id": case_id, "instance_id": instance_id, "origin_id": origin}
                               for case_id, instance_id, origin in uow.session.execute(query)])


def _planned(uow: UnitOfWork, run: MigrationRun, rows: list[dict[str, Any]]) -> dict[str, Any]:
    if not rows:
        raise Conflict(msg("No running case is chosen."))
    uow.session.add(run)
    uow.session.flush()
    for one in rows:
        one |= {"tenant_id": uow.tenant_id, "id": new_id(), "run_id": run.id}
    uow.session.execute(insert(MigrationItem), rows)
    uow.record(MigrationPlanned(**steering.codes(run), instances=len(rows), back_of=run.back_of))
    return {"run_id": str(run.id), "instances": len(rows)}


@handles(LookAtMigration)
def look_at_migration(command: LookAtMigration, uow: UnitOfWork) -> dict[str, Any]:
    """Some instances, read as they stand; none is locked and none is changed."""
    _system(uow)
    run = steering.run_of(uow, command.run_id)
    if run.state != LOOKING:
        return {"looked": 0}
    items = list(uow.session.scalars(select(MigrationItem).where(
        MigrationItem.run_id == run.id, MigrationItem.verdict == "").order_by(MigrationItem.id).limit(AT_ONCE)))
    if not items:
        _looked_at(uow, run)
        return {"looked": 0}
    wanted = verdicts.plan_of(uow.session, run)
    known = choosing.with_instances(uow.session, [item.case_id for item in items])
    origins = _origins(uow, items)
    for item in items:
        case, instance = known[item.case_id]
        found, _ports = verdicts.attempt(uow, case, instance, wanted, origins.get(item.origin_id))
        item.at, item.seen_version = ",".join(found.at), instance.version
        item.verdict = STAYS if found.reasons else CAN
        item.remarks = verdicts.document(found.reasons or found.notes)
    return {"looked": len(items)}


def _looked_at(uow: UnitOfWork, run: MigrationRun) -> None:
    run.state = PLANNED
    if run.at_once:
        steering.set_off(uow, run)


def _origins(uow: UnitOfWork, items: list[MigrationItem]) -> dict[UUID | None, MigrationItem]:
    wanted = [item.origin_id for item in items if item.origin_id is not None]
    found = uow.session.scalars(select(MigrationItem).where(MigrationItem.id.in_(wanted))) if wanted else ()
    return {one.id: one for one in found}


@handles(MoveInstance)
def move_instance(command: MoveInstance, uow: UnitOfWork) -> dict[str, Any]:
    """Another worker, or a stop, may have been faster. The event names who started the run."""
    _system(uow)
    item = _item(uow, command.item_id)
    case, mine = stepping.locked_case(uow, item.instance_id)
    run = uow.session.get_one(MigrationRun, (uow.tenant_id, item.run_id))
    if item.result or run.state != RUNNING:
        return {"result": ""}
    origin = uow.session.get(MigrationItem, (uow.tenant_id, item.origin_id)) if item.origin_id else None
    instance = mine.instance
    found, ports = verdicts.attempt(uow, case, instance, verdicts.plan_of(uow.session, run), origin)
    outcome: dict[str, Any] = {
        "tried_version": instance.version, "done_at": uow.now, "result": STAYS if found.reasons else MOVED,
        "remarks": verdicts.document(found.reasons or found.notes)}
    if found.result is not None:
        outcome |= {"pins": dict(instance.pins), "before": None if found.result.steps else instance.state}
        verdicts.carry_out(uow, case, found, ports, steering.codes(run), run.reason)
        outcome["moved_version"] = instance.version
        if origin is not None:
            origin.before = None
    for name, value in outcome.items():
        setattr(item, name, value)
    return {"result": item.result}


@handles(NoteMoveFailure)
def note_move_failure(command: NoteMoveFailure, uow: UnitOfWork) -> dict[str, Any]:
    """It stays where it is, and the others go on."""
    _system(uow)
    item = _item(uow, command.item_id)
    if item.result:
        return {"result": item.result}
    item.result, item.done_at = FAILED, uow.now
    item.remarks = [["failed", "", FAULT, {"error": command.error[:300]}]]
    return {"result": item.result}


@handles(FinishMigration)
def finish_migration(command: FinishMigration, uow: UnitOfWork) -> dict[str, Any]:
    """Once more is harmless."""
    _system(uow)
    run = steering.run_of(uow, command.run_id)
    rows = uow.session.execute(select(MigrationItem.result, func.count()).where(
        MigrationItem.run_id == run.id).group_by(MigrationItem.result))
    counts: dict[str, int] = {row[0]: row[1] for row in rows}
    if run.state == RUNNING and not counts.get(""):
        run.state, run.ended_at = DONE, uow.now
        uow.record(MigrationEnded(**steering.codes(run), moved=counts.get(MOVED, 0), stayed=counts.get(STAYS, 0),
                                  failed=counts.get(FAILED, 0)))
    return {"state": run.state}


@handles(ForgetMoves)
def forget_moves(command: ForgetMoves, uow: UnitOfWork) -> dict[str, Any]:
    """A state holds what residents wrote; it is kept no longer than it is of use."""
    _system(uow)
    old = update(MigrationItem).where(MigrationItem.done_at < uow.now - KEPT, MigrationItem.before.is_not(None))
    done: Any = uow.session.execute(old.values(before=None), execution_options={"synchronize_session": False})
    return {"dropped": done.rowcount}


def _number(uow: UnitOfWork, process_id: str, digest: str) -> int:
    return verdicts.definition(uow.session, uow.tenant_id, process_id, digest)[0]


def _item(uow: UnitOfWork, item_id: UUID) -> MigrationItem:
    item = uow.session.get(MigrationItem, (uow.tenant_id, item_id), with_for_update=True)
    if item is None:
        raise NotFound(msg("There is no such move."))
    return item


def _system(uow: UnitOfWork) -> None:
    if uow.actor.kind != "system":
        raise Forbidden(msg("You may not do this."))
