"""Workers claim due rows in batches: who has a row and until when, and indexes of what waits, office first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import claimable

revision = "0032"
down_revision = "0031"
OLD = {"delivery": ("state_run_at", "tenant_id_subscriber_case_id_event_id"), "job": ("state_run_at",),
       "timer": ("due_at",), "notification": ("state_bulk_run_at",)}


def _waiting(table: str, *columns: str, sqlite: str, postgres: str = "") -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=False,
                    sqlite_where=sa.text(sqlite), postgresql_where=sa.text(postgres or sqlite))


def upgrade() -> None:
    for table, names in OLD.items():
        for name in names:
            op.drop_index(op.f(f"ix_{table}_{name}"), table)
        op.add_column(table, sa.Column("claimed_by", sa.String(length=80), nullable=True))
        op.add_column(table, sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True))
        claimable(table)
    for table in ("delivery", "job"):
        _waiting(table, "tenant_id", "run_at", sqlite="state = 'pending'")
    _waiting("delivery", "tenant_id", "subscriber", "case_id", "event_id", sqlite="state = 'pending'")
    _waiting("timer", "tenant_id", "due_at", sqlite="held IS 0 AND due_at IS NOT NULL",
             postgres="held IS false AND due_at IS NOT NULL")
    _waiting("notification", "tenant_id", "bulk", "run_at", sqlite="state IN ('queued', 'sending', 'handed')")
