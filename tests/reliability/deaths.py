"""The process really dies, each time on a fresh copy of the state; then another sends the same again and works on."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

from sqlalchemy import Table, update

from app.kernel import database
from app.kernel.model import Base
from app.workers.loop import until_idle
from tests.databases import Copies
from tests.factories import demo_of
from tests.integration.play import playing
from tests.reliability import books
from tests.reliability.books import Books
from tests.reliability.children import close_database, open_database
from tests.reliability.cluster import durable
from tests.reliability.dying import dying, kill_self
from tests.reliability.lives import Step

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HOW_FAR_KEPT = frozenset({"rule_position.number"})
"""Supervision keeps how far it has read when a rule was asked, so it depends on where a batch of events ended. What
the rules did is in the other tables; an event that was passed over or read twice shows there."""


@dataclass
class Deaths:
    """How many rows were lost and doubled over all points, and where. `points`: by step.

    `outlived`: how often a process was done before its point came (a round that looked once less than the first one).
    """

    lost: int = 0
    doubled: int = 0
    outlived: int = 0
    points: dict[str, int] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)


@contextmanager
def _copy(copies: Copies, url: str) -> Iterator[str]:
    """An opened copy of an idle database; closed and gone afterwards."""
    made = copies.copy(url)
    if copies.kind == "postgres":
        durable(made)
    open_database(made)
    try:
        yield made
    finally:
        close_database()
        copies.drop(made)


def life(copies: Copies, template: str, steps: Collection[Step], every: Callable[[str], int]) -> Deaths:
    """A life with real deaths in its steps; the life itself goes on undisturbed.

    `every`: of so many points of the step of that name one is tried (1: all, 0: none).
    """
    deaths = Deaths()
    url = copies.copy(template)
    demo = demo_of(open_database(url))
    with playing(demo) as office, _even_jitter():
        office.work()
        close_database()  # an open connection would keep the copies from what was written last
        for step in steps:
            open_database(url)
            act = step.make(office)
            if step.harmed and every(step.name):
                close_database()
                here = Copies(copies.kind, copies.folder)  # it knows a template once
                _die_everywhere(here, url, step.name, act, deaths, every(step.name))
                here.drop_all()
                open_database(url)
            act()
            close_database()
    copies.drop(url)
    return deaths


def _die_everywhere(copies: Copies, url: str, name: str, act: Callable[[], Any], deaths: Deaths, every: int) -> None:
    with _copy(copies, url):
        with dying(database.current().engine, None) as passed:
            act()
        until_idle()
        expected = books.read(database.current().engine, without=HOW_FAR_KEPT)
    deaths.points[name] = 0
    for number in range(1, len(passed) + 1, every):
        deaths.points[name] += 1
        with _copy(copies, url) as copy:
            deaths.outlived += not _died_at(copy, number, act)
            found = _gone_on(copy, act)
            _note(deaths, f"{name} {number} {passed.names[number - 1][:80]!r}", expected, found)


def _note(deaths: Deaths, where: str, expected: Books, found: Books) -> None:
    difference = books.compare(expected, found)
    deaths.lost += len(difference.lost)
    deaths.doubled += len(difference.doubled)
    if difference:
        deaths.found.append(f"{where}\n{difference}")


def _died_at(url: str, number: int, act: Callable[[], Any]) -> bool:
    """A child dies at the point; False when it was done before. RuntimeError when it failed."""
    close_database()
    pid = os.fork()
    if pid == 0:
        code = 9
        try:
            open_database(url)
            with dying(database.current().engine, number, kill_self):
                act()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status not in {0, -signal.SIGKILL}:
        raise RuntimeError(f"the process was to die at point {number}, and ended with {status}")
    return status != 0


def _gone_on(url: str, act: Callable[[], Any]) -> Books:
    """What is there after the dead one's leases ran out, the same was sent again, and the work was done."""
    engine = open_database(url).engine
    with engine.begin() as connection:
        for table in _claimable():
            connection.execute(update(table).values(claimed_until=LONG_AGO).where(table.c.claimed_until.is_not(None)))
    act()
    until_idle()
    return books.read(engine, without=HOW_FAR_KEPT)


def _claimable() -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if "claimed_until" in table.columns]


@contextmanager
def _even_jitter() -> Iterator[None]:
    """Two runs agree on when to try again, here and in the children."""
    with patch("app.kernel.outbox.random.uniform", lambda low, high: (low + high) / 2):
        yield
