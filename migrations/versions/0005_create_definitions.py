"""Published definitions and what is live."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table("definition_generation",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("number", sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_definition_generation"))
    )
    op.create_table("definition_version",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("kind", sa.String(length=40), nullable=False),
    sa.Column("key", sa.String(length=120), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("hash", sa.String(length=64), nullable=False),
    sa.Column("data", sa.LargeBinary(), nullable=False),
    sa.Column("file", sa.String(length=300), nullable=True),
    sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("published_by", sa.Uuid(), nullable=True),
    sa.Column("base_hash", sa.String(length=64), nullable=True),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_definition_version"))
    )
    op.create_index(op.f("ix_definition_version_tenant_id_hash"), "definition_version", ["tenant_id", "hash"], unique=False)
    op.create_index(op.f("ix_definition_version_tenant_id_kind_key_hash"), "definition_version", ["tenant_id", "kind", "key", "hash"], unique=True)
    op.create_index(op.f("ix_definition_version_tenant_id_kind_key_version"), "definition_version", ["tenant_id", "kind", "key", "version"], unique=True)
    op.create_table("definition_live",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("kind", sa.String(length=40), nullable=False),
    sa.Column("key", sa.String(length=120), nullable=False),
    sa.Column("version_id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "version_id"], ["definition_version.tenant_id", "definition_version.id"], name=op.f("fk_definition_live_tenant_id_version_id")),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_definition_live"))
    )
    op.create_index(op.f("ix_definition_live_tenant_id_kind_key"), "definition_live", ["tenant_id", "kind", "key"], unique=True)
    protect("definition_generation", shared=True)
    protect("definition_version", shared=True)
    protect("definition_live", shared=True)
