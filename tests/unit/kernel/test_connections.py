"""What opens a transaction travels with its first statement, and nothing runs without its role."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import Uuid, bindparam, select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.orm import Session

from app.kernel import clock, direct
from app.kernel.connections import LeanConnection
from app.kernel.database import APP_ROLE, Database, TenantMissing
from app.kernel.errors import Conflict
from app.kernel.fixed import TENANT, fixed, objects
from app.kernel.unit_of_work import CommandAnswer
from app.tenancy.model import Tenant

ONE, TWO = UUID(int=1), UUID(int=2)
WHO = text("SELECT current_user, current_setting('app.tenant_id'), :n + 0")
OWN = CommandAnswer.__table__.c
HASH = fixed(select(OWN.key_hash, OWN.at, OWN.answer, OWN.id).where(OWN.tenant_id == TENANT,
                                                                    OWN.id == bindparam("id", type_=Uuid)))


@pytest.fixture
def served(database: Database) -> Database:
    if database.dialect != "postgresql":
        pytest.skip("a statement goes on no journey on SQLite")
    return database


def driver(session: Session) -> LeanConnection:
    found = session.connection().connection.dbapi_connection
    assert isinstance(found, LeanConnection)
    return found


@contextmanager
def journeys(connection: LeanConnection) -> Iterator[list[str]]:
    """What the client sent within the block and then waited for, as libpq tells it."""
    found: list[str] = []
    with tempfile.TemporaryFile() as file:
        connection.pgconn.trace(file.fileno())
        yield found
        connection.pgconn.untrace()
        os.lseek(file.fileno(), 0, os.SEEK_SET)
        for line in file.read().decode(errors="replace").splitlines():
            words = line.split("\t")
            if len(words) > 3 and words[1] == "F" and words[3].startswith(("Sync", "Query")):
                found.append(words[3])


def test_a_transaction_waits_once_for_its_beginning_and_its_first_statement(served: Database) -> None:
    with served.write(ONE) as session, journeys(driver(session)) as sent:
        assert session.execute(WHO, {"n": 1}).one() == (APP_ROLE, str(ONE), 1)
        assert session.execute(WHO, {"n": 2}).one() == (APP_ROLE, str(ONE), 2)
        session.commit()
    assert len(sent) == 3


def test_a_reader_waits_once_for_a_statement_and_for_no_end(served: Database) -> None:
    with served.read(ONE) as session:
        with journeys(driver(session)) as sent:
            for number in range(9):
                assert session.execute(WHO, {"n": number}).one() == (APP_ROLE, str(ONE), number)
            session.rollback()
        assert len(sent) == 9 and not driver(session)._prepared._names
        assert session.scalar(text("SELECT current_setting('transaction_read_only') WHERE :n = 1"), {"n": 1}) == "on"


def test_the_role_ends_with_the_transaction(served: Database) -> None:
    for end in ("commit", "rollback"):
        with served.write(ONE) as session:
            connection = driver(session)
            session.execute(WHO, {"n": 1})
            getattr(session, end)()
        with served.whole() as other:
            assert other.connection.dbapi_connection is connection
            assert other.execute(text("SELECT current_user, current_setting('app.tenant_id', true) WHERE :n = 1"),
                                 {"n": 1}).one()[0] != APP_ROLE
    with served.write(ONE) as session:
        session.connection()  # a transaction that nothing was said in
    with served.whole() as other:
        assert other.execute(WHO, {"n": 1}).one()[0] != APP_ROLE


@pytest.mark.parametrize("kind", ["read", "write", "snapshot"])
def test_also_what_no_plain_cursor_says_has_the_role(served: Database, kind: str) -> None:
    with getattr(served, kind)(ONE) as session, driver(session).cursor("named") as cursor:
        assert cursor.execute("SELECT current_user::text, 1").fetchall() == [(APP_ROLE, 1)]
    with getattr(served, kind)(ONE) as session, driver(session).cursor() as plain:
        plain.executemany("SELECT current_user::text, %s", [(1,), (2,)], returning=True)
        assert plain.fetchone() == (APP_ROLE, 1)
    with getattr(served, kind)(ONE) as session, driver(session).pipeline(), pytest.raises(
            psycopg.InterfaceError, match="pipeline"):
        driver(session).execute("SELECT %s::int", (1,))


def test_an_error_is_that_of_its_statement_and_nothing_follows(served: Database) -> None:
    with served.write(ONE) as session:
        with pytest.raises(ProgrammingError, match="no_such_table"):
            session.execute(text("SELECT * FROM no_such_table WHERE 1 = :n"), {"n": 1})
        session.rollback()
        assert session.execute(WHO, {"n": 1}).one()[0] == APP_ROLE
    with served.write(ONE) as session:
        driver(session).begin_with("no_such_role", str(ONE))
        with pytest.raises(DBAPIError, match="no_such_role"):
            session.execute(text("INSERT INTO command_answer (tenant_id, id, key_hash, fingerprint, at) "
                                 "VALUES (:t, :i, 'a', 'b', now())"), {"t": ONE, "i": uuid4()})
    with served.read(ONE) as session:
        assert session.scalar(text("SELECT count(*) FROM command_answer WHERE :n = 1"), {"n": 1}) == 0


def test_a_reader_asks_anew_when_a_table_has_changed(served: Database) -> None:
    shape = "SELECT * FROM reshaped WHERE 1 = %s", (1,)
    with served.engine.begin() as owner:
        owner.execute(text("CREATE TABLE reshaped AS SELECT 1 AS a"))
        owner.execute(text(f"GRANT SELECT ON reshaped TO {APP_ROLE}"))
    with served.read(ONE) as session:
        for _ in range(2):
            assert direct.run_all(session.connection(), [shape]) == [[(1,)]]
        with psycopg.connect(driver(session).info.dsn) as other:
            other.execute("ALTER TABLE reshaped ALTER a TYPE text")
        with pytest.raises(DBAPIError, match="cached plan"):
            direct.run_all(session.connection(), [shape])
        assert direct.run_all(session.connection(), [shape]) == [[("1",)]]
    with served.engine.begin() as owner:
        owner.execute(text("DROP TABLE reshaped"))


def test_a_snapshot_stays_one(served: Database) -> None:
    with served.snapshot(ONE) as session:
        assert session.scalar(text("SELECT current_setting('transaction_isolation') WHERE :n = 1"),
                              {"n": 1}) == "repeatable read"
        assert not driver(session).idle


def test_a_statement_asked_of_the_driver_has_types_and_a_tenant(database: Database) -> None:
    row = CommandAnswer(tenant_id=ONE, id=uuid4(), key_hash="k", fingerprint="f", answer={"value": [1]}, at=clock.now())
    with database.write(ONE) as session:
        session.add(row)
        session.commit()
    given: dict[str, Any] = {"tenant": ONE, "id": row.id}
    with database.read(ONE) as session:
        (found,) = direct.rows(session, HASH, given)
        assert found == session.execute(HASH, given).one() and found.answer == {"value": [1]} and found.id == row.id
        assert found.at.utcoffset() is not None
        with pytest.raises(TenantMissing):
            direct.rows(session, HASH, given | {"tenant": TWO})
        with pytest.raises(ValueError, match="fixed"):
            direct.rows(session, select(OWN.id), {})
    with database.read(TWO) as session:
        assert direct.rows(session, HASH, given | {"tenant": TWO}) == []


def test_a_row_has_no_name_that_is_no_column() -> None:
    with pytest.raises(TypeError, match="no_column"):
        CommandAnswer(no_column=1)


def kept(session: Session) -> set[UUID]:
    return set(session.scalars(select(CommandAnswer.id)))


def answer(number: int) -> CommandAnswer:
    return CommandAnswer(tenant_id=ONE, id=UUID(int=number), key_hash="k", fingerprint="f", answer=None, at=clock.now())


def test_what_is_asked_next_travels_along_and_is_not_asked_again(database: Database) -> None:
    with database.write(ONE) as session:
        session.add_all([answer(1), answer(2)])
        session.commit()
    one, two, three = ((HASH, {"tenant": ONE, "id": UUID(int=number)}) for number in (1, 2, 3))
    served = database.dialect == "postgresql"
    for more in range(2):
        with database.write(ONE) as session:
            with (journeys(driver(session)) if served else nullcontext([])) as sent:
                assert direct.first_of(session, one, (two, three))[0].id == UUID(int=1)
                assert [row.id for row in direct.rows(session, *two)] == [UUID(int=2)]
                assert direct.rows(session, *three) == []
                for _ in range(more):  # once, then it is asked anew
                    assert [row.id for row in direct.rows(session, *two)] == [UUID(int=2)]
            assert len(sent) == (1 + more) * served


def test_what_was_asked_ahead_does_not_hide_what_is_written_since(database: Database) -> None:
    one, two = ((HASH, {"tenant": ONE, "id": UUID(int=number)}) for number in (1, 2))
    with database.write(ONE) as session:
        assert direct.first_of(session, one, (two,)) == []
        session.add(answer(2))
        assert [row.id for row in direct.rows(session, *two)] == [UUID(int=2)]
    with database.write(ONE) as session, pytest.raises(TenantMissing):
        direct.first_of(session, one, ((HASH, {"tenant": TWO, "id": UUID(int=2)}),))


def test_the_first_fault_of_a_message_is_its_error_and_nothing_behind_it_is_done(served: Database) -> None:
    make = ("INSERT INTO command_answer (tenant_id, id, key_hash, fingerprint, at) "
            "VALUES (%s, %s, 'a', 'b', now()) RETURNING id", (ONE, UUID(int=7)))
    with served.write(ONE) as session:
        with pytest.raises(DBAPIError, match="division by zero"):
            direct.run_all(session.connection(), [make, ("SELECT 1 / %s", (0,)), make], commit=True)
        session.rollback()
        assert kept(session) == set()
        assert direct.run_all(session.connection(), [make], commit=True) == [[(UUID(int=7),)]]
        assert driver(session).idle
    with served.read(ONE) as session:
        assert kept(session) == {UUID(int=7)}


def test_the_commit_travels_with_what_is_written_and_not_behind_a_conflict(served: Database) -> None:
    with served.write(ONE) as session, journeys(driver(session)) as sent:
        session.add(answer(1))
        session.send_with_commit()
        session.commit()
    assert len(sent) == 1
    with served.write(ONE) as session:
        row = session.get_one(CommandAnswer, (ONE, UUID(int=1)))
        session.execute(text("DELETE FROM command_answer WHERE :n = 1"), {"n": 1})
        row.answer = {"value": 1}
        session.add(answer(2))
        session.send_with_commit()
        with pytest.raises(Conflict):
            session.commit()
    with served.read(ONE) as session:
        assert kept(session) == {UUID(int=1)}


def test_a_commit_within_a_savepoint_goes_its_own_way(served: Database) -> None:
    with served.write(ONE) as session:
        session.begin_nested()
        session.add(answer(1))
        session.send_with_commit()
        session.commit()
    with served.read(ONE) as session:
        assert kept(session) == {UUID(int=1)}


def test_objects_come_from_a_row_as_the_session_would_make_them(database: Database) -> None:
    whole = fixed(objects(CommandAnswer, also=(OWN.key_hash.label("again"),)).where(OWN.tenant_id == TENANT).order_by(OWN.id))
    with database.write(ONE) as session:
        session.add(answer(1))
        session.commit()
    with database.write(ONE) as session:
        ((row, again),) = direct.rows(session, whole, {"tenant": ONE})
        assert again == "k" and row in session and not session.is_modified(row)
        assert session.get(CommandAnswer, (ONE, UUID(int=1))) is row and row.at.utcoffset() is not None
        row.answer = {"value": [1]}
        session.commit()
    with database.write(ONE) as session:
        held = session.get_one(CommandAnswer, (ONE, UUID(int=1)))
        assert held.answer == {"value": [1]}
        session.execute(text("UPDATE command_answer SET answer = NULL WHERE key_hash = :k"), {"k": "k"})
        assert direct.rows(session, whole, {"tenant": ONE})[0][0] is held and held.answer is None
        none = fixed(objects(CommandAnswer).select_from(Tenant.__table__.outerjoin(
            CommandAnswer.__table__, (OWN.tenant_id == Tenant.tenant_id) & (OWN.key_hash == "x")))
            .where(Tenant.__table__.c.tenant_id == TENANT))
        assert direct.rows(session, none, {"tenant": ONE}) in ([], [[None]])
