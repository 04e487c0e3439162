"""Scenarios of rule files: what is refused in them, and the shipped ones through the real owner, restarted at each event."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app import assemble
from app.kernel import clock, documents
from app.kernel.database import Database
from app.kernel.errors import DefinitionError
from app.kernel.ids import new_id
from app.rules import Owner
from app.rules.language import GRACE
from app.rules.modes import in_mode
from app.rules.reading import load_rule
from app.rules.scenarios import BEGIN, Scenario, fired, read, told_otherwise
from tests.rules import world
from tests.rules.running import run_out

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted((ROOT / "rules" / "base" / "supervision").glob("*.yaml"))
RULE = """rule: low
shape: sequence
by: [case]
within: P7D
steps:
  - {event: case.replied}
  - {event: case.rated, where: 'rating <= 2'}
then: [{action: open_supervision}]
scenarios:
  - name: low points
    events:
      - {event: case.replied, case: a}
      - {event: case.rated, case: a, rating: 1, at: P1D}
    fires: [2]
"""


@pytest.fixture(autouse=True)
def _assembled() -> None:
    assemble()


def problems(text: str) -> list[Any]:
    return told_otherwise(text.encode(), "x.yaml")


@pytest.mark.parametrize(("old", "new", "line", "column", "says"), [
    ("fires: [2]", "fires: []", 10, 5, "fires at [2], and [] was told"),
    ("fires: [2]", "fires: [3]", 14, 12, "from 1 to 2"),
    ("fires: [2]", "fired: [2]", 14, 5, "Is it fires?"),
    ("case.rated, case", "case.ratd, case", 13, 17, "Is it case.rated?"),
    ("rating: 1", "ratng: 1", 13, 38, "Is it rating?"),
    ("rating: 1", "rating: one", 13, 46, "whole number"),
    ("at: P1D", "at: 1 day", 13, 53, "PT30M or P3D"),
    ("  - name: low points\n    events", "  - events", 10, 5, "name is missing"),
])
def test_a_fault_has_its_place(old: str, new: str, line: int, column: int, says: str) -> None:
    assert old in RULE and not problems(RULE)
    found = problems(RULE.replace(old, new))
    assert any((one.line, one.column) == (line, column) and says in one.text() for one in found), [(one.place(), one.text()) for one in found]


def test_a_rule_that_its_scenarios_do_not_know_is_not_published(database: Database) -> None:
    tenant_id = new_id()
    world.publish(tenant_id, {"low": RULE})
    with pytest.raises(DefinitionError) as refused:
        world.publish(tenant_id, {"low": RULE.replace("<= 2", "< 1")})
    assert "x.yaml" not in str(refused.value) and "low.yaml:10:5" in str(refused.value)


def test_every_shipped_rule_tells_when_it_fires_and_when_it_does_not() -> None:
    for path in SHIPPED:
        scenarios, faults = read(path.read_bytes(), path.name)
        assert not faults and any(one.fires for one in scenarios), path.name
        assert any(len(one.fires) < len(one.events) for one in scenarios) and all(" / " in one.name for one in scenarios), path.name


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_owner_keeps_to_the_scenarios_through_restarts(database: Database, path: Path) -> None:
    """A new owner with a new engine after each event: windows come from replay, less what firings have used."""
    for one in read(path.read_bytes(), path.name)[0]:
        assert _owned(path, one) == list(one.fires) == list(fired(load_rule(path.read_bytes(), path.name), one)), one.name


def _owned(path: Path, scenario: Scenario) -> list[int]:
    tenant_id, text = new_id(), in_mode(path.read_bytes(), "shadow").decode().replace(", template: rule_praise", "")
    with clock.use(clock.VirtualClock(BEGIN)) as virtual:
        world.publish(tenant_id, {path.stem: text})  # this office has no message templates
        _work(tenant_id)
        for seen in scenario.events:
            virtual.move_to(seen.at)  # type: ignore[attr-defined]
            data = documents.load(documents.dump(dict(seen.fields)))
            world.put(tenant_id, [{
                "tenant_id": tenant_id, "id": UUID(int=seen.number << 80 | 0x7 << 76 | 0b10 << 62 | 1), "type": seen.type,
                "schema_version": 1, "case_id": seen.case_id, "cause_id": None, "actor_id": None, "actor_kind": "system",
                "at": seen.at, "definitions": {}, "data": data, "number": seen.number}])
            _work(tenant_id)
        virtual.advance(timedelta(days=366) + 2 * GRACE)  # type: ignore[attr-defined]
        _work(tenant_id)
    return [number for number, rule, _ in world.firings(tenant_id) if rule == path.stem]


def _work(tenant_id: UUID) -> None:
    owner = Owner()
    try:
        owner.work(tenant_id, clock.now())
        run_out(owner, tenant_id, clock.now())
    finally:
        owner.close()
