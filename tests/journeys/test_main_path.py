"""Submit on a phone, handle on a desk, rate, close: in Chromium, web and worker as processes, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from app.cli.demo import office
from tests.journeys.main_path import Stage, look_as_resident, main_path
from tests.journeys.people import chromium
from tests.journeys.server import ROOT, running


@pytest.fixture
def stage(database_kind: str, templates: Any, tmp_path: Path) -> Iterator[tuple[Stage, str]]:
    """The running product with its seeded office, and the address of its database."""
    copies, template = templates(database_kind, "demo")
    url = copies.copy(template)
    with chromium() as browser, running(url, tmp_path) as address:
        yield Stage(browser, address, office.PASSWORD, ROOT / "instance" / "screenshots" / database_kind), url
    copies.drop(url)


def test_a_request_goes_through_all_six_steps_in_a_browser(stage: tuple[Stage, str]) -> None:
    people, url = stage
    sent = main_path(people)
    look_as_resident(people, sent)
    engine = create_engine(url)
    with engine.connect() as connection:
        row = connection.execute(text("SELECT status, outcome, rating FROM service_case WHERE number = :number"),
                                 {"number": sent.number}).one()
        files = connection.execute(text("SELECT count(*) FROM attachment WHERE case_id IS NOT NULL")).scalar()
    engine.dispose()
    assert tuple(row) == ("closed", "satisfied", 5)
    assert files == 1
