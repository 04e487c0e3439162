"""Indexes of what stopped and waits for a person, so that finding it costs the same among millions of rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
STOPPED = (("delivery", "dead", ("tenant_id", "event_id"), "state = 'dead'", ""),
           ("job", "failed", ("tenant_id", "id"), "state = 'failed'", ""),
           ("notification", "failed", ("tenant_id", "id"), "state = 'failed'", ""),
           ("timer", "held", ("tenant_id", "id"), "held IS 1", "held IS true"))


def upgrade() -> None:
    for table, name, columns, sqlite, postgres in STOPPED:
        op.create_index(f"ix_{table}_{name}", table, list(columns), unique=False, sqlite_where=sa.text(sqlite),
                        postgresql_where=sa.text(postgres or sqlite))
