"""A rule on trial beside the one in force: a year of events through both, and what the comparison tells."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app import assemble
from app.catalog.commands import PublishDefinition
from app.kernel import clock, database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.database import Database
from app.kernel.ids import new_id
from app.rules import MakeRuleLive, Owner, PublishRule
from app.rules.comparing import Comparison, compare
from app.rules.model import RuleFiring
from tests.rules import world
from tests.rules.running import run_out

EVENTS, YEAR = 1_800, timedelta(days=365)
THEN = "then: [{action: tag, params: {tag: seen}}]\n"
RULES = {
    "m": "rule: m\nshape: match\nevent: case.rated\nwhere: 'rating <= 2'\n",
    "c": "rule: c\nshape: count\nevent: case.dispatched\nby: [unit]\nn: 4\nwindow: P90D\n",
    "d": "rule: d\nshape: count_distinct\nevent: case.submitted\nof: resident\nby: [place, service]\nn: 3\nwindow: P30D\n",
    "s": "rule: s\nshape: sequence\nby: [resident]\nwithin: P30D\nsteps:\n  - {event: case.submitted}\n  - {event: case.closed}\n"
         "  - {event: case.submitted}\n",
    "a": "rule: a\nshape: absence\nafter: {event: case.dispatched}\nexpect: {event: case.closed}\nby: [unit]\nwithin: P1D\n",
}


@pytest.fixture(autouse=True)
def _assembled() -> None:
    assemble()


def beside(tenant_id: UUID, key: str, text: str) -> None:
    dispatch(PublishRule(tenant_id=tenant_id, actor=SYSTEM, rule=key, data=text.encode(), mode="shadow", beside=True))


def a_year(tenant_id: UUID, virtual: Any, count: int = EVENTS) -> list[dict[str, Any]]:
    step = YEAR / count
    rows = world.events(random.Random(7), tenant_id, count)
    for row in rows:
        row["at"] = world.START + row["number"] * step
    return rows


def told(tenant_id: UUID, key: str) -> Comparison:
    with database.current().read(tenant_id) as session:
        return compare(session, tenant_id, key)


def test_a_year_of_events_shows_no_difference_for_the_same_rule(database: Database) -> None:
    tenant_id, owner = new_id(), Owner()
    count, least = (EVENTS, 5) if database.engine.dialect.name == "sqlite" else (EVENTS // 4, 0)
    with clock.use(clock.VirtualClock(world.START)) as virtual:
        try:
            world.publish(tenant_id, {key: text + THEN for key, text in RULES.items()})
            for key, text in RULES.items():
                beside(tenant_id, key, (text + THEN).replace("n: 4", "n: 5"))
            owner.work(tenant_id, clock.now())
            rows = a_year(tenant_id, virtual, count)
            for part in range(0, len(rows), len(rows) // 5):
                world.put(tenant_id, rows[part:part + len(rows) // 5])
                virtual.advance(YEAR / 5)  # type: ignore[attr-defined]
                owner.work(tenant_id, clock.now())
                owner.close()  # the next part begins with replay
            virtual.advance(timedelta(days=40))  # type: ignore[attr-defined]
            run_out(owner, tenant_id, clock.now())
        finally:
            owner.close()
        for key in ("m", "d", "s", "a"):
            found = told(tenant_id, key)
            assert found.same and found.both == found.live_count > least, (key, found)
        other = told(tenant_id, "c")
        assert other.live_count > other.trial_count > 0 and other.only_live and other.only_trial and not other.same
        with database.read(tenant_id) as session:
            modes = {(row.rule, row.mode) for row in session.query(RuleFiring)}
        assert {mode for _, mode in modes} == {"live", "shadow"}
        trial = told(tenant_id, "c").trial.hash
        dispatch(MakeRuleLive(tenant_id=tenant_id, actor=SYSTEM, rule="c", trial=trial, reason="better"))
        found = {rule.key: rule for rule in world.rules_of(tenant_id).rules if rule.mode == "live"}
        assert found["c"].n == 5 and sum(rule.key == "c" for rule in world.rules_of(tenant_id).rules) == 1


def test_a_file_of_both_places_counts_once(database: Database) -> None:
    tenant_id, text = new_id(), ("rule: m\nshape: match\nmode: shadow\nevent: case.rated\n" + THEN).encode()
    for kind in ("supervision", "supervision_shadow"):
        dispatch(PublishDefinition(tenant_id=tenant_id, actor=SYSTEM, kind=kind, definition_key="m", data=text))
    assert len(world.rules_of(tenant_id).rules) == 1
