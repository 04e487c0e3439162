"""Events, their order and deliveries, answers to keys, leases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import create_roles, open_to_all, protect

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_roles()
    op.create_table("command_answer",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("key_hash", sa.String(length=64), nullable=False),
    sa.Column("fingerprint", sa.String(length=64), nullable=False),
    sa.Column("answer", sa.Text(), nullable=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_command_answer"))
    )
    op.create_table("delivery",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("event_id", sa.Uuid(), nullable=False),
    sa.Column("case_id", sa.Uuid(), nullable=True),
    sa.Column("subscriber", sa.String(length=80), nullable=False),
    sa.Column("state", sa.String(length=10), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("last_error", sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_delivery"))
    )
    op.create_index(op.f("ix_delivery_state_run_at"), "delivery", ["state", "run_at"], unique=False)
    op.create_index(op.f("ix_delivery_tenant_id_subscriber_case_id_event_id"), "delivery", ["tenant_id", "subscriber", "case_id", "event_id"], unique=False)
    op.create_table("event",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("type", sa.String(length=80), nullable=False),
    sa.Column("schema_version", sa.Integer(), nullable=False),
    sa.Column("case_id", sa.Uuid(), nullable=True),
    sa.Column("cause_id", sa.Uuid(), nullable=True),
    sa.Column("actor_id", sa.Uuid(), nullable=True),
    sa.Column("actor_kind", sa.String(length=10), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("definitions", sa.Text(), nullable=False),
    sa.Column("data", sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_event"))
    )
    op.create_index(op.f("ix_event_tenant_id_case_id_id"), "event", ["tenant_id", "case_id", "id"], unique=False)
    op.create_table("event_number",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("number", sa.BigInteger(), nullable=False),
    sa.Column("hash", sa.String(length=64), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_event_number"))
    )
    op.create_index(op.f("ix_event_number_tenant_id_number"), "event_number", ["tenant_id", "number"], unique=True)
    op.create_table("lease",
    sa.Column("name", sa.String(length=80), nullable=False),
    sa.Column("owner", sa.String(length=80), nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("name", name=op.f("pk_lease"))
    )
    protect("command_answer")
    protect("delivery", claimed=True)
    protect("event", claimed=True, append_only=True)
    protect("event_number", claimed=True, append_only=True)
    open_to_all("lease", writable_by_workers=True)
