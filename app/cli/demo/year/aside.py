"""Throw-away SQLite databases beside the office's own: what is played there is seen by nobody until it moves."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Table, create_engine, insert, select
from sqlalchemy.orm import Session

from app.cli.migrate import upgrade
from app.kernel import database
from app.kernel.database import Database
from app.kernel.model import BASE_TENANT_ID, Base
from app.kernel.unit_of_work import transact_installation

STATEMENTS = 4_000
OF_CASES = frozenset({"case_id", "instance_id", "task_id"})
"""Columns by which a table belongs to requests: its rows come from the play, never from the office."""
NOT_COPIED = frozenset({
    "event", "event_number", "delivery", "command_answer", "service_case", "person", "process_instance",
    "buffered_message", "notification", "notification_address", "open_task", "public_case", "deadline_act",
    "attachment", "lease", "rate_count", "sign_in_session", "sign_in_lock", "phone_code", "notice_push",
    "contact_profile", "demo_filling", "inbox_view", "rule_position", "rule_firing", "rule_hit", "rule_due",
    "rule_quarantine", "rule_fault", "case_tag", "demand_topic", "demand_evidence", "demand_run",
    "demand_change", "demand_measure", "demand_month", "demand_question", "pending_erasure", "erased_person",
    "definition_draft", "draft_reader", "draft_review", "passage_day", "passage_run"})
CHUNK = 500

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Aside:
    """One such database, and the keys of the rows that it started with, by table."""

    own: Database
    known: dict[str, set[Key]]


def tables() -> list[Table]:
    """All tables, each behind those that it refers to."""
    return [table for table in Base.metadata.sorted_tables if "tenant_id" in table.c]


def copied(table: Table) -> bool:
    """Whether a play needs the office's rows of this table: what it is set up with, not what happened in it."""
    return table.name not in NOT_COPIED and not OF_CASES & set(table.c.keys())


def key_of(table: Table, row: Any) -> Key:
    """The primary key of a row of all columns."""
    return tuple(row[column.name] for column in table.primary_key)


class Workshop:
    """A folder with an empty, migrated database to start each aside from."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.made = folder, 0
        self._template = folder / "empty.db"
        engine = create_engine(f"sqlite:///{self._template}")
        logging.getLogger("alembic").setLevel(logging.WARNING)  # nobody waits for this database
        upgrade(engine)
        engine.dispose()

    @contextmanager
    def aside(self, tenant_id: UUID) -> Iterator[Aside]:
        """A database with the office's configuration, installed until the block ends."""
        live = database.current()
        self.made += 1
        path = self.folder / f"aside-{self.made}.db"
        shutil.copyfile(self._template, path)
        engine = create_engine(f"sqlite:///{path}", query_cache_size=STATEMENTS)
        rows = _configuration(live, tenant_id)
        aside = Aside(Database(engine), {table.name: {key_of(table, row) for row in found} for table, found in rows})
        try:
            database.install(aside.own)
            transact_installation(lambda session: _fill(session, rows))
            yield aside
        finally:
            database.install(live)
            _throw_away(engine, path)


def _configuration(live: Database, tenant_id: UUID) -> list[tuple[Table, list[dict[str, Any]]]]:
    """The rows of the office and of the base, table by table."""
    with live.read(tenant_id) as session:
        return [(table, [dict(row) for row in session.execute(
            select(table).where(table.c.tenant_id.in_((tenant_id, BASE_TENANT_ID)))).mappings()])
            for table in tables() if copied(table)]


def _fill(session: Session, rows: list[tuple[Table, list[dict[str, Any]]]]) -> None:
    for table, found in rows:
        put(session, table, found)


def put(session: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    """Add rows as they are."""
    for start in range(0, len(rows), CHUNK):
        session.connection().execute(insert(table), rows[start:start + CHUNK])


def _throw_away(engine: Engine, path: Path) -> None:
    engine.dispose()
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
