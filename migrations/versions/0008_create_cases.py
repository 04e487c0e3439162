"""Cases, people, journal, decisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table("case_entry",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("case_id", sa.Uuid(), nullable=False),
    sa.Column("kind", sa.String(length=30), nullable=False),
    sa.Column("body", sa.Text(), nullable=False),
    sa.Column("visibility", sa.String(length=10), nullable=False),
    sa.Column("author_kind", sa.String(length=10), nullable=False),
    sa.Column("by_resident", sa.Boolean(), nullable=False),
    sa.Column("by_user_id", sa.Uuid(), nullable=True),
    sa.Column("unit", sa.String(length=40), nullable=True),
    sa.Column("element_id", sa.String(length=120), nullable=True),
    sa.Column("attachment_ids", sa.Text(), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_entry"))
    )
    op.create_index(op.f("ix_case_entry_tenant_id_case_id_id"), "case_entry", ["tenant_id", "case_id", "id"], unique=False)
    op.create_table("case_link",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("case_id", sa.Uuid(), nullable=False),
    sa.Column("other_id", sa.Uuid(), nullable=False),
    sa.Column("kind", sa.String(length=20), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_link"))
    )
    op.create_index(op.f("ix_case_link_tenant_id_case_id"), "case_link", ["tenant_id", "case_id"], unique=False)
    op.create_index(op.f("ix_case_link_tenant_id_other_id"), "case_link", ["tenant_id", "other_id"], unique=False)
    op.create_table("case_notice",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("case_id", sa.Uuid(), nullable=False),
    sa.Column("template", sa.String(length=80), nullable=False),
    sa.Column("audience", sa.String(length=20), nullable=False),
    sa.Column("group_name", sa.String(length=120), nullable=True),
    sa.Column("params", sa.Text(), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_notice"))
    )
    op.create_index(op.f("ix_case_notice_tenant_id_case_id_id"), "case_notice", ["tenant_id", "case_id", "id"], unique=False)
    op.create_table("case_step",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("case_id", sa.Uuid(), nullable=False),
    sa.Column("task_id", sa.String(length=40), nullable=False),
    sa.Column("process_id", sa.String(length=120), nullable=False),
    sa.Column("element_id", sa.String(length=120), nullable=False),
    sa.Column("how", sa.String(length=10), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_step"))
    )
    op.create_index(op.f("ix_case_step_tenant_id_case_id_id"), "case_step", ["tenant_id", "case_id", "id"], unique=False)
    op.create_table("decision_record",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("case_id", sa.Uuid(), nullable=False),
    sa.Column("decision_id", sa.String(length=120), nullable=False),
    sa.Column("element_id", sa.String(length=120), nullable=False),
    sa.Column("hash", sa.String(length=64), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("inputs", sa.Text(), nullable=False),
    sa.Column("value", sa.Text(), nullable=False),
    sa.Column("trace", sa.Text(), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_decision_record"))
    )
    op.create_index(op.f("ix_decision_record_tenant_id_case_id_id"), "decision_record", ["tenant_id", "case_id", "id"], unique=False)
    op.create_index(op.f("ix_decision_record_tenant_id_decision_id_at"), "decision_record", ["tenant_id", "decision_id", "at"], unique=False)
    op.create_table("form_submission",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("case_id", sa.Uuid(), nullable=False),
    sa.Column("task_id", sa.Uuid(), nullable=False),
    sa.Column("element_id", sa.String(length=120), nullable=False),
    sa.Column("form_id", sa.String(length=120), nullable=True),
    sa.Column("form_hash", sa.String(length=64), nullable=True),
    sa.Column("data", sa.Text(), nullable=False),
    sa.Column("by_user_id", sa.Uuid(), nullable=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_form_submission"))
    )
    op.create_index(op.f("ix_form_submission_tenant_id_case_id_id"), "form_submission", ["tenant_id", "case_id", "id"], unique=False)
    op.create_table("person",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("name", sa.String(length=120), nullable=True),
    sa.Column("phone", sa.String(length=40), nullable=True),
    sa.Column("user_id", sa.Uuid(), nullable=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_person"))
    )
    op.create_index(op.f("ix_person_tenant_id_phone"), "person", ["tenant_id", "phone"], unique=False)
    op.create_index(op.f("ix_person_tenant_id_user_id"), "person", ["tenant_id", "user_id"], unique=False)
    op.create_table("service_case",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("number", sa.String(length=30), nullable=False),
    sa.Column("module", sa.String(length=20), nullable=True),
    sa.Column("service", sa.String(length=40), nullable=True),
    sa.Column("kind", sa.String(length=40), nullable=True),
    sa.Column("urgency", sa.String(length=20), nullable=True),
    sa.Column("unit", sa.String(length=40), nullable=True),
    sa.Column("phase", sa.String(length=20), nullable=False),
    sa.Column("status", sa.String(length=10), nullable=False),
    sa.Column("outcome", sa.String(length=40), nullable=True),
    sa.Column("instance_id", sa.Uuid(), nullable=True),
    sa.Column("channel", sa.String(length=20), nullable=False),
    sa.Column("locale", sa.String(length=10), nullable=False),
    sa.Column("anonymous", sa.Boolean(), nullable=False),
    sa.Column("person_id", sa.Uuid(), nullable=True),
    sa.Column("place_id", sa.Uuid(), nullable=True),
    sa.Column("place_text", sa.Text(), nullable=True),
    sa.Column("lat", sa.Float(), nullable=True),
    sa.Column("lng", sa.Float(), nullable=True),
    sa.Column("text", sa.Text(), nullable=False),
    sa.Column("fields", sa.Text(), nullable=False),
    sa.Column("token_hash", sa.String(length=64), nullable=False),
    sa.Column("rounds", sa.Integer(), nullable=False),
    sa.Column("rating", sa.Integer(), nullable=True),
    sa.Column("solved", sa.String(length=10), nullable=True),
    sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("submitted_by", sa.Uuid(), nullable=True),
    sa.Column("phase_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("promised_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("parent_id", sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"], name=op.f("fk_service_case_tenant_id_person_id")),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_service_case"))
    )
    op.create_index(op.f("ix_service_case_tenant_id_instance_id"), "service_case", ["tenant_id", "instance_id"], unique=False)
    op.create_index(op.f("ix_service_case_tenant_id_number"), "service_case", ["tenant_id", "number"], unique=True)
    op.create_index(op.f("ix_service_case_tenant_id_parent_id"), "service_case", ["tenant_id", "parent_id"], unique=False)
    op.create_index(op.f("ix_service_case_tenant_id_person_id"), "service_case", ["tenant_id", "person_id"], unique=False)
    op.create_index(op.f("ix_service_case_tenant_id_status_phase"), "service_case", ["tenant_id", "status", "phase"], unique=False)
    op.create_index(op.f("ix_service_case_tenant_id_token_hash"), "service_case", ["tenant_id", "token_hash"], unique=True)
    protect("case_entry")
    protect("case_link")
    protect("case_notice")
    protect("case_step")
    protect("decision_record")
    protect("form_submission")
    protect("person")
    protect("service_case")
