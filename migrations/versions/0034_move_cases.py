"""Moves of running processes to another version: runs, and each instance with its verdict."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0034"
down_revision = "0033"


def _table(name: str, *columns: sa.Column, owner: str = "") -> None:
    keys = [sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["migration_run.tenant_id", "migration_run.id"],
                                    name=op.f(f"fk_{name}_tenant_id_run_id_{owner}"))] if owner else []
    op.create_table(
        name, sa.Column("tenant_id", sa.Uuid(), nullable=False), sa.Column("id", sa.Uuid(), nullable=False), *columns,
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{name}")), *keys)


def _text(name: str, length: int) -> sa.Column:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _plain(name: str, kind: type, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, kind(), nullable=nullable)


def _at(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def upgrade() -> None:
    _table("migration_run", _text("process_id", 120), _text("from_hash", 64), _plain("from_version", sa.Integer),
           _text("to_hash", 64), _plain("to_version", sa.Integer), _plain("pairs", sa.Text), _plain("chosen", sa.Text),
           _text("reason", 500), _text("state", 10), _plain("back_of", sa.Uuid, nullable=True), _at("created_at"),
           _plain("created_by", sa.Uuid, nullable=True), _at("started_at", nullable=True),
           _at("ended_at", nullable=True))
    _index("migration_run", "state")
    _index("migration_run", "tenant_id", "process_id", "created_at")
    _table("migration_item", _plain("run_id", sa.Uuid), _plain("case_id", sa.Uuid), _plain("instance_id", sa.Uuid),
           _plain("origin_id", sa.Uuid, nullable=True), _plain("at", sa.Text), _text("verdict", 10),
           _text("result", 10), _plain("remarks", sa.Text), _plain("seen_version", sa.Integer, nullable=True),
           _plain("tried_version", sa.Integer, nullable=True), _plain("moved_version", sa.Integer, nullable=True),
           _plain("pins", sa.Text), _plain("before", sa.LargeBinary, nullable=True), _at("done_at", nullable=True),
           owner="migration_run")
    _index("migration_item", "tenant_id", "run_id", "verdict")
    _index("migration_item", "tenant_id", "run_id", "result")
    _index("migration_item", "tenant_id", "case_id")
    _index("migration_item", "tenant_id", "done_at")
    protect("migration_run", claimed=True)
    protect("migration_item")
