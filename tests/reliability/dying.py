"""Where a process can die: before each SQL statement, before each COMMIT, and after it, before anybody hears of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session


class Died(BaseException):
    """The process ended here; nothing that catches an Exception may hold it up."""


def raise_died(point: str) -> NoReturn:
    """The end of a process, played within this one."""
    raise Died(point)


def kill_self(_point: str) -> NoReturn:
    """The end of this process, without any goodbye."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


@dataclass
class Points:
    """The points that were passed. `committed`: how many transactions were."""

    names: list[str] = field(default_factory=list)
    committed: int = 0

    def __len__(self) -> int:
        return len(self.names)


@contextmanager
def dying(engine: Engine, number: int | None, end: Callable[[str], NoReturn] = raise_died) -> Iterator[Points]:
    """Let this process end at point `number` (from 1; None: never) of what it does on `engine` within the block."""
    points = Points()

    def reach(name: str) -> None:
        points.names.append(name)
        if len(points) == number:
            end(name)

    def statement(_connection: Any, _cursor: Any, text: str, *_more: Any) -> None:
        reach(text)

    def commit(_connection: Any) -> None:
        reach("COMMIT")

    def committed(session: Session) -> None:
        if session.get_bind().engine.url == engine.url:
            points.committed += 1
            reach("after COMMIT")

    hooks = ((engine, "before_cursor_execute", statement), (engine, "commit", commit),
             (Session, "after_commit", committed))
    for target, name, hook in hooks:
        event.listen(target, name, hook)
    try:
        yield points
    finally:
        for target, name, hook in hooks:
            event.remove(target, name, hook)
