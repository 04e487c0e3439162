"""Security item 27: fifty at once, on both databases; one wins, the others are told of a conflict."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine

from app.kernel import database as kernel_database
from app.kernel.database import Database
from tests.databases import compiled_once
from tests.factories import demo_of
from tests.integration.play import Office, playing
from tests.reliability import controls, races
from tests.reliability.children import patient_steps


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    with patient_steps():
        yield


@pytest.fixture
def crowded(database_kind: str, templates: Any) -> Iterator[Office]:
    """The demo office where so many may ask at once as a web process has threads."""
    copies, template = templates(database_kind, "demo")
    engine = create_engine(copies.copy(template), pool_size=20)
    compiled_once(engine)
    installed = Database(engine)
    kernel_database.install(installed)
    with playing(demo_of(installed)) as office:
        yield office
    engine.dispose()
    copies.drop(engine.url.render_as_string(hide_password=False))


def test_27_fifty_at_once_and_one_wins(crowded: Office) -> None:
    for race in races.RACES:
        outcome = races.run(crowded, race)
        assert not outcome.errors and outcome.extra == 0, (race.name, outcome)
        assert outcome.winners and (len(outcome.winners) == 1 or race.name == "mixed"), (race.name, outcome)


def test_27_control_without_lock_and_version_two_win(crowded: Office) -> None:
    """One race may end well by luck; of eight, one must not."""
    engine = kernel_database.current().engine
    for _ in range(8):
        with controls.neither_lock_nor_version(engine):
            if races.run(crowded, races.RACES[0]).extra:
                return
    pytest.fail("a host without locks was not caught")
