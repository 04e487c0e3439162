"""What went through each diagram on each finished day, and up to which day that is counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.create_table("passage_day",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("process_id", sa.String(length=120), nullable=False),
    sa.Column("hash", sa.String(length=64), nullable=False),
    sa.Column("day", sa.Date(), nullable=False),
    sa.Column("figures", sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_passage_day"))
    )
    op.create_index(op.f("ix_passage_day_tenant_id_process_id_day_hash"), "passage_day",
                    ["tenant_id", "process_id", "day", "hash"], unique=True)
    op.create_index(op.f("ix_passage_day_tenant_id_day"), "passage_day", ["tenant_id", "day"], unique=False)
    protect("passage_day")
    op.create_table("passage_run",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("through", sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_passage_run"))
    )
    protect("passage_run", claimed=True)
