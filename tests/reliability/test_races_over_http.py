"""Fifty at once through real web processes: two on PostgreSQL, one on SQLite; one wins, all others hear a clear 409."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from app.kernel import clock, database
from app.kernel.database import Database
from tests.databases import compiled_once
from tests.factories import demo_of
from tests.integration.play import playing
from tests.reliability import web_races
from tests.reliability.children import patient_steps
from tests.reliability.web_races import Square


@pytest.fixture
def square(database_kind: str, templates: Any, tmp_path: Path) -> Iterator[Square]:
    copies, template = templates(database_kind, "demo")
    url = copies.copy(template)
    engine = create_engine(url, pool_size=20)
    compiled_once(engine)
    installed = Database(engine)
    database.install(installed)
    webs = 2 if database_kind == "postgres" else 1
    with patient_steps(), playing(demo_of(installed), clock.now()) as office, \
            web_races.square(office, url, tmp_path, webs) as made:
        yield made
    engine.dispose()
    copies.drop(url)


def test_27_fifty_clients_of_the_web_and_one_wins(square: Square) -> None:
    for number, (name, _prepare, _once) in enumerate(web_races.RACES):
        outcome = web_races.run(square, number)
        print(name, dict(outcome.heard), outcome.again)
        assert not outcome.errors and outcome.extra == 0, (name, outcome)
        assert outcome.winners and (len(outcome.winners) == 1 or name == "mixed"), (name, outcome)
