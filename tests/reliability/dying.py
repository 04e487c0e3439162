"""Where a process can die: before each SQL statement, before each COMMIT, and after it, before anybody hears of it.

A COMMIT that travels with the last statement is sent by itself here: whoever dies while a message is on its way may have
sent only its first part, and then the server has done the statement and meets a closed connection.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn

from psycopg.pq import ExecStatus
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from app.kernel.connections import LeanConnection

COMMIT, AFTER = "COMMIT", "after COMMIT"
KINDS = frozenset({"statement", COMMIT, AFTER})


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

    @property
    def kinds(self) -> set[str]:
        """Of those passed, which of KINDS there are."""
        return {name if name in KINDS else "statement" for name in self.names}

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

    def commit(connection: Any) -> None:
        if not getattr(connection.connection.dbapi_connection, "idle", False):  # else it went with the last statement
            reach(COMMIT)

    def in_two_parts(self: LeanConnection, sends: Any, *, commit: bool) -> Any:
        found = yield from answers(self, sends, commit=False)
        if commit and found[-1][0].status != ExecStatus.FATAL_ERROR:
            if self.info.dbname == engine.url.database:
                reach(COMMIT)
            yield from self._commit_gen()
        return found

    def committed(session: Session) -> None:
        if session.get_bind().engine.url == engine.url:
            points.committed += 1
            reach(AFTER)

    hooks = ((engine, "before_cursor_execute", statement), (engine, "commit", commit),
             (Session, "after_commit", committed))
    for target, name, hook in hooks:
        event.listen(target, name, hook)
    answers = LeanConnection.answers
    LeanConnection.answers = in_two_parts  # type: ignore[method-assign]
    try:
        yield points
    finally:
        LeanConnection.answers = answers  # type: ignore[method-assign]
        for target, name, hook in hooks:
            event.remove(target, name, hook)
