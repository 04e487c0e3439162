"""Claims on both databases: shared by workers, fair to offices, in order within a case, taken over, given back."""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select, text, update

from app.kernel import claim_statements, claims, clock, outbox
from app.kernel.claims import Piece, Taker
from app.kernel.clock import VirtualClock
from app.kernel.database import Database
from app.kernel.events import Delivery
from app.kernel.ids import new_id

ONE, TWO, THREE = UUID(int=1), UUID(int=2), UUID(int=3)
QUEUE = outbox.QUEUE


@pytest.fixture
def virtual(database: Database) -> Iterator[VirtualClock]:
    with clock.use(VirtualClock(clock.now())) as moved:
        yield moved


def fill(database: Database, tenant: UUID, number: int, cases: int | None = None) -> None:
    """Deliveries that are due; `cases`: spread over so many, by default one each."""
    own = [new_id() for _ in range(cases or number)]
    with database.write(tenant) as session:
        session.add_all(Delivery(tenant_id=tenant, event_id=new_id(), case_id=own[at % len(own)], subscriber="x",
                                 run_at=clock.now()) for at in range(number))
        session.commit()


def rows(database: Database, *pieces: Piece) -> list[Delivery]:
    with database.claim() as session:
        found = {row.id: row for row in session.scalars(select(Delivery))}
    return [found[one] for _tenant, one in pieces]


def test_two_workers_share_a_queue(database: Database, virtual: VirtualClock) -> None:
    fill(database, ONE, 30)
    first, second = Taker(), Taker()
    mine, others = first.take(QUEUE, clock.now(), 20), second.take(QUEUE, clock.now(), 20)
    assert (len(mine), len(others)) == (20, 10) and not set(mine) & set(others)
    assert {row.claimed_by for row in rows(database, *mine)} == {first.name}


def test_of_a_case_only_the_oldest_is_taken_and_the_next_after_it(database: Database, virtual: VirtualClock) -> None:
    fill(database, ONE, 12, cases=3)
    seen: list[UUID] = []

    def do(tenant: UUID, piece: UUID) -> bool:
        seen.append(piece)
        with database.write(tenant) as session:
            session.execute(update(Delivery).where(Delivery.id == piece).values(state="done"))
            session.commit()
        return True

    other = Taker()
    held = other.take(QUEUE, clock.now(), 1)
    assert claims.work_off(QUEUE, do) == 2, "the other worker's case waits for it"
    other.give_back(QUEUE)
    assert [claims.work_off(QUEUE, do) for _ in range(5)] == [3, 3, 3, 1, 0] and held[0][1] in seen
    with database.read(ONE) as session:
        case = {row.id: (row.case_id, row.event_id) for row in session.scalars(select(Delivery))}
    for one in {case_id for case_id, _event in case.values()}:
        order = [case[piece][1] for piece in seen if case[piece][0] == one]
        assert len(order) == 4 and order == sorted(order)


def test_an_office_with_thousands_does_not_starve_another(database: Database, virtual: VirtualClock) -> None:
    fill(database, ONE, 3_000)
    virtual.advance(timedelta(minutes=1))
    fill(database, TWO, 2)
    fill(database, THREE, 40)
    found = Taker().take(QUEUE, clock.now(), 30)
    assert Counter(tenant for tenant, _piece in found) == {ONE: 10, TWO: 2, THREE: 10}
    assert {tenant for tenant, _piece in found[:3]} == {ONE, TWO, THREE}, "in turn, not one after the other"


def test_more_offices_than_pieces_come_all_to_their_turn(database: Database, virtual: VirtualClock) -> None:
    random.seed(11)
    for number in range(10, 18):
        fill(database, UUID(int=number), 40)
    worker, served = Taker(), Counter[UUID]()
    for _ in range(24):
        served.update(tenant for tenant, _piece in worker.take(QUEUE, clock.now(), 4))
    assert len(served) == 8 and min(served.values()) >= 4


def test_a_dead_workers_pieces_are_taken_over_and_a_living_ones_are_not(database: Database, virtual: VirtualClock) -> None:
    fill(database, ONE, 4)
    dead, alive, third = Taker(), Taker(), Taker()
    lost, kept = dead.take(QUEUE, clock.now(), 2), alive.take(QUEUE, clock.now(), 2)
    for _ in range(4):
        virtual.advance(claims.LENGTH / 2)
        alive.beat()
    assert sorted(third.take(QUEUE, clock.now())) == sorted(lost)
    assert not any(dead.holds(QUEUE, piece) for piece in lost) and all(alive.holds(QUEUE, one) for one in kept)
    dead.beat()  # it only stood still; what another has by now stays the other's
    assert {row.claimed_by for row in rows(database, *lost)} == {third.name}


def test_a_worker_that_stood_still_leaves_its_batch_to_others(database: Database, virtual: VirtualClock) -> None:
    fill(database, ONE, 3)
    done: list[UUID] = []

    def stand_still(_tenant: UUID, piece: UUID) -> bool:
        done.append(piece)
        virtual.advance(claims.LENGTH + timedelta(seconds=1))
        return False

    assert claims.work_off(QUEUE, stand_still) == 0 and len(done) == 1


def test_asked_to_stop_it_finishes_the_piece_in_hand_and_gives_the_rest_back(database: Database,
                                                                             virtual: VirtualClock) -> None:
    fill(database, ONE, 5)
    worker = Taker()

    def last(_tenant: UUID, _piece: UUID) -> bool:
        worker.stop.set()
        return True

    assert claims.work_off(QUEUE, last, taker=worker) == 1
    with database.claim() as session:
        assert session.scalars(select(Delivery.claimed_by)).all().count(None) == 4


def test_what_an_error_leaves_is_given_back(database: Database, virtual: VirtualClock) -> None:
    fill(database, ONE, 3)

    def broken(_tenant: UUID, _piece: UUID) -> bool:
        raise OSError("no line")

    with pytest.raises(OSError, match="no line"):
        claims.work_off(QUEUE, broken)
    assert len(Taker().take(QUEUE, clock.now())) == 3


def test_what_cannot_be_done_and_says_no_reason_is_tried_again_when_the_claim_ran_out(
        database: Database, virtual: VirtualClock) -> None:
    fill(database, ONE, 1)
    tried: list[UUID] = []

    def stuck(_tenant: UUID, piece: UUID) -> None:
        tried.append(piece)

    assert [claims.work_off(QUEUE, stuck) for _ in range(5)] == [0] * 5 and len(tried) == 1
    virtual.advance(claims.LENGTH)
    claims.work_off(QUEUE, stuck)
    assert len(tried) == 2


def test_a_claim_waits_for_nobody(database: Database) -> None:
    """A row that a person's transaction has locked is left out, and given back the next time."""
    if database.dialect != "postgresql":
        pytest.skip("SQLite locks no rows")
    fill(database, ONE, 3)
    worker = Taker()
    held = worker.take(QUEUE, clock.now(), 1)
    with database.write(ONE) as session:
        session.execute(select(Delivery).with_for_update())
        assert Taker().take(QUEUE, clock.now()) == []
        worker.give_back(QUEUE)
    assert rows(database, *held)[0].claimed_by == worker.name
    worker.give_back(QUEUE)
    assert rows(database, *held)[0].claimed_by is None


def test_many_workers_at_once_take_every_piece_once(database: Database) -> None:
    fill(database, ONE, 200)
    taken: list[Piece] = []

    def work() -> None:
        worker = Taker()
        while found := worker.take(QUEUE, clock.now(), 7):
            taken.extend(found)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 200


def test_the_worker_role_may_write_claims_and_nothing_else(database: Database) -> None:
    if database.dialect != "postgresql":
        pytest.skip("rights are PostgreSQL's")
    fill(database, ONE, 1)
    with database.claim_write() as session, pytest.raises(Exception, match="permission denied"):
        session.execute(update(Delivery.__table__).values(state="done"))  # type: ignore[arg-type]


def test_looks_and_claims_use_the_indexes_of_what_waits(database: Database) -> None:
    from app import notifications
    from app.workers import work

    fill(database, ONE, 1_000)  # of an empty table any two indexes cost the same
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE delivery"))
    for queue in (QUEUE, work.TIMERS, work.JOBS, notifications.OWN_QUEUE, notifications.BULK_QUEUE):
        table = queue.model.__tablename__
        name = f"ix_{table}_tenant_id_{'bulk_' if table == 'notification' else ''}{queue.at}"
        for statement in (claim_statements.offices(queue), claim_statements._oldest(queue)):
            plan = _plan(database, statement)
            assert name in plan and not re.search(rf"Seq Scan on {table}|SCAN {table}\w*'", plan), plan


def _plan(database: Database, statement: Any) -> str:
    prefix = "EXPLAIN QUERY PLAN " if database.dialect == "sqlite" else "EXPLAIN "
    with database.engine.connect() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SET enable_seqscan = off"))  # of a few rows it would read them all

        @event.listens_for(connection, "before_cursor_execute", retval=True)
        def explain(_c: Any, _cursor: Any, sql: str, words: Any, _context: Any, _many: bool) -> tuple[str, Any]:
            return prefix + sql, words

        values = {"now": clock.now(), "seen": clock.now(), "share": 5, "office": ONE}
        return "\n".join(str(row) for row in connection.execute(statement, values).cursor)
