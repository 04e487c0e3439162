"""Random processes: the engine stands as an independent interpreter of the blocks says, after every step of every path."""

from __future__ import annotations

import pytest

from app.engine import profile
from app.engine.specs.gateways import InclusiveGateway, ParallelGateway
from app.engine.specs.scopes import MultiInstance
from app.kernel.database import Database
from tests.reliability.processes.blocks import outline
from tests.reliability.processes.drawing import draw
from tests.reliability.processes.finding import Found, search, tell
from tests.reliability.processes.rows import walk_rows
from tests.reliability.processes.writing import write

DIAGRAMS, PATHS = 10, 100


@pytest.fixture(scope="module")
def found() -> Found:
    """Ten diagrams, a hundred paths each."""
    return search(range(DIAGRAMS), PATHS, twice=10)


def test_every_path_goes_as_the_oracle_says(found: Found) -> None:
    assert found.paths == DIAGRAMS * PATHS and found.steps > 10 * found.paths
    assert not found.differences, "\n".join(found.differences[:20])


def test_everything_in_the_profile_is_drawn_and_reached(found: Found) -> None:
    by_the_host = {("startEvent", kind) for kind in ("message", "signal", "timer")}  # tests/integration/test_start_triggers.py
    runs = {(row.element, row.event) for row in profile() if row.runs} - by_the_host
    unseen = runs - found.drawn
    assert not unseen, f"never drawn: {sorted(unseen)}"
    marked = {("multiInstanceLoopCharacteristics", ""), ("isForCompensation", ""), ("boundaryEvent", "compensation")}
    unseen = runs - marked - found.reached              # those are no elements that a token enters
    assert not unseen, f"never reached: {sorted(unseen)}"


def test_the_same_seed_draws_the_same_files() -> None:
    assert [write(draw(seed)) for seed in range(5)] == [write(draw(seed)) for seed in range(5)]
    assert write(draw(1)) != write(draw(11))


def broken_parallel(self: ParallelGateway, _token: object) -> bool:
    """Fires with the first token that arrives."""
    return True


def broken_inclusive(self: InclusiveGateway, _token: object) -> bool:
    """Does not look who may still come."""
    return True


def broken_results(self: MultiInstance, body: object) -> dict[str, object]:
    """Forgets the order of the results."""
    loop, out = self.node.loop, body.internal_data["out"]  # type: ignore[attr-defined]
    return {loop.output: out[::-1]} if loop and loop.output else {}


@pytest.mark.parametrize(("kind", "name", "broken"), [
    (ParallelGateway, "proceed", broken_parallel), (InclusiveGateway, "may_fire", broken_inclusive),
    (MultiInstance, "result", broken_results)])
def test_a_broken_engine_is_found_out(kind: type, name: str, broken: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kind, name, broken)
    monkeypatch.setattr("tests.reliability.processes.finding.tell", lambda *_args: None)
    assert any(search([seed], 12).differences for seed in range(DIAGRAMS))


def test_a_difference_is_shrunk_to_what_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ParallelGateway, "proceed", broken_parallel)
    monkeypatch.setattr("tests.reliability.processes.finding.tell", lambda *_args: None)
    diagram = next(one for one in map(draw, range(DIAGRAMS)) if any(b.kind == "par" for b in one.processes[0].body.walk()) and search([one.seed], 5).differences)
    said: list[str] = []
    small = tell(diagram, [0, 1, 2], said.append)
    assert len(list(small.blocks())) < len(list(diagram.blocks())) / 2, outline(small)
    assert "shrunk" in said[0] and f"seed {diagram.seed}" in said[0] and "par " in said[0]


def test_the_rows_of_the_database_say_the_same(database: Database) -> None:
    paths, steps, wrong = walk_rows(range(20, 22), 3)
    assert paths == 6 and steps > 60
    assert not wrong, "\n".join(wrong)
