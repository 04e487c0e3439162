"""Drivers and workers as processes on one database, while something goes wrong: kills, a stopped server."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import NullPool, create_engine, func, select

from app import rules
from app.engine.model import ProcessInstance
from app.kernel import database, leases
from app.kernel.leases import Lease
from app.workers import loop
from tests.databases import Copies
from tests.factories import Demo, demo_of
from tests.reliability import verdict
from tests.reliability.children import Children, children, close_database, open_database, patient_steps
from tests.reliability.cluster import Cluster, durable
from tests.reliability.drivers import PATHS, Driver
from tests.reliability.intents import Intents
from tests.reliability.verdict import Effects, Verdict

IDLE, LOOK = 0.2, 0.3
DRAIN_SECONDS = 240.0
"""Until everything must be done once nothing goes wrong any more; a dead owner's lease alone may take a minute."""


@dataclass
class Storm:
    """One run: `lanes` drivers with `cases` each, and `workers`. Everything random follows from `seed`.

    `url_of_drivers`: where drivers ask, if not at `url`.
    """

    url: str
    folder: Path
    seed: int
    lanes: int = 2
    workers: int = 2
    cases: int = 10
    url_of_drivers: str = ""
    demo: Demo | None = None
    expected: dict[str, Effects] | None = None

    def prepare(self) -> None:
        """An undisturbed run of each path in the same database; it also warms what the children inherit."""
        installed = open_database(self.url)
        self.demo = demo_of(installed)
        loop.until_idle()
        lane = self.driver("reference", self._first_with_all())
        worker = threading.Event()
        thread = threading.Thread(target=self._tick, args=(worker, loop.OWNER))
        thread.start()
        lane.run()
        worker.set()
        thread.join()
        self.drain(loop.OWNER)
        with installed.read(self.demo.tenant_id) as session:
            self.expected = verdict.references(session, lane)
        for lease in (loop.SEQUENCER, rules.LEASE):
            leases.release(lease, loop.OWNER)
        close_database()

    def _first_with_all(self) -> int:
        """So many cases that each path is among them."""
        for number in range(1, 60):
            lane = self.driver("reference", number)
            if {lane.path(each) for each in range(number)} == set(PATHS):
                return number
        raise AssertionError("no seed needs so many")

    def driver(self, lane: str, cases: int | None = None) -> Driver:
        """The driver of a lane, with what it wrote down so far."""
        assert self.demo is not None
        return Driver(self.demo, Intents(self.folder / f"{lane}.jsonl", lane), self.seed,
                      self.cases if cases is None else cases)

    def start(self, group: Children, work: Callable[[threading.Event], None] | None = None) -> None:
        """All drivers and workers; `work`: what a worker does instead of ticking."""
        for number in range(self.lanes):
            group.start(f"lane{number}", partial(self._drive, f"lane{number}"))
        for number in range(self.workers):
            group.start(f"worker{number}", work or (lambda stop: self._work(stop)))

    def _drive(self, lane: str, stop: threading.Event) -> None:
        open_database(self.url_of_drivers or self.url)
        self.driver(lane).run(stop=stop.is_set)

    def _work(self, stop: threading.Event) -> None:
        open_database(self.url)
        self._tick(stop, f"worker {os.getpid()}")

    @staticmethod
    def _tick(stop: threading.Event, owner: str) -> None:
        while not stop.is_set():
            if not loop.tick(owner=owner) and not stop.is_set():
                stop.wait(IDLE)

    def run_forever(self, stop: threading.Event) -> None:
        """A worker as `flask worker` runs it."""
        open_database(self.url)
        loop.run_forever(stop)

    def lanes_ended(self, group: Children) -> bool:
        """Whether all drivers have brought their cases to an end."""
        ended = [group.ended(f"lane{number}") for number in range(self.lanes)]  # each is asked, so none stays a zombie
        return all(ended)

    def steps(self) -> int:
        """Steps committed so far (the sum of the instances' versions), on a connection of this moment only."""
        engine = create_engine(self.url, poolclass=NullPool)
        with engine.connect() as connection:
            return int(connection.scalar(select(func.sum(ProcessInstance.version))) or 0)

    def drain(self, owner: str) -> None:
        """Work until nothing is left. AssertionError when it does not end."""
        assert self.demo is not None
        end = time.monotonic() + DRAIN_SECONDS
        while time.monotonic() < end:
            if loop.tick(owner=owner):
                continue
            with database.current().read(self.demo.tenant_id) as session:
                left = verdict.unfinished(session)
            if not any(left) and _holds_rules(owner):
                return
            time.sleep(LOOK)
        raise AssertionError(f"pending deliveries, jobs, unnumbered events: {left}")

    def judge(self) -> Verdict:
        """Finish what workers have left, then count."""
        assert self.demo is not None and self.expected is not None
        open_database(self.url)
        self.drain("afterwards")
        drivers = [self.driver(f"lane{number}") for number in range(self.lanes)]
        found = verdict.judge(self.demo.tenant_id, drivers, self.expected)
        close_database()
        return found


def _holds_rules(owner: str) -> bool:
    """Whether the rules are this worker's: only then has a round without work read all events."""
    with database.current().claim() as session:
        return session.scalar(select(Lease.owner).where(Lease.name == rules.LEASE)) == owner


def kill_at_random(storm: Storm, group: Children, kills: int, steps: int, patience: float) -> None:
    """Kill one of them about every `steps / kills` steps until the lanes end. TimeoutError beyond `patience` s."""
    chance, begun, first = random.Random(storm.seed), time.monotonic(), storm.steps()
    names = list(group.work)
    while not storm.lanes_ended(group):
        if time.monotonic() - begun > patience:
            raise TimeoutError(f"{group.kills} kills, {storm.steps() - first} steps")
        due = (storm.steps() - first) * kills // steps - group.kills
        for _ in range(min(due, 10)):
            time.sleep(chance.uniform(0.0, 0.03))
            group.kill(chance.choice(names))
        time.sleep(LOOK)


def stop_at_random(storm: Storm, group: Children, cluster: Cluster, seconds: float, gaps: tuple[float, float]) -> int:
    """Stop and start the server for so many seconds; how often. `gaps`: s between two.

    In turn: `fast`, and `immediate` twice, the second time as soon as it answers again after its recovery.
    """
    chance, begun, stops = random.Random(storm.seed), time.monotonic(), 0
    while time.monotonic() - begun < seconds:
        time.sleep(chance.uniform(*gaps))
        for mode in (("immediate", "immediate") if stops % 3 == 1 else ("fast",)):
            cluster.stop(mode)
            time.sleep(chance.uniform(0.0, 2.0))
            cluster.start()
            stops += 1
        for name in list(group.alive):
            group.ended(name)  # raises when a process did not survive it
    return stops


@contextmanager
def on_copy(kind: str, copies: Copies, template: str, folder: Path, **more: int) -> Iterator[tuple[Storm, Children]]:
    """A storm on a copy of the demo office, prepared, with its processes started by whoever asks."""
    url = copies.copy(template)
    if kind == "postgres":
        durable(url)
    storm = Storm(url, folder, **more)
    try:
        with patient_steps(), children(str(folder / "children.log")) as group:
            storm.prepare()
            yield storm, group
    finally:
        close_database()
        copies.drop(url)
