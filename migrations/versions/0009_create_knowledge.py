"""Service catalogue, knowledge items, text models."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table("knowledge_item",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("code", sa.String(length=40), nullable=False),
    sa.Column("service_code", sa.String(length=40), nullable=True),
    sa.Column("question_zh", sa.Text(), nullable=False),
    sa.Column("question_en", sa.Text(), nullable=False),
    sa.Column("answer_zh", sa.Text(), nullable=False),
    sa.Column("answer_en", sa.Text(), nullable=False),
    sa.Column("owner_unit", sa.String(length=40), nullable=False),
    sa.Column("source", sa.String(length=300), nullable=False),
    sa.Column("reviewed_on", sa.Date(), nullable=True),
    sa.Column("review_days", sa.Integer(), nullable=False),
    sa.Column("active", sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_knowledge_item"))
    )
    op.create_index(op.f("ix_knowledge_item_tenant_id_code"), "knowledge_item", ["tenant_id", "code"], unique=True)
    op.create_index(op.f("ix_knowledge_item_tenant_id_service_code"), "knowledge_item", ["tenant_id", "service_code"], unique=False)
    op.create_table("service_item",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("code", sa.String(length=40), nullable=False),
    sa.Column("module", sa.String(length=20), nullable=False),
    sa.Column("name_zh", sa.String(length=120), nullable=False),
    sa.Column("name_en", sa.String(length=160), nullable=False),
    sa.Column("kind", sa.String(length=40), nullable=False),
    sa.Column("urgency", sa.String(length=20), nullable=False),
    sa.Column("commitment_zh", sa.Text(), nullable=False),
    sa.Column("commitment_en", sa.Text(), nullable=False),
    sa.Column("keywords", sa.Text(), nullable=False),
    sa.Column("active", sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_service_item"))
    )
    op.create_index(op.f("ix_service_item_tenant_id_code"), "service_item", ["tenant_id", "code"], unique=True)
    op.create_table("text_model",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("data", sa.LargeBinary(), nullable=False),
    sa.Column("trained_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("n_cases", sa.Integer(), nullable=False),
    sa.Column("n_codes", sa.Integer(), nullable=False),
    sa.Column("source", sa.String(length=20), nullable=False),
    sa.Column("accuracy", sa.Numeric(precision=5, scale=4), nullable=False),
    sa.Column("threshold", sa.Numeric(precision=5, scale=4), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_text_model"))
    )
    op.create_index(op.f("ix_text_model_tenant_id_trained_at"), "text_model", ["tenant_id", "trained_at"], unique=False)
    protect("knowledge_item")
    protect("service_item")
    protect("text_model")
