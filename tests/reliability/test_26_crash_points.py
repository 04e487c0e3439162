"""Security item 26: a fault before each statement and after each commit, on both databases: whole steps or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine

from tests.databases import compiled_once
from tests.reliability import books, controls, crash_points
from tests.reliability.children import patient_steps
from tests.reliability.dying import KINDS
from tests.reliability.lives import LIVES

EVERYWHERE = {"work_after_submit"}
"""Of the worker's rounds one is interrupted here; the soak interrupts all of them."""


def interrupted(name: str) -> bool:
    return not name.startswith("work_") or name in EVERYWHERE


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    with patient_steps():
        yield


@pytest.fixture
def engines(database_kind: str, templates: Any) -> Iterator[Any]:
    """Makes engines on copies of the demo office."""
    copies, template = templates(database_kind, "demo")
    made: list[Engine] = []

    def make() -> Engine:
        engine = create_engine(copies.copy(template))
        compiled_once(engine)
        made.append(engine)
        return engine

    yield make
    for engine in made:
        engine.dispose()
        copies.drop(engine.url.render_as_string(hide_password=False))


@pytest.mark.parametrize("life", LIVES)
def test_26_the_whole_step_or_nothing_at_every_point(engines: Any, life: str) -> None:
    steps = LIVES[life]
    expected = crash_points.live(engines(), steps)
    walked = crash_points.harmed(engines(), steps, expected, interrupted)
    assert not walked.faults, "\n".join(f"{name} {number}: {found}" for name, number, found in walked.faults)
    named = [step.name for step in steps if step.harmed and interrupted(step.name)]
    assert list(walked.points) == named and min(walked.points.values()) > 4, walked.points
    assert walked.kinds == dict.fromkeys(named, set(KINDS))


def test_26_control_a_step_in_two_transactions_is_caught(engines: Any) -> None:
    steps = LIVES["normal"][:7]
    expected = crash_points.live(engines(), steps)
    with controls.two_transactions():
        walked = crash_points.harmed(engines(), steps, expected, lambda name: name == "complete")
    assert walked.faults and (walked.lost or walked.doubled)


def test_books_see_one_row_less_and_one_more(engines: Any) -> None:
    one = crash_points.live(engines(), LIVES["normal"][:1]).books
    two = {table: rows.copy() for table, rows in one.items()}
    event = next(iter(two["event"]))
    two["event"][event] += 1
    (row,) = two["service_case"]
    del two["service_case"][row]
    difference = books.compare(one, two)
    assert (difference.lost, difference.doubled) == ((("service_case", row),), (("event", event),))
    assert not books.compare(one, one)
