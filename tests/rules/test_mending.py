"""What stopped is mended by a person: released quarantine, and rules that were refused, tried again without a change."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.errors import NotFound
from app.kernel.events import StoredEvent
from app.rules import ReleaseRule, RetryRules
from app.rules.model import RuleQuarantine
from tests.rules import world
from tests.rules.test_owner import ALL, CHAIN, deadly, position, rows, start, stream, told


def test_a_released_rule_is_seen_again_by_the_same_owner(tenant_id: UUID, owners: Any, tmp_path: Path) -> None:
    owner = owners(make=deadly(tmp_path, "load:10800"))
    start(owner, tenant_id, ALL)
    stream(tenant_id, 200)
    owner.work(tenant_id, world.START)
    aside = rows(tenant_id, RuleQuarantine)
    assert [(one.rule, one.number) for one in aside] == [("s", None)]
    (tmp_path / "deadly.txt").write_text("")
    dispatch(ReleaseRule(tenant_id=tenant_id, actor=SYSTEM, quarantine_id=aside[0].id))
    with pytest.raises(NotFound):
        dispatch(ReleaseRule(tenant_id=tenant_id, actor=SYSTEM, quarantine_id=aside[0].id))
    stream(tenant_id, 200, first=201, seed=5)
    owner.work(tenant_id, world.START)
    assert not rows(tenant_id, RuleQuarantine) and position(tenant_id).number == 400 and position(tenant_id).memory_mb > 0
    fired = world.firings(tenant_id)
    assert any(one[1] == "s" and one[0] > 200 for one in fired) and not any(one[1] == "s" and one[0] <= 200 for one in fired)
    assert [one for one in fired if one[1] != "s"] == [one for one in told(tenant_id) if one[1] != "s"]
    assert [one.data["rule"] for one in rows(tenant_id, StoredEvent) if one.type == "supervision.released"] == ["s"]


def test_a_released_rule_that_kills_again_is_put_aside_again(tenant_id: UUID, owners: Any, tmp_path: Path) -> None:
    owner = owners(make=deadly(tmp_path, "load:10800"))
    start(owner, tenant_id, ALL)
    for first in (1, 101):
        stream(tenant_id, 100, first=first, seed=first)
        owner.work(tenant_id, world.START)
        aside = rows(tenant_id, RuleQuarantine)
        assert len(aside) == 1 and position(tenant_id).number == first + 99
        dispatch(ReleaseRule(tenant_id=tenant_id, actor=SYSTEM, quarantine_id=aside[0].id))


def test_refused_rules_are_tried_again_when_somebody_asks(tenant_id: UUID, owners: Any, tmp_path: Path) -> None:
    owner = owners(make=deadly(tmp_path, "load:999"))
    start(owner, tenant_id, ALL)
    world.publish(tenant_id, {"s2": CHAIN.replace("rule: s", "rule: s2").replace("PT3H", "PT999S")})
    stream(tenant_id, 50)
    owner.work(tenant_id, world.START)
    (tmp_path / "deadly.txt").write_text("")
    owner.work(tenant_id, world.START)
    assert position(tenant_id).refused and position(tenant_id).generation == 1
    dispatch(RetryRules(tenant_id=tenant_id, actor=SYSTEM))
    owner.work(tenant_id, world.START)
    row = position(tenant_id)
    assert row.refused == row.error == "" and row.generation == 2 and len(row.versions) == 5
