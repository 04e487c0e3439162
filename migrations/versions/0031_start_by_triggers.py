"""Processes begin by messages, signals and times; ids of messages are known for as long as they live."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import is_postgres, protect

revision = "0031"
down_revision = "0030"


def _table(name: str, *columns: sa.Column) -> None:
    op.create_table(
        name, sa.Column("tenant_id", sa.Uuid(), nullable=False), sa.Column("id", sa.Uuid(), nullable=False), *columns,
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{name}")))


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _at(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def upgrade() -> None:
    op.add_column("buffered_message", _at("used_at"))       # no message had an id so far
    op.create_index("ix_buffered_message_once", "buffered_message", ["tenant_id", "name", "key", "message_id"],
                    unique=True)
    _table("process_start", _text("process_id", 120), _text("element_id", 120), _text("kind", 10),
           _text("name", 120, nullable=True), _text("text", 200, nullable=True), _at("due_at"),
           _text("every", 200, nullable=True), sa.Column("remaining", sa.Integer(), nullable=True), _at("run_at"),
           sa.Column("failures", sa.Integer(), nullable=False))
    op.create_index(op.f("ix_process_start_tenant_id_process_id_element_id"), "process_start",
                    ["tenant_id", "process_id", "element_id"], unique=True)
    op.create_index(op.f("ix_process_start_tenant_id_kind_name"), "process_start", ["tenant_id", "kind", "name"])
    op.create_index(op.f("ix_process_start_run_at"), "process_start", ["run_at"])
    _table("process_start_key", _text("process_id", 120), _text("key", 200),
           sa.Column("instance_id", sa.Uuid(), nullable=False))
    op.create_index(op.f("ix_process_start_key_tenant_id_process_id_key"), "process_start_key",
                    ["tenant_id", "process_id", "key"], unique=True)
    _table("process_start_index", sa.Column("own", sa.BigInteger(), nullable=False),
           sa.Column("base", sa.BigInteger(), nullable=False),
           sa.Column("at", sa.DateTime(timezone=True), nullable=False))
    protect("process_start", claimed=True)
    protect("process_start_key")
    protect("process_start_index", claimed=True)
    if is_postgres():  # workers ask which offices have definitions that were not looked at
        op.execute('GRANT SELECT ON "definition_generation" TO yikou_worker')
        op.execute('CREATE POLICY claims ON "definition_generation" FOR SELECT TO yikou_worker USING (true)')
