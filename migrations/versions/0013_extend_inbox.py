"""The staff's inbox: who gave a task, when to look again, absences with substitutes, and saved views."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("open_task", sa.Column("assigned_by", sa.Uuid(), nullable=True))
    op.add_column("open_task", sa.Column("follow_up_on", sa.Date(), nullable=True))
    op.create_index(op.f("ix_deadline_tenant_id_case_id_state_due_at_warn_at"), "deadline",
                    ["tenant_id", "case_id", "state", "due_at", "warn_at"], unique=False)
    op.drop_index(op.f("ix_service_case_tenant_id_instance_id"), "service_case")
    op.create_index(op.f("ix_service_case_tenant_id_instance_id_status"), "service_case",
                    ["tenant_id", "instance_id", "status"], unique=False)
    op.create_table("absence",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("user_id", sa.Uuid(), nullable=False),
    sa.Column("substitute_id", sa.Uuid(), nullable=True),
    sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("by_office", sa.Boolean(), nullable=False),
    sa.Column("entered_by", sa.Uuid(), nullable=True),
    sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_absence"))
    )
    op.create_index(op.f("ix_absence_tenant_id_user_id_ends_at"), "absence", ["tenant_id", "user_id", "ends_at"], unique=False)
    op.create_index(op.f("ix_absence_tenant_id_substitute_id_ends_at"), "absence", ["tenant_id", "substitute_id", "ends_at"], unique=False)
    op.create_table("inbox_view",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("user_id", sa.Uuid(), nullable=False),
    sa.Column("name", sa.String(length=40), nullable=False),
    sa.Column("wanted", sa.Text(), nullable=False),
    sa.Column("is_default", sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inbox_view"))
    )
    op.create_index(op.f("ix_inbox_view_tenant_id_user_id_name"), "inbox_view", ["tenant_id", "user_id", "name"], unique=True)
    protect("absence")
    protect("inbox_view")
