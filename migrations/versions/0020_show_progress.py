"""How far the demo office's year has been filled in; what nobody has read yet, for the bell of every staff page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table("demo_filling",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("seed", sa.Integer(), nullable=False),
    sa.Column("wanted", sa.Integer(), nullable=False),
    sa.Column("last_day", sa.Date(), nullable=False),
    sa.Column("parts", sa.Integer(), nullable=False),
    sa.Column("parts_done", sa.Integer(), nullable=False),
    sa.Column("cases", sa.Integer(), nullable=False),
    sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_demo_filling"))
    )
    protect("demo_filling")
    op.create_index(op.f("ix_notification_tenant_id_channel_read_at"), "notification",
                    ["tenant_id", "channel", "read_at"], unique=False)
