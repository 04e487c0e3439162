"""A rule on paper notices what the owner with its real engine notices, and tells what a change of it would mean."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from app import assemble
from app.kernel import clock, database
from app.kernel.database import Database
from app.kernel.errors import DefinitionError, Invalid
from app.kernel.ids import new_id
from app.rules import Owner, rehearsing
from app.rules.language import SHAPES
from app.rules.model import RuleDue, RuleFiring
from tests.rules import world
from tests.rules.running import FAR, run_out
from tests.rules.test_owner import rows

EVENTS = 1_500
ORDER = """rule: low
shape: match
event: case.rated
where: 'rating <= {most}'
then:
  - {{action: tag, params: {{tag: low}}}}
  - {{action: open_supervision, params: {{level: order}}}}
"""


@pytest.fixture
def tenant_id(database: Database) -> Iterator[UUID]:
    assemble()
    yield new_id()


def rehearse(tenant_id: UUID, source: str, days: int = 60) -> rehearsing.RuleRehearsal:
    with database.current().read(tenant_id) as session:
        return rehearsing.rehearse(session, tenant_id, source.encode(), days, world.START + FAR)


def told(found: list[rehearsing.PaperFiring]) -> list[list[str]]:
    return sorted(sorted(map(str, one.event_ids)) for one in found)


def test_paper_and_engine_notice_the_same(tenant_id: UUID) -> None:
    source = random.Random(7)
    files = world.random_rules(source, 12)
    with clock.use(clock.VirtualClock(world.START)) as virtual:
        world.publish(tenant_id, files)
        owner = Owner()
        try:
            owner.work(tenant_id, world.START)
            world.put(tenant_id, world.events(source, tenant_id, EVENTS))
            virtual.advance(timedelta(seconds=EVENTS * world.STEP))  # type: ignore[attr-defined]
            owner.work(tenant_id, world.START)
            virtual.advance(FAR)  # type: ignore[attr-defined]
            run_out(owner, tenant_id, world.START + FAR)
        finally:
            owner.close()
    real: dict[str, list[list[str]]] = {}
    for row in rows(tenant_id, RuleFiring):
        real.setdefault(row.rule, []).append(sorted(row.event_ids))
    assert {text.split()[3] for key, text in files.items() if key in real} == set(SHAPES)
    assert not rows(tenant_id, RuleDue)
    for key, text in files.items():
        found = rehearse(tenant_id, text)
        assert told(found.new) == told(found.old) == sorted(real.get(key, [])), f"{key}: {text}"
        assert not found.gone and not found.added


def test_a_changed_rule_tells_firings_and_orders_and_warns(tenant_id: UUID) -> None:
    world.publish(tenant_id, {"low": ORDER.format(most=1)})
    world.put(tenant_id, world.events(random.Random(3), tenant_id, EVENTS))
    heard: list[tuple[int, int]] = []
    with database.current().read(tenant_id) as session:
        found = rehearsing.rehearse(session, tenant_id, ORDER.format(most=3).encode(), 60, world.START + FAR,
                                    lambda done, total: heard.append((done, total)))
    assert heard[-1] == (EVENTS, EVENTS) and found.events > len(found.new) > len(found.old) > 0
    assert not found.gone and len(found.added) == len(found.new) - len(found.old) and found.too_many
    opened = [one for one in found.new if "open_supervision" in one.actions]
    assert found.orders(found.new) == len(opened) == len({one.case_ids for one in found.new})  # one order is open a case
    assert {one.actions for one in found.new} == {("tag", "open_supervision"), ("tag",)}
    assert not rows(tenant_id, RuleFiring)
    fresh = rehearse(tenant_id, ORDER.format(most=1).replace("rule: low", "rule: lower"))
    assert fresh.old == [] and [one.event_ids for one in fresh.new] == [one.event_ids for one in found.old]
    with pytest.raises(DefinitionError):
        rehearse(tenant_id, "rule: low\nshape: matsch\n")
    with pytest.raises(Invalid):
        rehearse(tenant_id, ORDER.format(most=1), days=0)
