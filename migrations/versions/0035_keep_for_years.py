"""Kept for years: who is erased again after a restore."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.create_table(
        "pending_erasure", sa.Column("tenant_id", sa.Uuid(), nullable=False), sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_pending_erasure")))
    protect("pending_erasure", claimed=True)
