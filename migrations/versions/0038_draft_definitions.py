"""Drafts of definitions: the one of each definition, who has it open, and what was said in reviews."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0038"
down_revision = "0037"


def _table(name: str, *columns: sa.SchemaItem) -> None:
    op.create_table(
        name, sa.Column("tenant_id", sa.Uuid(), nullable=False), sa.Column("id", sa.Uuid(), nullable=False), *columns,
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{name}")))


def _at(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _definition() -> tuple[sa.Column, sa.Column]:
    return (sa.Column("kind", sa.String(length=40), nullable=False),
            sa.Column("key", sa.String(length=120), nullable=False))


def upgrade() -> None:
    _table("definition_draft", *_definition(), sa.Column("state", sa.String(length=10), nullable=False),
           sa.Column("data", sa.LargeBinary(), nullable=False), sa.Column("based_on", sa.String(length=64)),
           sa.Column("revision", sa.Integer(), nullable=False), _at("begun_at"), sa.Column("begun_by", sa.Uuid()),
           _at("saved_at"), sa.Column("saved_by", sa.Uuid()))
    op.create_index(op.f("ix_definition_draft_tenant_id_kind_key"), "definition_draft", ["tenant_id", "kind", "key"],
                    unique=True)
    _table("draft_reader", *_definition(), sa.Column("user_id", sa.Uuid(), nullable=False), _at("seen_at"))
    op.create_index(op.f("ix_draft_reader_tenant_id_kind_key_user_id"), "draft_reader",
                    ["tenant_id", "kind", "key", "user_id"], unique=True)
    _table("draft_review", sa.Column("draft_id", sa.Uuid(), nullable=False),
           sa.Column("revision", sa.Integer(), nullable=False), sa.Column("what", sa.String(length=10), nullable=False),
           sa.Column("words", sa.String(length=1000), nullable=False), sa.Column("by_user_id", sa.Uuid()), _at("at"),
           sa.ForeignKeyConstraint(["tenant_id", "draft_id"], ["definition_draft.tenant_id", "definition_draft.id"],
                                   name=op.f("fk_draft_review_tenant_id_draft_id_definition_draft")))
    op.create_index(op.f("ix_draft_review_tenant_id_draft_id_at"), "draft_review", ["tenant_id", "draft_id", "at"])
    for table in ("definition_draft", "draft_reader", "draft_review"):
        protect(table)
