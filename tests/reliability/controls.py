"""Wrong hosts, made by patching from outside: the harness must catch each of them, or it proves nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import object_session

from app.engine import store
from app.engine.model import ProcessInstance

GUARD, UPDATE = 't."version" = x." before"', 'UPDATE "process_instance"'
"""The comparison of versions on PostgreSQL, and the statement that has one on SQLite."""
VERSION, ANY = '"version" = ?', '"version" <> -?'
WINDOW = 0.01
"""Seconds between reading and writing on SQLite, so that others really read meanwhile: a step there takes less."""
LOCK = re.compile(r" FOR (NO KEY )?UPDATE( OF \w+(, \w+)*)?( SKIP LOCKED)?")


@contextmanager
def two_transactions() -> Iterator[None]:
    """The instance's state is committed before its rows, events and answer are written."""

    def half(instance: ProcessInstance) -> None:
        session = object_session(instance)
        assert session is not None
        session.expire_on_commit = False  # the handler goes on with what it has read
        session.commit()

    store.written.connect(half)
    try:
        yield
    finally:
        store.written.disconnect(half)


@contextmanager
def neither_lock_nor_version(engine: Engine) -> Iterator[None]:
    """Nobody holds a row (on SQLite: the file) from reading it until the commit, and no version is compared."""

    def rewrite(_connection: Any, _cursor: Any, text: str, parameters: Any, *_more: Any) -> tuple[str, Any]:
        text = text.replace(GUARD, GUARD.replace("= ", "<> -"))
        if text.startswith(UPDATE):
            time.sleep(WINDOW)
            head, _where, tail = text.rpartition(" WHERE ")
            text = f"{head} WHERE {tail.replace(VERSION, ANY)}"
        if text == "BEGIN IMMEDIATE":
            text = "SELECT 1"
        return LOCK.sub("", text), parameters

    event.listen(engine, "before_cursor_execute", rewrite, retval=True)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", rewrite)
