"""Die at every point of every step, in this process: after each death nothing of the open transaction may be there.

What was committed before stays, so the next attempt goes on from it, as the next worker or the next click would.
Because a death leaves exactly the state that was committed last (it is compared), going on after it is going on
undisturbed, and each point is proved by itself. The soak kills real processes, each on a fresh copy.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine

from app.kernel import database
from app.kernel.database import Database
from tests.factories import demo_of
from tests.integration.play import playing
from tests.reliability import books
from tests.reliability.dying import Died, dying
from tests.reliability.lives import Step
from tests.reliability.watching import watching, written_tables

MOST = 5_000
"""Deaths in one step; more means that it never gets on."""


@dataclass
class Walked:
    """What came of it. `points`: deaths in each step; `kinds`: at what; `faults`: (step, point, what was found)."""

    points: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, set[str]] = field(default_factory=dict)
    faults: list[tuple[str, int, str]] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0


@dataclass(frozen=True)
class Lived:
    """The books at the end of a life, and the tables that were written."""

    books: books.Books
    tables: set[str]


def die_everywhere(engine: Engine, name: str, act: Callable[[], Any], walked: Walked,
                   tables: Collection[str]) -> Any:
    """Let `act` die at each of its points, one after the other, until it comes through; its answer."""
    number = deaths = 0
    with watching(engine, tables) as watch:
        before = watch.mark()
        while True:
            number += 1
            with dying(engine, number) as points:
                try:
                    answer = act()
                    walked.points[name] = deaths
                    return answer
                except Died:
                    deaths += 1
                    walked.kinds.setdefault(name, set()).update(points.kinds)
            if engine.dialect.name == "sqlite" or points.names[-1].endswith("COMMIT"):
                engine.dispose()  # a process that died has no connections; elsewhere they were rolled back
            after = watch.mark()
            if after != before and points.committed:
                number = 0  # a transaction is behind us; now all points of what is left
            elif after != before:
                walked.faults.append((name, number, f"something stayed of {points.names[-1][:200]}"))
            before = after
            assert deaths < MOST, f"{name} never gets through"


def live(engine: Engine, steps: Iterable[Step], do: Callable[[str, Callable[[], Any]], Any] | None = None,
         on: Callable[[str], bool] = lambda _name: True) -> Lived:
    """A life on the database of `engine`, from its demo office on.

    `do`: how the act of a step that may be harmed is carried out, where `on` says so.
    """
    installed = Database(engine)
    database.install(installed)
    with playing(demo_of(installed)) as office, written_tables(engine) as tables:
        office.work()
        for step in steps:
            act = step.make(office)
            if do is not None and step.harmed and on(step.name):
                do(step.name, act)
            else:
                act()
    return Lived(books.read(engine), tables)


def harmed(engine: Engine, steps: Iterable[Step], expected: Lived,
           on: Callable[[str], bool] = lambda _name: True) -> Walked:
    """The same life with deaths at every point; its books must be those of the undisturbed one."""
    walked = Walked()
    found = live(engine, steps, lambda name, act: die_everywhere(engine, name, act, walked, expected.tables), on)
    difference = books.compare(expected.books, found.books)
    if difference:
        walked.faults.append(("the end", 0, str(difference)))
    walked.lost, walked.doubled = len(difference.lost), len(difference.doubled)
    return walked
