"""Visits agreed with residents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table("appointment",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("case_id", sa.Uuid(), nullable=False),
    sa.Column("visit_on", sa.String(length=10), nullable=False),
    sa.Column("part", sa.String(length=20), nullable=False),
    sa.Column("note", sa.String(length=200), nullable=False),
    sa.Column("price", sa.String(length=200), nullable=False),
    sa.Column("state", sa.String(length=20), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_appointment"))
    )
    op.create_index(op.f("ix_appointment_tenant_id_case_id_id"), "appointment", ["tenant_id", "case_id", "id"], unique=False)
    protect("appointment")
