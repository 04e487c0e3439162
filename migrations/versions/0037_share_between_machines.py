"""What all machines share: files in pieces, and the key that signs cookies where none is set."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.create_table("blob_piece",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("sha256", sa.String(length=64), nullable=False),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("data", sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_blob_piece"))
    )
    op.create_index(op.f("ix_blob_piece_tenant_id_sha256_number"), "blob_piece", ["tenant_id", "sha256", "number"],
                    unique=True)
    protect("blob_piece")
    made = op.create_table("installation_secret",
    sa.Column("name", sa.String(length=40), nullable=False),
    sa.Column("value", sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint("name", name=op.f("pk_installation_secret"))
    )
    op.bulk_insert(made, [{"name": "session_key", "value": secrets.token_urlsafe(48)}])
