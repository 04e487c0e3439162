"""Walks: a process tried step by step on a clock of its own, kept as the list of what was done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.create_table(
        "walk",
        sa.Column("tenant_id", sa.Uuid(), nullable=False), sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("process_key", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True), sa.Column("source_hash", sa.String(length=64), nullable=False),
        sa.Column("beginning", sa.Text(), nullable=False), sa.Column("deeds", sa.Text(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("now_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_walk")))
    op.create_index(op.f("ix_walk_tenant_id_process_key_changed_at"), "walk", ["tenant_id", "process_key", "changed_at"])
    op.create_index(op.f("ix_walk_tenant_id_changed_at"), "walk", ["tenant_id", "changed_at"])
    protect("walk")
