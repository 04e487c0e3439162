"""Daily work on a case: drafts, contacts, mentions, confidentiality, reply templates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("service_case",
                  sa.Column("confidential", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table("task_draft",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("task_id", sa.Uuid(), nullable=False),
    sa.Column("case_id", sa.Uuid(), nullable=False),
    sa.Column("user_id", sa.Uuid(), nullable=False),
    sa.Column("form_hash", sa.String(length=64), nullable=True),
    sa.Column("data", sa.Text(), nullable=False),
    sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_task_draft"))
    )
    op.create_index(op.f("ix_task_draft_tenant_id_user_id_task_id"), "task_draft", ["tenant_id", "user_id", "task_id"], unique=True)
    op.create_index(op.f("ix_task_draft_tenant_id_case_id"), "task_draft", ["tenant_id", "case_id"], unique=False)
    op.create_index(op.f("ix_task_draft_tenant_id_kept_at"), "task_draft", ["tenant_id", "kept_at"], unique=False)
    op.create_table("case_contact",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("case_id", sa.Uuid(), nullable=False),
    sa.Column("entry_id", sa.Uuid(), nullable=False),
    sa.Column("channel", sa.String(length=20), nullable=False),
    sa.Column("reached", sa.Boolean(), nullable=False),
    sa.Column("with_whom", sa.String(length=120), nullable=False),
    sa.Column("next_try_on", sa.Date(), nullable=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_contact"))
    )
    op.create_index(op.f("ix_case_contact_tenant_id_case_id_id"), "case_contact", ["tenant_id", "case_id", "id"], unique=False)
    op.create_table("case_mention",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("case_id", sa.Uuid(), nullable=False),
    sa.Column("entry_id", sa.Uuid(), nullable=False),
    sa.Column("user_id", sa.Uuid(), nullable=False),
    sa.Column("written", sa.String(length=130), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_mention"))
    )
    op.create_index(op.f("ix_case_mention_tenant_id_case_id_id"), "case_mention", ["tenant_id", "case_id", "id"], unique=False)
    op.create_table("reply_template",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("code", sa.String(length=40), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    *_template_columns(),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_reply_template"))
    )
    op.create_index(op.f("ix_reply_template_tenant_id_code"), "reply_template", ["tenant_id", "code"], unique=True)
    op.create_table("reply_template_version",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("code", sa.String(length=40), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    *_template_columns(),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_reply_template_version"))
    )
    op.create_index(op.f("ix_reply_template_version_tenant_id_code_version"), "reply_template_version", ["tenant_id", "code", "version"], unique=True)
    for table in ("task_draft", "case_contact", "case_mention", "reply_template", "reply_template_version"):
        protect(table)


def _template_columns() -> list[sa.Column]:
    return [
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("modules", sa.Text(), nullable=False),
        sa.Column("services", sa.Text(), nullable=False),
        sa.Column("form", sa.String(length=120), nullable=False),
        sa.Column("field", sa.String(length=120), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    ]
