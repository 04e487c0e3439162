"""The flush of a unit of work: one statement on PostgreSQL, and the same rows as SQLAlchemy's own would leave."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified

from app.cases.casework import TaskDraft
from app.cases.model import Case, CaseEntry
from app.engine.model import OpenTaskGroup, OpenTaskRow, ProcessInstance
from app.kernel.database import Database, TenantMissing
from app.kernel.errors import Conflict
from app.kernel.events import StoredEvent
from app.kernel.fixed import TENANT, fixed
from app.kernel.ids import new_id
from app.tenancy.model import Unit
from app.tenancy.numbers import next_value

NOW = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
TENANT_ID = UUID("01a20000-0000-7000-8000-000000000001")


@pytest.fixture
def db(database: Database) -> Iterator[Database]:
    yield database


def statements(db: Database, work: Any) -> list[str]:
    seen: list[str] = []

    def note(*given: Any) -> None:
        seen.append(given[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return [one for one in seen if "set_config" not in one and not one.startswith("BEGIN")]


def instance(**more: Any) -> ProcessInstance:
    values = {"tenant_id": TENANT_ID, "id": new_id(), "process_id": "p", "definition_hash": "h", "business_key": None,
              "state": b"\x00\xff{}", "pins": {"p": "h"}, "started_at": NOW}
    return ProcessInstance(**values | more)


def task(of: ProcessInstance, **more: Any) -> OpenTaskRow:
    values = {"tenant_id": TENANT_ID, "id": new_id(), "instance_id": of.id, "process_id": "p", "element_id": "t",
              "name": "任务 \"x\" \\ 'y'\n%s", "name_en": "x", "groups": ["a", "b"], "properties": {}, "opened_at": NOW,
              "variables": {"amount": Decimal("1.10"), "big": 10**20, "yes": True}}
    return OpenTaskRow(**values | more)


def test_parents_and_children_go_at_once_and_come_back_as_they_were(db: Database) -> None:
    one = instance()
    two = task(one)

    def work() -> None:
        with db.write(TENANT_ID) as session:
            session.add_all([OpenTaskGroup(tenant_id=TENANT_ID, task_id=two.id, group_name="a"), two, one])
            session.commit()

    seen = statements(db, work)
    assert len(seen) == (1 if db.dialect == "postgresql" else 3), seen
    with db.read(TENANT_ID) as session:
        row = session.get_one(OpenTaskRow, (TENANT_ID, two.id))
        assert (row.name, row.groups, row.priority, row.opened_at) == (two.name, ["a", "b"], 50, NOW)
        assert row.variables == {"amount": Decimal("1.10"), "big": 10**20, "yes": True}
        assert isinstance(row.variables["amount"], Decimal) and row.variables["yes"] is True
        kept = session.get_one(ProcessInstance, (TENANT_ID, one.id))
        assert (kept.state, kept.status, kept.version) == (b"\x00\xff{}", "active", 1)


def test_made_rows_are_known_to_the_session(db: Database) -> None:
    with db.write(TENANT_ID) as session:
        one = instance()
        session.add(one)
        session.flush()
        assert one in session and one.ended_at is None and one.version == 1
        assert session.get(ProcessInstance, (TENANT_ID, one.id)) is one
        one.status = "suspended"
        session.delete(one)
        session.flush()
        assert session.get(ProcessInstance, (TENANT_ID, one.id)) is None
        session.commit()


def test_only_what_changed_is_written(db: Database) -> None:
    one, two = instance(), None
    with db.write(TENANT_ID) as session:
        two = task(one)
        session.add_all([one, two])
        session.commit()
    with db.write(TENANT_ID) as session:
        row = session.get_one(OpenTaskRow, (TENANT_ID, two.id))
        row.priority, row.name_en = 50, "y"  # the first is what it was

        def work() -> None:
            session.flush()

        seen = statements(db, work)
        assert len(seen) == 1 and '"name_en"' in seen[0] and '"priority"' not in seen[0].split("WHERE")[0]
        assert statements(db, work) == []
        row.variables = {**row.variables, "yes": 1}  # equal for Python, another document
        assert len(statements(db, work)) == 1
        row.groups.append("c")
        assert statements(db, work) == []
        flag_modified(row, "groups")
        assert len(statements(db, work)) == 1
        session.commit()
    with db.read(TENANT_ID) as session:
        row = session.get_one(OpenTaskRow, (TENANT_ID, two.id))
        assert row.variables["yes"] == 1 and row.variables["yes"] is not True and row.groups == ["a", "b", "c"]


def test_a_row_of_another_version_is_a_conflict(db: Database) -> None:
    one = instance()
    with db.write(TENANT_ID) as session:
        session.add(one)
        session.commit()
    with db.write(TENANT_ID) as session:
        row = session.get_one(ProcessInstance, (TENANT_ID, one.id))
        session.connection().exec_driver_sql("UPDATE process_instance SET version = 7")
        row.version, row.state = 2, b"lost"
        with pytest.raises(Conflict):
            session.flush()
    with db.read(TENANT_ID) as session:
        assert session.get_one(ProcessInstance, (TENANT_ID, one.id)).state == one.state


def test_what_is_discarded_goes_with_the_rest(db: Database) -> None:
    one, user, other = instance(), new_id(), new_id()
    two = task(one)

    def draft(user_id: UUID) -> TaskDraft:
        return TaskDraft(tenant_id=TENANT_ID, id=new_id(), user_id=user_id, task_id=two.id, case_id=new_id(), data={},
                         kept_at=NOW)

    with db.write(TENANT_ID) as session:
        session.add_all([one, two, draft(user), draft(other)])
        session.commit()
    with db.write(TENANT_ID) as session:
        session.delete(session.get_one(OpenTaskRow, (TENANT_ID, two.id)))
        session.discard(TaskDraft, user_id=user, task_id=two.id)
        session.discard(TaskDraft, user_id=new_id(), task_id=two.id)
        seen = statements(db, session.flush)
        assert len(seen) == (1 if db.dialect == "postgresql" else 2), seen
        session.commit()
    with db.read(TENANT_ID) as session:
        assert [row.user_id for row in session.scalars(select(TaskDraft))] == [other]


def test_rows_made_and_discarded_in_one_transaction_are_gone(db: Database) -> None:
    with db.write(TENANT_ID) as session:
        group = OpenTaskGroup(tenant_id=TENANT_ID, task_id=new_id(), group_name="a")
        session.add(group)
        session.discard(OpenTaskGroup, task_id=group.task_id)
        session.commit()
    with db.read(TENANT_ID) as session:
        assert session.scalar(select(func.count()).select_from(OpenTaskGroup)) == 0


def test_a_rollback_forgets_what_was_to_be_discarded(db: Database) -> None:
    with db.write(TENANT_ID) as session:
        session.discard(OpenTaskGroup, task_id=new_id())
        session.rollback()
        assert statements(db, session.flush) == []


def test_a_key_that_is_taken_is_an_integrity_error_and_nothing_stays(db: Database) -> None:
    one = instance()
    with db.write(TENANT_ID) as session:
        session.add(one)
        session.commit()
    with db.write(TENANT_ID) as session:
        session.add_all([instance(id=one.id), instance()])
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()
    with db.read(TENANT_ID) as session:
        assert session.scalar(select(func.count()).select_from(ProcessInstance)) == 1


def test_a_savepoint_takes_back_what_was_flushed_in_it(db: Database) -> None:
    with db.write(TENANT_ID) as session:
        session.add(instance())
        with pytest.raises(RuntimeError), session.begin_nested():
            session.add(instance())
            session.flush()
            raise RuntimeError
        session.commit()
    with db.read(TENANT_ID) as session:
        assert session.scalar(select(func.count()).select_from(ProcessInstance)) == 1


def test_a_naive_time_and_another_tenants_row_are_refused(db: Database) -> None:
    with db.write(TENANT_ID) as session:
        session.add(instance(started_at=NOW.replace(tzinfo=None)))
        with pytest.raises(Exception, match="aware"):
            session.flush()
    with db.write(TENANT_ID) as session:
        session.add(instance(tenant_id=new_id()))
        with pytest.raises(TenantMissing):
            session.flush()


def test_an_expression_as_a_value_is_left_to_sqlalchemy(db: Database) -> None:
    with db.write(TENANT_ID) as session:
        unit = Unit(tenant_id=TENANT_ID, id=new_id(), code="A", name_zh="甲", name_en="a", kind="internal")
        session.add(unit)
        session.flush()
        unit.name_en = Unit.name_en + "bc"  # type: ignore[assignment]
        session.flush()
        session.refresh(unit)
        assert unit.name_en == "abc"


def test_numbers_count_without_gaps(db: Database) -> None:
    from app.kernel.commands import SYSTEM
    from app.kernel.unit_of_work import transact

    assert [transact(TENANT_ID, SYSTEM, lambda uow: next_value(uow, "n")) for _ in range(3)] == [1, 2, 3]


def test_a_fixed_statement_must_name_its_tenant() -> None:
    assert fixed(select(Case.id).where(Case.tenant_id == TENANT)) is not None
    with pytest.raises(ValueError, match="case_entry"):
        fixed(select(Case.id).join(CaseEntry, CaseEntry.case_id == Case.id).where(Case.tenant_id == TENANT))
    with pytest.raises(ValueError, match="event"):
        fixed(select(StoredEvent.id))
