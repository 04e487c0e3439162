"""Many offices: subscriptions with limits, suspension, one-time passwords, exports of everything."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import is_postgres, protect

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("user", sa.Column("must_change", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table("pause",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_pause"))
    )
    op.create_table("office_term",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("starts_on", sa.Date(), nullable=False),
    sa.Column("ends_on", sa.Date(), nullable=False),
    sa.Column("grace_days", sa.Integer(), nullable=False),
    sa.Column("warn_days", sa.Text(), nullable=False),
    sa.Column("warned_days", sa.Integer(), nullable=True),
    sa.Column("most_staff", sa.Integer(), nullable=True),
    sa.Column("most_residents", sa.Integer(), nullable=True),
    sa.Column("most_cases", sa.Integer(), nullable=True),
    sa.Column("most_mb", sa.Integer(), nullable=True),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("suspended_by", sa.Uuid(), nullable=True),
    sa.Column("suspended_why", sa.String(length=10), nullable=True),
    sa.Column("suspended_reason", sa.String(length=500), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_office_term"))
    )
    op.create_index(op.f("ix_office_term_due_at"), "office_term", ["due_at"], unique=False)
    op.create_table("office_export",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("state", sa.String(length=10), nullable=False),
    sa.Column("requested_by", sa.Uuid(), nullable=True),
    sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("size", sa.BigInteger(), nullable=False),
    sa.Column("sha256", sa.String(length=64), nullable=False),
    sa.Column("last_error", sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_office_export"))
    )
    op.create_index(op.f("ix_office_export_due_at"), "office_export", ["due_at"], unique=False)
    for table in ("pause", "office_term", "office_export"):
        protect(table, claimed=True)
    if is_postgres():
        op.execute("GRANT SELECT ON alembic_version TO yikou_app")  # an export names the schema it was made from
