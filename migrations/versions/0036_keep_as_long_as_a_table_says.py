"""Retention: which cases are anonymised, which are kept whole, and what grows by its age."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.add_column("service_case", sa.Column("anonymised_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "retention_hold", sa.Column("tenant_id", sa.Uuid(), nullable=False), sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False), sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("by_user_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_retention_hold")))
    op.create_index(op.f("ix_retention_hold_tenant_id_case_id"), "retention_hold", ["tenant_id", "case_id"], unique=True)
    op.create_index(op.f("ix_command_answer_tenant_id_at"), "command_answer", ["tenant_id", "at"])
    done = sa.text("state = 'done'")
    op.create_index("ix_delivery_done", "delivery", ["tenant_id", "run_at"], sqlite_where=done, postgresql_where=done)
    protect("retention_hold")
