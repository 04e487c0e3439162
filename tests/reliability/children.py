"""Processes that may be killed: forked from one that has everything imported, so that a thousand deaths cost little.

The parent has no open connection and no thread while it forks; each child opens its own.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import create_engine

from app import assemble
from app.engine import StepBudget
from app.kernel import database, network
from app.kernel.database import Database
from app.workers import supervision
from tests.databases import compiled_once

Work = Callable[[threading.Event], None]


def open_database(url: str) -> Database:
    """The database of `url` with the options of the product, installed in this process."""
    assemble()
    engine = create_engine(url, **network.engine_options(url))
    compiled_once(engine)
    installed = Database(engine)
    database.install(installed)
    return installed


@contextmanager
def patient_steps(seconds: float = 300.0) -> Iterator[None]:
    """Steps of this process and its children may take so long: a starved machine is not what these runs are about."""
    made: Any = StepBudget.__init__
    before, names = made.__defaults__, [each.name for each in fields(StepBudget)]
    made.__defaults__ = tuple(seconds if name == "seconds" else value
                              for name, value in zip(names[-len(before):], before, strict=True))
    try:
        yield
    finally:
        made.__defaults__ = before


def close_database() -> None:
    """Give up what this process has open, before it forks."""
    supervision.end()
    known = database.installed()
    if known is not None:
        known.engine.dispose()


@dataclass
class Children:
    """Children by name; `kill` puts another in the place of a dead one. `log`: where they write."""

    log: str
    work: dict[str, Work] = field(default_factory=dict)
    alive: dict[str, int] = field(default_factory=dict)
    kills: int = 0

    def start(self, name: str, work: Work) -> None:
        """Fork one; it ends by itself when its work is done, or when SIGTERM has set its event."""
        self.work[name] = work
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            _be_child(self.log, work)
        self.alive[name] = pid

    def kill(self, name: str) -> bool:
        """SIGKILL one and start it anew; False when it had ended by itself."""
        if name not in self.alive or self.ended(name):
            return False
        pid = self.alive.pop(name)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        self.kills += 1
        self.start(name, self.work[name])
        return True

    def ended(self, name: str) -> bool:
        """Whether its work is done. RuntimeError when it failed."""
        if name not in self.alive:
            return True
        pid, status = os.waitpid(self.alive[name], os.WNOHANG)
        if pid == 0:
            return False
        del self.alive[name]
        if status:
            raise RuntimeError(f"{name} ended with {status}; see {self.log}")
        return True

    def stop_all(self) -> None:
        """Ask the rest to end, and wait."""
        for pid in self.alive.values():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        for pid in self.alive.values():
            os.waitpid(pid, 0)
        self.alive.clear()


@contextmanager
def children(log: str) -> Iterator[Children]:
    """None of them is left behind."""
    made = Children(log)
    try:
        yield made
    finally:
        for pid in made.alive.values():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _be_child(log: str, work: Work) -> None:
    """Run `work` and leave without any of the parent's endings."""
    code = 1
    try:
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        logging.basicConfig(filename=log, level=logging.WARNING, force=True,
                            format=f"%(asctime)s {os.getpid()} %(name)s %(message)s")
        work(stop)
        code = 0
    except BaseException:
        with open(log, "a", encoding="utf-8") as file:
            traceback.print_exc(file=file)
    finally:
        os._exit(code)
