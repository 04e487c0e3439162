"""Runs the owner over a stream with kills and restarts in the middle."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.kernel import clock
from app.kernel.ids import new_id
from app.rules.owner import Owner
from tests.rules import world
from tests.rules.oracle import oracle

FAR = timedelta(days=40)


class Harassed(Owner):
    """Kills its child, or loses what it has in hand before the commit, at some of its batches."""

    def __init__(self, source: random.Random, **how: Any) -> None:
        super().__init__(**how)
        self.source, self.kills, self.losses, self.calm = source, 0, 0, False

    def _batch(self, office: Any) -> int | None:
        engine = self.poster._engine
        if engine is not None and not self.calm and self.source.random() < 0.06:
            engine.process.kill()  # type: ignore[attr-defined]  # a ChildEngine
            self.kills += 1
        return super()._batch(office)

    def _commit(self, office: Any, high: int, tasks: Any, chains: Any) -> None:
        if not self.calm and self.source.random() < 0.04:
            self.losses += 1
            raise WorkerDied
        super()._commit(office, high, tasks, chains)


class WorkerDied(Exception):
    """The worker ends after its child has answered and before the commit."""


def work(owner: Owner, tenant_id: UUID, now: datetime) -> Owner:
    """To the end of the stream; a dead worker is followed by a new one."""
    while True:
        try:
            owner.work(tenant_id, now)
        except WorkerDied:
            owner.close()
            fresh = Harassed(owner.source, make=owner.make, batch=owner._size)  # type: ignore[attr-defined]
            fresh.kills, fresh.losses = owner.kills, owner.losses  # type: ignore[attr-defined]
            owner = fresh
        else:
            return owner


def run_out(owner: Owner, tenant_id: UUID, now: datetime) -> None:
    """Everything awaited in vain."""
    while owner.work(tenant_id, now, awaited=True):
        pass


def differences(seed: int, events: int, rules: int, batch: int = 150, harassed: bool = True) -> dict[str, Any]:
    """One run on the installed database, an office of its own: what the owner and the oracle do not agree on."""
    source, tenant_id = random.Random(seed), new_id()
    with clock.use(clock.VirtualClock(world.START)) as virtual:
        world.publish(tenant_id, world.random_rules(source, rules))
        owner: Any = Harassed(source, batch=batch)
        owner.calm = not harassed
        try:
            owner = work(owner, tenant_id, world.START)
            world.put(tenant_id, world.events(source, tenant_id, events))
            virtual.advance(timedelta(seconds=events * world.STEP))  # type: ignore[attr-defined]
            owner = work(owner, tenant_id, world.START)
            virtual.advance(FAR)  # type: ignore[attr-defined]
            run_out(owner, tenant_id, world.START + FAR)
        finally:
            owner.close()
        found = world.rules_of(tenant_id)
        from app.tenancy import zones

        expected = oracle(found, world.seen(tenant_id, found), zones.ZoneInfo(zones.DEFAULT))
        got = world.firings(tenant_id)
    return {"expected": len(expected), "missing": sorted(set(expected) - set(got)),
            "extra": sorted(set(got) - set(expected)), "doubled": len(got) - len(set(got)),
            "kills": owner.kills, "losses": owner.losses,
            "shapes": {rule.shape for rule in found.rules if any(one[1] == rule.key for one in expected)}}
