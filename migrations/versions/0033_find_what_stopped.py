"""Indexes of what stopped and waits for a person, so that finding it costs the same among millions of rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import is_postgres

revision = "0033"
down_revision = "0032"
STOPPED = (("delivery", "dead", ("tenant_id", "event_id"), "state = 'dead'", ""),
           ("job", "failed", ("tenant_id", "id"), "state = 'failed'", ""),
           ("notification", "failed", ("tenant_id", "id"), "state = 'failed'", ""),
           ("incident", "open", ("tenant_id", "source"), "resolved_at IS NULL", ""),
           ("timer", "held", ("tenant_id", "id"), "held IS 1", "held IS true"))


def upgrade() -> None:
    for table, name, columns, sqlite, postgres in STOPPED:
        op.create_index(f"ix_{table}_{name}", table, list(columns), unique=False, sqlite_where=sa.text(sqlite),
                        postgresql_where=sa.text(postgres or sqlite))
    if is_postgres():  # the workers' metrics count them; what went wrong stays unread
        op.execute("GRANT SELECT (id, source, resolved_at) ON incident TO yikou_worker")
        op.execute("CREATE POLICY counting ON incident FOR SELECT TO yikou_worker USING (true)")
