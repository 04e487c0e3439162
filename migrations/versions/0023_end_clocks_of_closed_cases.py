"""Clocks of cases that are closed end with them: what was running or paused is dropped, with an act that says so.

Deadlines and cases are under forced row-level security, which binds the owner of the tables too; the force is taken off
for these statements, inside the migration's transaction.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from migrations.security import is_postgres

revision = "0023"
down_revision = "0022"

TABLES = ("deadline", "deadline_act", "service_case")
AT_ONCE = 1_000
deadline = sa.table("deadline", sa.column("tenant_id", sa.Uuid()), sa.column("id", sa.Uuid()), sa.column("case_id", sa.Uuid()),
                    sa.column("state", sa.String()), sa.column("due_at", sa.DateTime(timezone=True)),
                    sa.column("stopped_at", sa.DateTime(timezone=True)))
case = sa.table("service_case", sa.column("tenant_id", sa.Uuid()), sa.column("id", sa.Uuid()), sa.column("status", sa.String()),
                sa.column("closed_at", sa.DateTime(timezone=True)))
act = sa.table("deadline_act", *(sa.column(name, sa.Uuid()) for name in ("tenant_id", "id", "deadline_id", "by_user_id")),
               sa.column("kind", sa.String()), sa.column("at", sa.DateTime(timezone=True)),
               sa.column("due_at", sa.DateTime(timezone=True)), sa.column("params", sa.Text()))


def upgrade() -> None:
    _force("NO FORCE")
    bind = op.get_bind()
    left = (sa.select(deadline.c.tenant_id, deadline.c.id, deadline.c.due_at, case.c.closed_at)
            .join(case, sa.and_(case.c.tenant_id == deadline.c.tenant_id, case.c.id == deadline.c.case_id))
            .where(deadline.c.state.in_(("running", "paused")), case.c.status == "closed", case.c.closed_at.is_not(None)))
    rows = bind.execute(left).all()
    for at in range(0, len(rows), AT_ONCE):
        part = rows[at:at + AT_ONCE]
        bind.execute(deadline.update().where(deadline.c.tenant_id == sa.bindparam("owner"), deadline.c.id == sa.bindparam("key"))
                     .values(state="dropped", stopped_at=sa.bindparam("ended")),
                     [{"owner": row.tenant_id, "key": row.id, "ended": row.closed_at} for row in part])
        bind.execute(act.insert(), [{
            "tenant_id": row.tenant_id, "id": _id(row.closed_at, at + number), "deadline_id": row.id, "kind": "drop",
            "at": row.closed_at, "due_at": row.due_at, "by_user_id": None, "params": "{}"}
            for number, row in enumerate(part)])
    _force("FORCE")


def _id(at: datetime, number: int) -> uuid.UUID:
    """A UUIDv7 of the moment, so that the act sorts behind those before it."""
    # SQLite gives the moment without its zone
    millis = int(at.replace(tzinfo=at.tzinfo or UTC).timestamp() * 1000) + 1
    return uuid.UUID(int=millis << 80 | 0x7 << 76 | 0b10 << 62 | number & (1 << 62) - 1 | (uuid.uuid4().int & 0xFFF) << 64)


def _force(how: str) -> None:
    if is_postgres():
        for table in TABLES:
            op.execute(f'ALTER TABLE "{table}" {how} ROW LEVEL SECURITY')
