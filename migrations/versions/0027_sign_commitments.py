"""Promises given to residents, as they were given; and how each one ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.create_table("commitment",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("case_id", sa.Uuid(), nullable=False),
    sa.Column("service", sa.String(length=40), nullable=True),
    sa.Column("module", sa.String(length=20), nullable=True),
    sa.Column("unit", sa.String(length=40), nullable=True),
    sa.Column("urgency", sa.String(length=20), nullable=True),
    sa.Column("round", sa.Integer(), nullable=False),
    sa.Column("standard_zh", sa.Text(), nullable=False),
    sa.Column("standard_en", sa.Text(), nullable=False),
    sa.Column("limit_amount", sa.Numeric(precision=12, scale=4), nullable=False),
    sa.Column("limit_unit", sa.String(length=4), nullable=False),
    sa.Column("promised_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("dated", sa.Boolean(), nullable=False),
    sa.Column("apology", sa.Boolean(), nullable=False),
    sa.Column("explanation", sa.String(length=20), nullable=False),
    sa.Column("remedy", sa.String(length=40), nullable=False),
    sa.Column("remedy_zh", sa.Text(), nullable=False),
    sa.Column("remedy_en", sa.Text(), nullable=False),
    sa.Column("publish", sa.Boolean(), nullable=False),
    sa.Column("tables", sa.Text(), nullable=False),
    sa.Column("digest", sa.String(length=64), nullable=False),
    sa.Column("extensions", sa.Integer(), nullable=False),
    sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("ended", sa.String(length=16), nullable=True),
    sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_commitment"))
    )
    op.create_index(op.f("ix_commitment_tenant_id_case_id_id"), "commitment", ["tenant_id", "case_id", "id"], unique=False)
    op.create_index(op.f("ix_commitment_tenant_id_given_at"), "commitment", ["tenant_id", "given_at"], unique=False)
    op.create_index(op.f("ix_commitment_tenant_id_ended_ended_at"), "commitment", ["tenant_id", "ended", "ended_at"], unique=False)
    protect("commitment")
