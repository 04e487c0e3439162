"""Attachments and quotas."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table("attachment",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("sha256", sa.String(length=64), nullable=False),
    sa.Column("size", sa.BigInteger(), nullable=False),
    sa.Column("media_type", sa.String(length=60), nullable=False),
    sa.Column("file_name", sa.String(length=120), nullable=False),
    sa.Column("uploaded_by", sa.Uuid(), nullable=True),
    sa.Column("uploader_kind", sa.String(length=10), nullable=False),
    sa.Column("guest_mark", sa.String(length=64), nullable=True),
    sa.Column("case_id", sa.Uuid(), nullable=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_attachment"))
    )
    op.create_index(op.f("ix_attachment_tenant_id_case_id"), "attachment", ["tenant_id", "case_id"], unique=False)
    op.create_index(op.f("ix_attachment_tenant_id_guest_mark"), "attachment", ["tenant_id", "guest_mark"], unique=False)
    op.create_index(op.f("ix_attachment_tenant_id_sha256"), "attachment", ["tenant_id", "sha256"], unique=False)
    op.create_index(op.f("ix_attachment_tenant_id_uploaded_by"), "attachment", ["tenant_id", "uploaded_by"], unique=False)
    protect("attachment")
