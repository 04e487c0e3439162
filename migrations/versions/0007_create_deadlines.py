"""Legal clocks, their acts, calendars."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table("calendar_day",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("on", sa.Date(), nullable=False),
    sa.Column("kind", sa.String(length=4), nullable=False),
    sa.Column("name", sa.String(length=80), nullable=False),
    sa.Column("source", sa.String(length=120), nullable=False),
    sa.Column("official", sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_calendar_day"))
    )
    op.create_index(op.f("ix_calendar_day_tenant_id_on"), "calendar_day", ["tenant_id", "on"], unique=True)
    op.create_table("deadline",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("case_id", sa.Uuid(), nullable=False),
    sa.Column("name", sa.String(length=40), nullable=False),
    sa.Column("state", sa.String(length=10), nullable=False),
    sa.Column("budget", sa.Text(), nullable=False),
    sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("warn_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("first_due_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("extensions", sa.Integer(), nullable=False),
    sa.Column("round", sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_deadline"))
    )
    op.create_index(op.f("ix_deadline_tenant_id_case_id_name"), "deadline", ["tenant_id", "case_id", "name"], unique=True)
    op.create_index(op.f("ix_deadline_tenant_id_state_due_at"), "deadline", ["tenant_id", "state", "due_at"], unique=False)
    op.create_table("deadline_act",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("deadline_id", sa.Uuid(), nullable=False),
    sa.Column("kind", sa.String(length=12), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("by_user_id", sa.Uuid(), nullable=True),
    sa.Column("params", sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "deadline_id"], ["deadline.tenant_id", "deadline.id"], name=op.f("fk_deadline_act_tenant_id_deadline_id")),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_deadline_act"))
    )
    op.create_index(op.f("ix_deadline_act_tenant_id_deadline_id_id"), "deadline_act", ["tenant_id", "deadline_id", "id"], unique=False)
    protect("calendar_day", shared=True)
    protect("deadline")
    protect("deadline_act", append_only=True)
