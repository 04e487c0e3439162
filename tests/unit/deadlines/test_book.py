"""Books of different cases do not wait for each other, whatever one of them waits for."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

from app.deadlines import DeadlineBook, WorkCalendar

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_a_book_that_waits_for_the_calendar_holds_up_no_other() -> None:
    begun, go_on, known = threading.Event(), threading.Event(), cast(WorkCalendar, object())

    def slow() -> Any:
        begun.set()
        assert go_on.wait(10)
        return known
    waiting = DeadlineBook(uuid4(), NOW, {}, slow)
    thread = threading.Thread(target=lambda: waiting.calendar, daemon=True)
    thread.start()
    assert begun.wait(10)
    found: list[Any] = []
    other = threading.Thread(target=lambda: found.append(DeadlineBook(uuid4(), NOW, {}, lambda: known).calendar), daemon=True)
    other.start()
    other.join(5)
    try:
        assert found == [known]
    finally:
        go_on.set()
    thread.join(10)
    assert waiting.calendar is known
