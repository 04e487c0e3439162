"""Offices, units, places, numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect, protect_directory

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table("place",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("kind", sa.String(length=20), nullable=False),
    sa.Column("code", sa.String(length=60), nullable=False),
    sa.Column("name", sa.String(length=200), nullable=False),
    sa.Column("parent_code", sa.String(length=60), nullable=True),
    sa.Column("lat", sa.Float(), nullable=True),
    sa.Column("lng", sa.Float(), nullable=True),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_place"))
    )
    op.create_index(op.f("ix_place_tenant_id_code"), "place", ["tenant_id", "code"], unique=True)
    op.create_index(op.f("ix_place_tenant_id_parent_code"), "place", ["tenant_id", "parent_code"], unique=False)
    op.create_table("tenant",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("slug", sa.String(length=40), nullable=False),
    sa.Column("host", sa.String(length=200), nullable=True),
    sa.Column("name_zh", sa.String(length=120), nullable=False),
    sa.Column("name_en", sa.String(length=120), nullable=False),
    sa.Column("time_zone", sa.String(length=60), nullable=False),
    sa.Column("locale", sa.String(length=10), nullable=False),
    sa.Column("is_demo", sa.Boolean(), nullable=False),
    sa.Column("settings", sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_tenant")),
    sa.UniqueConstraint("host", name=op.f("uq_tenant_host")),
    sa.UniqueConstraint("slug", name=op.f("uq_tenant_slug"))
    )
    op.create_table("tenant_counter",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("name", sa.String(length=60), nullable=False),
    sa.Column("value", sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_tenant_counter"))
    )
    op.create_table("unit",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("code", sa.String(length=40), nullable=False),
    sa.Column("name_zh", sa.String(length=120), nullable=False),
    sa.Column("name_en", sa.String(length=120), nullable=False),
    sa.Column("kind", sa.String(length=20), nullable=False),
    sa.Column("active", sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_unit"))
    )
    op.create_index(op.f("ix_unit_tenant_id_code"), "unit", ["tenant_id", "code"], unique=True)
    protect("place")
    protect_directory("tenant")
    protect("tenant_counter")
    protect("unit")
