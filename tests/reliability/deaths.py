"""The process really dies, each time on a fresh copy of the state; then another sends the same again and works on."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from app.kernel import database
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


@dataclass
class Deaths:
    """How many rows were lost and doubled over all points, and where. `points`: by step."""

    lost: int = 0
    doubled: int = 0
    points: dict[str, int] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """Where copies come from; `every`: of so many points one is tried (1: all)."""

    copies: Copies
    every: int = 1

    @contextmanager
    def copy(self, url: str) -> Iterator[str]:
        """An opened copy of an idle database; closed and gone afterwards."""
        made = self.copies.copy(url)
        if self.copies.kind == "postgres":
            durable(made)
        open_database(made)
        try:
            yield made
        finally:
            close_database()
            self.copies.drop(made)


def life(place: Place, template: str, steps: Collection[Step], on: Callable[[str], bool]) -> Deaths:
    """A life with real deaths in the steps that `on` names; the life itself goes on undisturbed."""
    deaths = Deaths()
    url = place.copies.copy(template)
    demo = demo_of(open_database(url))
    with playing(demo) as office:
        office.work()
        close_database()  # an open connection would keep the copies from what was written last
        for step in steps:
            open_database(url)
            act = step.make(office)
            if step.harmed and on(step.name):
                close_database()
                here = Place(Copies(place.copies.kind, place.copies.folder), place.every)  # it knows a template once
                _die_everywhere(here, url, step.name, act, deaths)
                here.copies.drop_all()
                open_database(url)
            act()
            close_database()
    place.copies.drop(url)
    return deaths


def _die_everywhere(place: Place, url: str, name: str, act: Callable[[], Any], deaths: Deaths) -> None:
    with place.copy(url):
        with dying(database.current().engine, None) as passed:
            act()
        until_idle()
        expected = books.read(database.current().engine)
    deaths.points[name] = 0
    for number in range(1, len(passed) + 1, place.every):
        deaths.points[name] += 1
        with place.copy(url) as copy:
            _note(deaths, f"{name} {number} {passed.names[number - 1][:80]!r}", expected, _died_at(copy, number, act))


def _note(deaths: Deaths, where: str, expected: Books, found: Books) -> None:
    difference = books.compare(expected, found)
    deaths.lost += len(difference.lost)
    deaths.doubled += len(difference.doubled)
    if difference:
        deaths.found.append(f"{where}\n{difference}")


def _died_at(url: str, number: int, act: Callable[[], Any]) -> Books:
    """A child dies at the point; then the same is sent again, and the work done. RuntimeError when it did not die."""
    close_database()
    pid = os.fork()
    if pid == 0:
        try:
            open_database(url)
            with dying(database.current().engine, number, kill_self):
                act()
        finally:
            os._exit(9)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status != -signal.SIGKILL:
        raise RuntimeError(f"the process was to die at point {number}, and ended with {status}")
    open_database(url)
    act()
    until_idle()
    return books.read(database.current().engine)
