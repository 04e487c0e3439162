"""Process instances and what waits in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table("buffered_message",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("name", sa.String(length=120), nullable=False),
    sa.Column("key", sa.String(length=200), nullable=False),
    sa.Column("variables", sa.Text(), nullable=False),
    sa.Column("message_id", sa.String(length=120), nullable=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_buffered_message"))
    )
    op.create_index(op.f("ix_buffered_message_expires_at"), "buffered_message", ["expires_at"], unique=False)
    op.create_index(op.f("ix_buffered_message_tenant_id_name_key"), "buffered_message", ["tenant_id", "name", "key"], unique=False)
    op.create_table("open_task_group",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("task_id", sa.Uuid(), nullable=False),
    sa.Column("group_name", sa.String(length=120), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_open_task_group"))
    )
    op.create_index(op.f("ix_open_task_group_tenant_id_group_name"), "open_task_group", ["tenant_id", "group_name"], unique=False)
    op.create_index(op.f("ix_open_task_group_tenant_id_task_id"), "open_task_group", ["tenant_id", "task_id"], unique=False)
    op.create_table("process_instance",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("process_id", sa.String(length=120), nullable=False),
    sa.Column("definition_hash", sa.String(length=64), nullable=False),
    sa.Column("business_key", sa.String(length=80), nullable=True),
    sa.Column("status", sa.String(length=12), nullable=False),
    sa.Column("state", sa.LargeBinary(), nullable=False),
    sa.Column("pins", sa.Text(), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_process_instance"))
    )
    op.create_index(op.f("ix_process_instance_tenant_id_business_key"), "process_instance", ["tenant_id", "business_key"], unique=False)
    op.create_index(op.f("ix_process_instance_tenant_id_definition_hash"), "process_instance", ["tenant_id", "definition_hash"], unique=False)
    op.create_table("incident",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("instance_id", sa.Uuid(), nullable=False),
    sa.Column("business_key", sa.String(length=80), nullable=True),
    sa.Column("task_id", sa.Uuid(), nullable=True),
    sa.Column("source", sa.String(length=10), nullable=False),
    sa.Column("element_id", sa.String(length=120), nullable=False),
    sa.Column("code", sa.String(length=60), nullable=False),
    sa.Column("message", sa.Text(), nullable=False),
    sa.Column("params", sa.Text(), nullable=False),
    sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(["tenant_id", "instance_id"], ["process_instance.tenant_id", "process_instance.id"], name=op.f("fk_incident_tenant_id_instance_id")),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_incident"))
    )
    op.create_index(op.f("ix_incident_tenant_id_instance_id"), "incident", ["tenant_id", "instance_id"], unique=False)
    op.create_index(op.f("ix_incident_tenant_id_resolved_at"), "incident", ["tenant_id", "resolved_at"], unique=False)
    op.create_table("job",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("instance_id", sa.Uuid(), nullable=False),
    sa.Column("element_id", sa.String(length=120), nullable=False),
    sa.Column("type", sa.String(length=80), nullable=False),
    sa.Column("retries", sa.Integer(), nullable=False),
    sa.Column("headers", sa.Text(), nullable=False),
    sa.Column("variables", sa.Text(), nullable=False),
    sa.Column("state", sa.String(length=10), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("last_error", sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(["tenant_id", "instance_id"], ["process_instance.tenant_id", "process_instance.id"], name=op.f("fk_job_tenant_id_instance_id")),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_job"))
    )
    op.create_index(op.f("ix_job_state_run_at"), "job", ["state", "run_at"], unique=False)
    op.create_index(op.f("ix_job_tenant_id_instance_id"), "job", ["tenant_id", "instance_id"], unique=False)
    op.create_table("message_subscription",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("instance_id", sa.Uuid(), nullable=False),
    sa.Column("element_id", sa.String(length=120), nullable=False),
    sa.Column("name", sa.String(length=120), nullable=False),
    sa.Column("key", sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "instance_id"], ["process_instance.tenant_id", "process_instance.id"], name=op.f("fk_message_subscription_tenant_id_instance_id")),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_message_subscription"))
    )
    op.create_index(op.f("ix_message_subscription_tenant_id_instance_id"), "message_subscription", ["tenant_id", "instance_id"], unique=False)
    op.create_index(op.f("ix_message_subscription_tenant_id_name_key"), "message_subscription", ["tenant_id", "name", "key"], unique=False)
    op.create_table("open_task",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("instance_id", sa.Uuid(), nullable=False),
    sa.Column("business_key", sa.String(length=80), nullable=True),
    sa.Column("process_id", sa.String(length=120), nullable=False),
    sa.Column("element_id", sa.String(length=120), nullable=False),
    sa.Column("name", sa.String(length=300), nullable=False),
    sa.Column("name_en", sa.String(length=300), nullable=False),
    sa.Column("form_id", sa.String(length=120), nullable=True),
    sa.Column("form_hash", sa.String(length=64), nullable=True),
    sa.Column("groups", sa.Text(), nullable=False),
    sa.Column("assignee", sa.String(length=120), nullable=True),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("priority", sa.Integer(), nullable=False),
    sa.Column("lane", sa.String(length=300), nullable=True),
    sa.Column("properties", sa.Text(), nullable=False),
    sa.Column("variables", sa.Text(), nullable=False),
    sa.Column("claimed_by", sa.Uuid(), nullable=True),
    sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "instance_id"], ["process_instance.tenant_id", "process_instance.id"], name=op.f("fk_open_task_tenant_id_instance_id")),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_open_task"))
    )
    op.create_index(op.f("ix_open_task_tenant_id_business_key"), "open_task", ["tenant_id", "business_key"], unique=False)
    op.create_index(op.f("ix_open_task_tenant_id_claimed_by"), "open_task", ["tenant_id", "claimed_by"], unique=False)
    op.create_index(op.f("ix_open_task_tenant_id_instance_id"), "open_task", ["tenant_id", "instance_id"], unique=False)
    op.create_table("timer",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("instance_id", sa.Uuid(), nullable=False),
    sa.Column("element_id", sa.String(length=120), nullable=False),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("clock", sa.String(length=80), nullable=True),
    sa.Column("repeats", sa.Boolean(), nullable=False),
    sa.Column("held", sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "instance_id"], ["process_instance.tenant_id", "process_instance.id"], name=op.f("fk_timer_tenant_id_instance_id")),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_timer"))
    )
    op.create_index(op.f("ix_timer_due_at"), "timer", ["due_at"], unique=False)
    op.create_index(op.f("ix_timer_tenant_id_instance_id"), "timer", ["tenant_id", "instance_id"], unique=False)
    protect("buffered_message", claimed=True)
    protect("open_task_group")
    protect("process_instance")
    protect("incident")
    protect("job", claimed=True)
    protect("message_subscription")
    protect("open_task")
    protect("timer", claimed=True)
