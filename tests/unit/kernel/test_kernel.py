"""The ground floor on both databases: one commit, keys, outbox, order, leases, tenants, chain."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text, update

from app import assemble
from app.kernel import bus, clock, documents, events, ids, leases, outbox, sequencer, unit_of_work
from app.kernel.commands import SYSTEM, Actor, Command
from app.kernel.database import Database, TenantMissing
from app.kernel.errors import Conflict
from app.kernel.events import Delivery, StoredEvent
from app.kernel.ids import new_id

ONE, TWO = UUID(int=1), UUID(int=2)
PUT = text("INSERT INTO command_answer (tenant_id, id, key_hash, fingerprint, at) VALUES (:t, :i, 'a', 'b', now())")
SEEN: list[tuple[UUID, str]] = []
FAIL: set[str] = set()


@events.event("test.happened", version=2, upcasters={1: lambda old: {**old, "note": "old"}})
@dataclass(frozen=True)
class Happened:
    case_id: UUID
    note: str


@dataclass(frozen=True, kw_only=True)
class Happen(Command):
    case_id: UUID
    note: str


@bus.handles(Happen)
def happen(command: Happen, uow: unit_of_work.UnitOfWork) -> dict[str, str]:
    stored = uow.record(Happened(command.case_id, command.note))
    if command.note == "boom":
        raise RuntimeError("boom")
    return {"event": str(stored)}


@bus.subscribes("test.happened", name="test.subscriber")
def seen(event: StoredEvent, uow: unit_of_work.UnitOfWork) -> None:
    if event.data["note"] in FAIL:
        raise ValueError("not today")
    SEEN.append((event.case_id, event.data["note"]))


@pytest.fixture(autouse=True)
def _clean() -> None:
    SEEN.clear()
    FAIL.clear()


def do(note: str, case: UUID | None = None, tenant: UUID = ONE, key: str | None = None) -> dict[str, str]:
    return bus.dispatch(Happen(tenant_id=tenant, actor=SYSTEM, case_id=case or uuid4(), note=note, key=key))


def count(database: Database, tenant: UUID = ONE) -> int:
    with database.read(tenant) as session:
        return session.scalar(select(func.count()).select_from(StoredEvent)) or 0


def test_an_error_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(RuntimeError):
        do("boom")
    assert count(database) == 0


def test_the_same_key_gives_the_same_answer_once(database: Database) -> None:
    case = uuid4()
    assert do("a", case, key="k") == do("a", case, key="k")
    assert count(database) == 1
    with pytest.raises(Conflict):
        do("b", case, key="k")
    other = Happen(tenant_id=ONE, actor=Actor(user_id=uuid4()), case_id=case, note="a", key="k")
    assert bus.dispatch(other) != do("a", case, key="k")


def test_a_tenant_sees_its_own_rows_only(database: Database) -> None:
    do("mine")
    do("theirs", tenant=TWO)
    assert count(database) == count(database, TWO) == 1
    with database.read(ONE) as session:
        assert session.scalars(select(StoredEvent.data)).one()["note"] == "mine"


def test_a_session_without_tenant_is_refused(database: Database) -> None:
    with database.read(None) as session, pytest.raises(TenantMissing):  # type: ignore[arg-type]
        session.scalars(select(StoredEvent)).all()


def test_security_21_row_level_security_answers_nothing_without_the_orm_filter(database: Database) -> None:
    if database.dialect != "postgresql":
        pytest.skip("row-level security is PostgreSQL's")
    do("theirs", tenant=TWO)
    with database.read(ONE) as session:
        assert session.execute(text("SELECT current_user")).scalar() == "yikou_app"
        assert session.execute(text("SELECT count(*) FROM event")).scalar() == 0
    with database.write(ONE) as session, pytest.raises(Exception, match="row-level security"):
        session.execute(PUT, {"t": TWO, "i": uuid4()})


def test_a_reader_cannot_write_on_postgresql(database: Database) -> None:
    if database.dialect != "postgresql":
        pytest.skip("SQLite rolls a reader back")
    for many in ({"t": ONE, "i": uuid4()}, [{"t": ONE, "i": uuid4()}, {"t": ONE, "i": uuid4()}]):
        with database.read(ONE) as session, pytest.raises(Exception, match="read-only transaction"):
            session.execute(PUT, many)


def test_events_cannot_be_changed_on_postgresql(database: Database) -> None:
    if database.dialect != "postgresql":
        pytest.skip("rights are PostgreSQL's")
    do("kept")
    with database.write(ONE) as session, pytest.raises(Exception, match="permission denied"):
        session.execute(update(StoredEvent).values(type="x"))


def test_deliveries_keep_the_order_of_a_case_and_wait_for_a_failing_one(database: Database) -> None:
    case, other = uuid4(), uuid4()
    start = clock.now()
    with clock.use(clock.VirtualClock(start)) as virtual:
        FAIL.add("one")
        do("one", case)
        do("two", case)
        do("three", other)
        outbox.tick()
        assert [(other, "three")] == SEEN
        FAIL.clear()
        virtual.advance(timedelta(minutes=1))
        while outbox.tick():
            pass
    assert [(other, "three"), (case, "one"), (case, "two")] == SEEN


def test_a_delivery_that_never_succeeds_becomes_visible(database: Database) -> None:
    FAIL.add("bad")
    with clock.use(clock.VirtualClock(clock.now())) as virtual:
        do("bad")
        for _ in range(outbox.MAX_ATTEMPTS):
            outbox.tick()
            virtual.advance(timedelta(minutes=15))
    with database.read(ONE) as session:
        row = session.scalars(select(Delivery)).one()
        assert (row.state, row.attempts, row.last_error) == ("dead", 8, "ValueError: not today")


def test_the_sequencer_numbers_without_gaps_and_chains(database: Database) -> None:
    for note in "abc":
        do(note)
    assert sequencer.waiting_tenants() == [ONE]
    assert sequencer.number(ONE) == 3
    do("late")
    assert sequencer.number(ONE) == 1
    with database.read(ONE) as session:
        numbers = session.scalars(select(sequencer.EventNumber.number).order_by(sequencer.EventNumber.number))
        assert list(numbers) == [1, 2, 3, 4]
        assert sequencer.broken_link(session) is None
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE event SET type = 'test.forged' WHERE id = (SELECT id FROM event_number "
                                "WHERE number = 2)"))
    with database.read(ONE) as session:
        assert sequencer.broken_link(session) == 2


def test_a_quick_look_finds_what_is_new_and_a_thorough_one_what_came_late(database: Database) -> None:
    """A transaction that took longer than the margin commits an event older than others that have numbers."""
    with clock.use(clock.VirtualClock(clock.now())) as virtual:
        do("first")
        assert sequencer.number(ONE, thorough=False) == 1
        slow = new_id()
        virtual.advance(timedelta(hours=1))
        do("second")
        assert sequencer.waiting_tenants(thorough=False) == [ONE] and sequencer.number(ONE, thorough=False) == 1
        with database.write(ONE) as session:
            session.add(StoredEvent(id=slow, type="test.happened", schema_version=2, actor_kind="system",
                                    at=virtual.now(), data={"case_id": str(uuid4()), "note": "slow"}))
            session.commit()
        assert not sequencer.waiting_tenants(thorough=False) and sequencer.number(ONE, thorough=False) == 0
        assert sequencer.waiting_tenants() == [ONE] and sequencer.number(ONE) == 1
        do("third")
        virtual.advance(timedelta(days=1))  # nobody numbered meanwhile
        assert sequencer.waiting_tenants(thorough=False) == [ONE] and sequencer.number(ONE, thorough=False) == 1
    with database.read(ONE) as session:
        assert sequencer.broken_link(session) is None and sequencer.head(session)[0] == 4


def test_events_before_a_clock_was_set_back_do_not_hide_later_ones(database: Database) -> None:
    with clock.use(clock.VirtualClock(clock.now())) as virtual:
        do("before")
        assert sequencer.number(ONE, thorough=False) == 1
        virtual.move_to(virtual.now() - timedelta(days=1))
        do("after")
        assert sequencer.waiting_tenants(thorough=False) == [ONE] and sequencer.number(ONE, thorough=False) == 1


def test_a_lease_has_one_owner_until_it_expires(database: Database) -> None:
    with clock.use(clock.VirtualClock(clock.now())) as virtual:
        assert leases.acquire("sequencer", "a", 30)
        assert not leases.acquire("sequencer", "b", 30)
        assert leases.acquire("sequencer", "a", 30)
        virtual.advance(timedelta(seconds=31))
        assert leases.acquire("sequencer", "b", 30)
        leases.release("sequencer", "b")
        assert leases.acquire("sequencer", "a", 30)


def test_a_lease_that_is_kept_is_written_anew_in_time(database: Database) -> None:
    with clock.use(clock.VirtualClock(clock.now())) as virtual:
        assert leases.keep("sequencer", "a", 30) and not leases.keep("sequencer", "b", 30)
        for _ in range(12):
            virtual.advance(timedelta(seconds=5))
            assert leases.keep("sequencer", "a", 30) and not leases.keep("sequencer", "b", 30)
        virtual.advance(timedelta(seconds=31))
        assert leases.keep("sequencer", "b", 30) and not leases.keep("sequencer", "a", 30)


def test_old_events_are_read_in_the_newest_version() -> None:
    assert StoredEvent(type="test.happened", schema_version=1, data={"case_id": "x"}).current()["note"] == "old"


def test_the_catalogue_of_events_is_generated() -> None:
    assert events.catalogue()["test.happened"] == {"version": 2, "fields": {"case_id": "id", "note": "code"}}


def test_ids_of_one_process_count_up() -> None:
    ids = [new_id() for _ in range(2000)]
    assert ids == sorted(ids) and len(set(ids)) == 2000 and {i.version for i in ids} == {7}


@pytest.mark.parametrize("value", [{"a": Decimal("0.10")}, [1, True, None, "0.5", "\u0000d:1.5"], {"k": Decimal("1E+30")}])
def test_documents_keep_numbers_exact(value: object) -> None:
    assert documents.load(documents.dump(value)) == value


@pytest.mark.parametrize("value", [float("nan"), Decimal("inf"), object()])
def test_security_36_documents_refuse_what_json_cannot_hold(value: object) -> None:
    with pytest.raises((TypeError, ValueError, ArithmeticError)):
        documents.dump({"a": value})


def test_naive_times_are_refused(database: Database) -> None:
    with pytest.raises(Exception, match="aware"), database.write(ONE) as session:
        session.add(Delivery(tenant_id=ONE, event_id=uuid4(), subscriber="x", run_at=datetime(2026, 1, 1)))
        session.flush()


def test_times_come_back_aware(database: Database) -> None:
    do("x")
    with database.read(ONE) as session:
        assert session.scalars(select(StoredEvent.at)).one().tzinfo == UTC


def test_seeded_ids_repeat_and_others_do_not() -> None:
    def made() -> list[UUID]:
        with clock.use(clock.VirtualClock(datetime(2026, 11, 23, tzinfo=UTC))), ids.seeded("one"):
            return [ids.new_id() for _ in range(50)]

    first = made()
    assert first == made() == sorted(first) and len(set(first)) == 50
    assert ids.new_id() not in first


def test_a_process_that_was_forked_makes_other_ids() -> None:
    """Random bits are taken from the system in pieces; a child must not go on in the piece of its parent."""
    ids.noise(8)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, f"{ids.noise(256):064x}".encode())
        os._exit(0)
    mine, theirs = f"{ids.noise(256):064x}", os.read(reader, 64).decode()
    os.waitpid(child, 0)
    assert len(theirs) == 64 and mine != theirs
    assert len({ids.noise(64) for _ in range(5_000)}) == 5_000


def test_what_an_event_does_not_say_is_not_stored_and_reads_as_nothing() -> None:
    assemble()
    name, kind = next((name, kind) for name, kind in events.REGISTRY.items() if name == "case.closed")
    stored = {"case_id": "x", "round": 1}
    assert events.upcast(name, kind.version, stored)["rating"] is None
    assert events.upcast(name, kind.version, stored)["round"] == 1
