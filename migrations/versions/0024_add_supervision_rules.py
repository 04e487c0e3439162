"""Supervision rules: position, firings, counted and awaited events, quarantine; orders and tags of cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table("rule_position",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("number", sa.BigInteger(), nullable=False),
    sa.Column("generation", sa.Integer(), nullable=False),
    sa.Column("versions", sa.Text(), nullable=False),
    sa.Column("refused", sa.String(length=64), nullable=False),
    sa.Column("error", sa.String(length=500), nullable=False),
    sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_rule_position"))
    )
    op.create_table("rule_firing",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("rule", sa.String(length=100), nullable=False),
    sa.Column("version", sa.String(length=64), nullable=False),
    sa.Column("number", sa.BigInteger(), nullable=False),
    sa.Column("event_id", sa.Uuid(), nullable=False),
    sa.Column("event_ids", sa.Text(), nullable=False),
    sa.Column("numbers", sa.Text(), nullable=False),
    sa.Column("case_ids", sa.Text(), nullable=False),
    sa.Column("dedupe", sa.String(length=64), nullable=False),
    sa.Column("mode", sa.String(length=10), nullable=False),
    sa.Column("answers", sa.Text(), nullable=False),
    sa.Column("made", sa.Text(), nullable=False),
    sa.Column("line", sa.Text(), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_rule_firing"))
    )
    op.create_index(op.f("ix_rule_firing_tenant_id_dedupe"), "rule_firing", ["tenant_id", "dedupe"], unique=True)
    op.create_index(op.f("ix_rule_firing_tenant_id_event_id"), "rule_firing", ["tenant_id", "event_id"], unique=False)
    op.create_index(op.f("ix_rule_firing_tenant_id_rule_id"), "rule_firing", ["tenant_id", "rule", "id"], unique=False)
    op.create_index(op.f("ix_rule_firing_tenant_id_version_number"), "rule_firing", ["tenant_id", "version", "number"], unique=False)
    op.create_table("rule_hit",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("version", sa.String(length=64), nullable=False),
    sa.Column("group_hash", sa.String(length=64), nullable=False),
    sa.Column("number", sa.BigInteger(), nullable=False),
    sa.Column("event_id", sa.Uuid(), nullable=False),
    sa.Column("case_id", sa.Uuid(), nullable=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("value", sa.String(length=200), nullable=True),
    sa.Column("firing_id", sa.Uuid(), nullable=True),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_rule_hit"))
    )
    op.create_index(op.f("ix_rule_hit_tenant_id_version_group_hash_at"), "rule_hit", ["tenant_id", "version", "group_hash", "at"], unique=False)
    op.create_index(op.f("ix_rule_hit_tenant_id_version_number"), "rule_hit", ["tenant_id", "version", "number"], unique=True)
    op.create_table("rule_due",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("rule", sa.String(length=100), nullable=False),
    sa.Column("version", sa.String(length=64), nullable=False),
    sa.Column("group_hash", sa.String(length=64), nullable=False),
    sa.Column("number", sa.BigInteger(), nullable=False),
    sa.Column("event_id", sa.Uuid(), nullable=False),
    sa.Column("case_id", sa.Uuid(), nullable=True),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("past", sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_rule_due"))
    )
    op.create_index(op.f("ix_rule_due_due_at"), "rule_due", ["due_at"], unique=False)
    op.create_index(op.f("ix_rule_due_tenant_id_version_group_hash"), "rule_due", ["tenant_id", "version", "group_hash"], unique=False)
    op.create_table("rule_quarantine",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("rule", sa.String(length=100), nullable=False),
    sa.Column("version", sa.String(length=64), nullable=False),
    sa.Column("event_id", sa.Uuid(), nullable=True),
    sa.Column("number", sa.BigInteger(), nullable=True),
    sa.Column("error", sa.String(length=300), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_rule_quarantine"))
    )
    op.create_index(op.f("ix_rule_quarantine_tenant_id_version_number"), "rule_quarantine", ["tenant_id", "version", "number"], unique=False)
    op.create_table("supervision_order",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("case_id", sa.Uuid(), nullable=False),
    sa.Column("unit", sa.String(length=40), nullable=True),
    sa.Column("rule", sa.String(length=100), nullable=False),
    sa.Column("firing_id", sa.Uuid(), nullable=False),
    sa.Column("reason", sa.String(length=200), nullable=False),
    sa.Column("state", sa.String(length=10), nullable=False),
    sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("answer", sa.Text(), nullable=False),
    sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("answered_by", sa.Uuid(), nullable=True),
    sa.Column("remark", sa.Text(), nullable=False),
    sa.Column("score", sa.Integer(), nullable=True),
    sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("verified_by", sa.Uuid(), nullable=True),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_supervision_order"))
    )
    op.create_index(op.f("ix_supervision_order_tenant_id_case_id"), "supervision_order", ["tenant_id", "case_id"], unique=False)
    op.create_index(op.f("ix_supervision_order_tenant_id_state_due_at"), "supervision_order", ["tenant_id", "state", "due_at"], unique=False)
    op.create_table("case_tag",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("case_id", sa.Uuid(), nullable=False),
    sa.Column("tag", sa.String(length=40), nullable=False),
    sa.Column("rule", sa.String(length=100), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_tag"))
    )
    op.create_index(op.f("ix_case_tag_tenant_id_case_id_tag"), "case_tag", ["tenant_id", "case_id", "tag"], unique=True)
    op.create_index(op.f("ix_event_tenant_id_type_at"), "event", ["tenant_id", "type", "at"], unique=False)
    for table in ("rule_firing", "rule_hit", "rule_quarantine", "supervision_order", "case_tag"):
        protect(table)
    for table in ("rule_position", "rule_due"):
        protect(table, claimed=True)
