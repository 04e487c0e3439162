"""Faults of supervision rules that a person mends, and how the owner of the rules is doing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_table("rule_fault",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("kind", sa.String(length=10), nullable=False),
    sa.Column("rule", sa.String(length=100), nullable=False),
    sa.Column("firing_id", sa.Uuid(), nullable=True),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("action", sa.String(length=40), nullable=False),
    sa.Column("case_id", sa.Uuid(), nullable=True),
    sa.Column("error", sa.String(length=300), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_rule_fault"))
    )
    op.create_index(op.f("ix_rule_fault_tenant_id_resolved_at_id"), "rule_fault", ["tenant_id", "resolved_at", "id"], unique=False)
    op.create_index(op.f("ix_rule_fault_tenant_id_rule"), "rule_fault", ["tenant_id", "rule"], unique=False)
    protect("rule_fault")
    op.add_column("rule_position", sa.Column("attention", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("rule_position", sa.Column("worked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("rule_position", sa.Column("memory_mb", sa.Integer(), nullable=False, server_default="0"))
