"""Moves of running cases can pause and begin by themselves; messages that people send to processes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.add_column("migration_run", sa.Column("at_once", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("migration_run", sa.Column("steered", sa.Text(), nullable=False, server_default="[]"))
    op.create_table(
        "message_by_hand",
        sa.Column("tenant_id", sa.Uuid(), nullable=False), sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False), sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("by_user_id", sa.Uuid(), nullable=True), sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_message_by_hand")))
    op.create_index(op.f("ix_message_by_hand_tenant_id_at"), "message_by_hand", ["tenant_id", "at"])
    protect("message_by_hand")
