"""Users, memberships, codes, limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table("membership",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("user_id", sa.Uuid(), nullable=False),
    sa.Column("role", sa.String(length=40), nullable=False),
    sa.Column("unit_code", sa.String(length=40), nullable=True),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_membership"))
    )
    op.create_index(op.f("ix_membership_tenant_id_user_id"), "membership", ["tenant_id", "user_id"], unique=False)
    op.create_table("phone_code",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("phone", sa.String(length=20), nullable=False),
    sa.Column("purpose", sa.String(length=20), nullable=False),
    sa.Column("code_hash", sa.String(length=200), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_phone_code"))
    )
    op.create_index(op.f("ix_phone_code_tenant_id_phone_purpose"), "phone_code", ["tenant_id", "phone", "purpose"], unique=False)
    op.create_table("rate_count",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("count", sa.Integer(), nullable=False),
    sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_rate_count"))
    )
    op.create_index(op.f("ix_rate_count_tenant_id_ends_at"), "rate_count", ["tenant_id", "ends_at"], unique=False)
    op.create_table("sign_in_lock",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("failures", sa.Integer(), nullable=False),
    sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
    sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sign_in_lock"))
    )
    op.create_table("sign_in_session",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("user_id", sa.Uuid(), nullable=False),
    sa.Column("epoch", sa.Integer(), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sign_in_session"))
    )
    op.create_index(op.f("ix_sign_in_session_tenant_id_user_id"), "sign_in_session", ["tenant_id", "user_id"], unique=False)
    op.create_table("user",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("login", sa.String(length=80), nullable=True),
    sa.Column("password_hash", sa.String(length=200), nullable=True),
    sa.Column("name", sa.String(length=120), nullable=False),
    sa.Column("phone", sa.String(length=20), nullable=True),
    sa.Column("kind", sa.String(length=10), nullable=False),
    sa.Column("locale", sa.String(length=10), nullable=True),
    sa.Column("active", sa.Boolean(), nullable=False),
    sa.Column("session_epoch", sa.Integer(), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_user"))
    )
    op.create_index(op.f("ix_user_tenant_id_kind_phone"), "user", ["tenant_id", "kind", "phone"], unique=False)
    op.create_index(op.f("ix_user_tenant_id_login"), "user", ["tenant_id", "login"], unique=True)
    protect("membership")
    protect("phone_code")
    protect("rate_count")
    protect("sign_in_lock")
    protect("sign_in_session")
    protect("user")
