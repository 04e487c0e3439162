"""Moves to another version: runs are carried on in small transactions by one worker at a time. Leased.

A worker that dies leaves each instance either moved or not; whoever takes the lease next goes on with the rest.
"""

from __future__ import annotations

import logging
import time
from uuid import UUID

from app.cases import moving
from app.kernel import bus, database, leases
from app.kernel.commands import SYSTEM, Actor
from app.kernel.errors import Conflict, NotFound, Paused, YikouError

log = logging.getLogger(__name__)
LEASE, LEASE_SECONDS = "moving", 60.0
SECONDS = 1.0
"""Of one tick, so that other work is not kept waiting by a long run."""
AT_ONCE = 100
TRIES = 3


def tick(owner: str, seconds: float = SECONDS) -> int:
    """Look at, or move, instances of the runs that wait; the number of pieces done."""
    with database.current().claim() as session:
        waiting = moving.waiting_runs(session)
    if not waiting or not leases.acquire(LEASE, owner, LEASE_SECONDS):
        return 0
    until, done = time.monotonic() + seconds, 0
    for tenant_id, run_id, state in waiting:
        try:
            done += carry_on(tenant_id, run_id, state, until)
        except Paused:
            continue
        except Exception:
            log.exception("a move of cases did not go on; the others do")
    leases.release(LEASE, owner)
    return done


def carry_on(tenant_id: UUID, run_id: UUID, state: str, until: float) -> int:
    """Until the moment (of the monotonic clock) or the end of the run; at least one piece. The number done."""
    if state == moving.LOOKING:
        return _look(tenant_id, run_id, until)
    done = 0
    while items := _items(tenant_id, run_id):
        moved = 0
        for item_id, by in items:
            moved += _move(tenant_id, item_id, by)
            if time.monotonic() > until:
                return done + moved
        if not moved:
            return done     # it was stopped meanwhile
        done += moved
    bus.dispatch(moving.FinishMigration(tenant_id=tenant_id, actor=SYSTEM, run_id=run_id))
    return done + 1


def _look(tenant_id: UUID, run_id: UUID, until: float) -> int:
    done = 0
    command = moving.LookAtMigration(tenant_id=tenant_id, actor=SYSTEM, run_id=run_id)
    while looked := int(bus.dispatch(command)["looked"]):
        done += looked
        if time.monotonic() > until:
            break
    return done


def _items(tenant_id: UUID, run_id: UUID) -> list[tuple[UUID, Actor]]:
    """What comes next, and for whom: the machine acts, events name who planned it."""
    with database.current().read(tenant_id) as session:
        run = session.get(moving.MigrationRun, (tenant_id, run_id))
        by = Actor(user_id=run.created_by if run is not None else None, name=SYSTEM.name, kind=SYSTEM.kind)
        return [(item_id, by) for item_id in moving.items_waiting(session, run_id, AT_ONCE)]


def _move(tenant_id: UUID, item_id: UUID, by: Actor) -> int:
    """1 when the instance has its result now."""
    for left in reversed(range(TRIES)):
        try:
            answer = bus.dispatch(moving.MoveInstance(tenant_id=tenant_id, actor=by, item_id=item_id))
        except Paused:
            raise
        except Exception as error:
            if isinstance(error, Conflict) and left:
                continue
            log.warning("an instance was not moved: %s", type(error).__name__, exc_info=True)
            said = str(error) if isinstance(error, YikouError) else type(error).__name__  # a database names its values
            try:
                note = moving.NoteMoveFailure(tenant_id=tenant_id, actor=SYSTEM, item_id=item_id, error=said)
                answer = bus.dispatch(note)
            except NotFound:
                return 0
        return int(bool(answer["result"]))
    return 0
