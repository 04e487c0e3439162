"""Indexes for what supervisors, leaders and analysts see: returned cases, cases of a period, passages of a diagram."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_index(op.f("ix_service_case_tenant_id_submitted_at"), "service_case", ["tenant_id", "submitted_at"], unique=False)
    op.create_index(op.f("ix_service_case_tenant_id_closed_at"), "service_case", ["tenant_id", "closed_at"], unique=False)
    op.create_index(op.f("ix_case_entry_tenant_id_kind_case_id"), "case_entry", ["tenant_id", "kind", "case_id"], unique=False)
    op.create_index(op.f("ix_case_step_tenant_id_process_id_at"), "case_step", ["tenant_id", "process_id", "at"], unique=False)
    op.create_index(op.f("ix_deadline_tenant_id_stopped_at"), "deadline", ["tenant_id", "stopped_at"], unique=False)
