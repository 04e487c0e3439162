"""Messages to people and the addresses they go to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table("notification_address",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("kind", sa.String(length=10), nullable=False),
    sa.Column("value", sa.String(length=254), nullable=True),
    sa.Column("person_id", sa.Uuid(), nullable=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_notification_address"))
    )
    op.create_index(op.f("ix_notification_address_tenant_id_kind_value"), "notification_address", ["tenant_id", "kind", "value"], unique=False)
    op.create_index(op.f("ix_notification_address_tenant_id_person_id"), "notification_address", ["tenant_id", "person_id"], unique=False)
    op.create_table("notification",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("case_id", sa.Uuid(), nullable=True),
    sa.Column("channel", sa.String(length=20), nullable=False),
    sa.Column("address_id", sa.Uuid(), nullable=True),
    sa.Column("to_user_id", sa.Uuid(), nullable=True),
    sa.Column("to_group", sa.String(length=120), nullable=True),
    sa.Column("person_id", sa.Uuid(), nullable=True),
    sa.Column("template", sa.String(length=100), nullable=False),
    sa.Column("params", sa.Text(), nullable=False),
    sa.Column("locale", sa.String(length=10), nullable=False),
    sa.Column("subject", sa.String(length=400), nullable=False),
    sa.Column("body", sa.Text(), nullable=False),
    sa.Column("is_secret", sa.Boolean(), nullable=False),
    sa.Column("state", sa.String(length=10), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("last_error", sa.String(length=80), nullable=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(["tenant_id", "address_id"], ["notification_address.tenant_id", "notification_address.id"], name=op.f("fk_notification_tenant_id_address_id")),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_notification"))
    )
    op.create_index(op.f("ix_notification_state_run_at"), "notification", ["state", "run_at"], unique=False)
    op.create_index(op.f("ix_notification_tenant_id_case_id"), "notification", ["tenant_id", "case_id"], unique=False)
    op.create_index(op.f("ix_notification_tenant_id_channel_id"), "notification", ["tenant_id", "channel", "id"], unique=False)
    op.create_index(op.f("ix_notification_tenant_id_to_group"), "notification", ["tenant_id", "to_group"], unique=False)
    op.create_index(op.f("ix_notification_tenant_id_to_user_id"), "notification", ["tenant_id", "to_user_id"], unique=False)
    protect("notification", claimed=True)
    protect("notification_address")
