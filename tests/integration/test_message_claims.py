"""Messages that came early are claimed like timers and jobs: workers share them, and nothing waits for a lock."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app.cases import messaging
from app.cases.commands import ResumeCase, SuspendCase
from app.engine.model import BufferedMessage, ProcessInstance, StartRow, SubscriptionRow
from app.kernel import claims, database
from app.kernel.commands import SYSTEM
from app.kernel.unit_of_work import transact
from app.workers import work
from tests.integration.play import Office
from tests.integration.test_migrations_of_waits import opened, path, publish, tell, waiting

CASES = 6


@pytest.fixture
def waited(office: Office) -> Iterator[tuple[Office, list[UUID]]]:
    """Cases that wait for a message, and two messages for each, the second of another name."""
    publish(office, waiting("word", "late", handler="more"))
    cases = [opened(office) for _ in range(CASES)]
    for office.case_id in cases:
        tell(office, "word")
        tell(office, "more")
    yield office, cases


def test_two_workers_share_them_in_order(waited: tuple[Office, list[UUID]]) -> None:
    office, cases = waited
    for office.case_id in cases[:2]:
        tell(office, "word")                                # a second one of the same name and key: not before the first
    now = office.clock.now()
    first, second = claims.Taker(), claims.Taker()
    mine, others = first.take(work.MESSAGES, now, 8), second.take(work.MESSAGES, now, 8)
    assert (len(mine), len(others)) == (8, 4) and not set(mine) & set(others)
    second.give_back(work.MESSAGES)
    assert work.messages(now) == 4
    first.give_back(work.MESSAGES)
    while work.messages(now):
        pass
    for office.case_id in cases:
        assert path(office, "word") == ["entered", "completed"] and path(office, "stop_end") == ["entered", "completed"]
    kept = office.rows(BufferedMessage)
    assert [(row.name, row.claimed_by) for row in kept] == [("word_known", None)] * 2, "nobody waits for these any more"


def test_of_a_dead_worker_they_are_taken_over(waited: tuple[Office, list[UUID]]) -> None:
    office, _cases = waited
    assert len(claims.Taker().take(work.MESSAGES, office.clock.now())) == 2 * CASES
    assert work.messages(office.clock.now()) == 0
    office.clock.advance(claims.LENGTH)
    assert work.messages(office.clock.now()) == 2 * CASES


def test_those_of_a_suspended_case_wait_and_hold_up_nobody(waited: tuple[Office, list[UUID]]) -> None:
    office, cases = waited
    administrator = office.who("administrator")
    office.send(SuspendCase, administrator, case_id=cases[0], reason="x")
    assert len(claims.due_offices(work.MESSAGES, office.clock.now())) == 1
    office.work()
    assert [UUID(row.key) for row in office.rows(BufferedMessage)] == [cases[0]] * 2
    assert claims.due_offices(work.MESSAGES, office.clock.now()) == []
    office.send(ResumeCase, administrator, case_id=cases[0], reason="x")
    office.work()
    assert not office.rows(BufferedMessage)


def test_six_workers_at_once_bring_each_once(waited: tuple[Office, list[UUID]]) -> None:
    office, cases = waited
    now, done, faults = office.clock.now(), list[int](), list[BaseException]()

    def look() -> None:
        try:
            done.append(work.messages(now))
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not faults and sum(done) + work.messages(now) == 2 * CASES
    for office.case_id in cases:
        assert path(office, "word") == ["entered", "completed"]


def test_a_message_or_start_that_another_worker_has_in_hand_is_left_to_it(office: Office) -> None:
    """On PostgreSQL a second worker neither waits for the lock nor begins a process twice."""
    if database.current().dialect != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    from app.cases import starts
    transact(office.tenant_id, SYSTEM, lambda uow: messaging.publish(uow, "begin_it", "k", {}))
    (message,) = office.rows(BufferedMessage)
    with database.current().engine.connect() as held:
        held.execute(text("SELECT set_config('app.tenant_id', :t, true)"), {"t": str(office.tenant_id)})
        held.execute(select(BufferedMessage.id).where(BufferedMessage.id == message.id).with_for_update())
        began = time.monotonic()
        assert office.send(starts.BeginByMessage, SYSTEM, message_id=message.id) == {"begun": 0}
        assert time.monotonic() - began < 5
        held.rollback()
    assert not office.rows(StartRow, StartRow.name == "begin_it")


def test_a_worker_sees_of_cases_only_what_tells_whether_a_message_is_waited_for(waited: tuple[Office, list[UUID]]) -> None:
    if database.current().dialect != "postgresql":
        pytest.skip("SQLite has no roles")
    with database.current().claim() as session:
        assert len(session.execute(select(ProcessInstance.id, ProcessInstance.status)).all()) >= CASES
        assert session.execute(select(SubscriptionRow.name, SubscriptionRow.key)).all()

    def forbidden(column: Any) -> None:
        with database.current().claim() as session:
            session.execute(select(column)).all()

    for column in (ProcessInstance.state, ProcessInstance.business_key, SubscriptionRow.element_id):
        with pytest.raises(Exception, match="permission denied"):
            forbidden(column)
