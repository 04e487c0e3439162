"""Versions of what an office writes itself; how to reach a unit and what it does; who was told of an overdue review."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table("content_version",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("kind", sa.String(length=20), nullable=False),
    sa.Column("key", sa.String(length=60), nullable=False),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("document", sa.Text(), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("by", sa.Uuid(), nullable=True),
    sa.Column("reason", sa.String(length=500), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_content_version"))
    )
    op.create_index(op.f("ix_content_version_tenant_id_kind_key_number"), "content_version",
                    ["tenant_id", "kind", "key", "number"], unique=True)
    protect("content_version", append_only=True)
    for name, length in (("phone", 40), ("hours_zh", 200), ("hours_en", 200)):
        op.add_column("unit", sa.Column(name, sa.String(length=length), nullable=False, server_default=""))
    for name in ("about_zh", "about_en"):
        op.add_column("unit", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("knowledge_item", sa.Column("told_overdue_on", sa.Date(), nullable=True))
