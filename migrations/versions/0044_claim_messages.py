"""Workers claim early messages, and who was erased stands in a table that every machine reads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import claimable, is_postgres, protect

revision = "0044"
down_revision = "0043"
WAITS = sa.text("used_at IS NULL")
LOOKED_AT = {"message_subscription": ("tenant_id", "id", "instance_id", "name", "key"),
             "process_instance": ("tenant_id", "id", "status")}
"""What a worker reads of them to see whether a message is waited for. Incidents it could count before."""


def upgrade() -> None:
    op.add_column("buffered_message", sa.Column("claimed_by", sa.String(length=80), nullable=True))
    op.add_column("buffered_message", sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_buffered_message_tenant_id_created_at"), "buffered_message", ["tenant_id", "created_at"],
                    sqlite_where=WAITS, postgresql_where=WAITS)
    claimable("buffered_message")
    if is_postgres():
        for table, columns in LOOKED_AT.items():
            op.execute(f'GRANT SELECT ({", ".join(columns)}) ON "{table}" TO yikou_worker')
            op.execute(f'CREATE POLICY looking ON "{table}" FOR SELECT TO yikou_worker USING (true)')
        op.execute('GRANT SELECT (tenant_id, task_id) ON "incident" TO yikou_worker')
    op.create_table(
        "erased_person",
        sa.Column("tenant_id", sa.Uuid(), nullable=False), sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_erased_person")))
    _fill()
    protect("erased_person", claimed=True)


def _fill() -> None:
    """Who was erased before. The owner is bound by row-level security, too: it is put aside for this statement."""
    if is_postgres():
        op.execute("ALTER TABLE person NO FORCE ROW LEVEL SECURITY")
    op.execute("INSERT INTO erased_person (tenant_id, id, at) "
               "SELECT tenant_id, id, erased_at FROM person WHERE erased_at IS NOT NULL")
    if is_postgres():
        op.execute("ALTER TABLE person FORCE ROW LEVEL SECURITY")
