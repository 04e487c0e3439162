"""Internal matters run as cases do: what each row is (`nature`), and what it is about. Orders from above are such.
Cases know who was responsible first; returns are rows that a table judges.

Orders of before had no process, no clock and no number; they cannot be carried on, and what they asked for stands as a
line in the journal of their case.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0027"
down_revision = "0024"


def upgrade() -> None:
    op.add_column("service_case", sa.Column("nature", sa.String(length=20), nullable=False, server_default="request"))
    op.add_column("service_case", sa.Column("subject_id", sa.Uuid(), nullable=True))
    op.add_column("service_case", sa.Column("first_unit", sa.String(length=40), nullable=True))
    op.add_column("service_case", sa.Column("unit_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_service_case_tenant_id_nature_subject_id"), "service_case",
                    ["tenant_id", "nature", "subject_id"], unique=False)
    op.drop_table("supervision_order")
    op.create_table("case_return",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("case_id", sa.Uuid(), nullable=False),
    sa.Column("entry_id", sa.Uuid(), nullable=False),
    sa.Column("unit", sa.String(length=40), nullable=False),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("wait_days", sa.Float(), nullable=False),
    sa.Column("reason_length", sa.Integer(), nullable=False),
    sa.Column("came_back", sa.Boolean(), nullable=True),
    sa.Column("ruled", sa.Boolean(), nullable=False),
    sa.Column("judgement", sa.String(length=20), nullable=False),
    sa.Column("ground", sa.String(length=40), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_return"))
    )
    op.create_index(op.f("ix_case_return_tenant_id_case_id_id"), "case_return", ["tenant_id", "case_id", "id"], unique=False)
    op.create_index(op.f("ix_case_return_tenant_id_unit_at"), "case_return", ["tenant_id", "unit", "at"], unique=False)
    op.create_index(op.f("ix_case_return_tenant_id_at"), "case_return", ["tenant_id", "at"], unique=False)
    protect("case_return")
