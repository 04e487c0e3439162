"""Open tasks bear what lists choose and order by, in two indexes."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from migrations.security import is_postgres

revision = "0045"
down_revision = "0044"
HELD = sa.text("claimed_by IS NOT NULL")
NEVER, LONGEST = "9999-01-01 00:00:00.000000", 100
READ = ("open_task", "service_case", "deadline")
"""The owner is bound by row-level security, too: it is put aside for the filling."""
COPIED = ("number", "module", "service", "urgency", "unit")
CLOCKS = """(SELECT c.tenant_id, c.instance_id, min(d.due_at) AS due_at, min(d.warn_at) AS warn_at
    FROM deadline d JOIN service_case c ON c.tenant_id = d.tenant_id AND c.id = d.case_id
    WHERE d.state = 'running' AND c.status = 'open' GROUP BY c.tenant_id, c.instance_id) AS n"""


def upgrade() -> None:
    op.add_column("open_task", sa.Column("queue", sa.String(length=100), server_default="?", nullable=False))
    op.add_column("open_task", sa.Column("next_at", sa.DateTime(timezone=True), nullable=False,
                                         server_default="1970-01-01 00:00:00.000000"))
    op.add_column("open_task", sa.Column("late_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("open_task", sa.Column("warn_at", sa.DateTime(timezone=True), nullable=True))
    for name, length in (("number", 30), ("module", 20), ("service", 40), ("urgency", 20), ("unit", 40)):
        op.add_column("open_task", sa.Column(name, sa.String(length=length), nullable=True))
    _rule("NO FORCE")
    fill()
    _rule("FORCE")
    op.create_index("ix_open_task_queue", "open_task", [
        "tenant_id", "queue", "priority", "next_at", "opened_at", "id", "claimed_by", "follow_up_on", "late_at",
        "warn_at", "urgency", "unit", "service", "module", "number"])
    op.drop_index(op.f("ix_open_task_tenant_id_claimed_by"), "open_task")
    op.create_index("ix_open_task_held", "open_task", ["tenant_id", "claimed_by"], sqlite_where=HELD, postgresql_where=HELD)
    op.create_index("ix_open_task_order", "open_task", ["tenant_id", "priority", "next_at", "opened_at", "id"])


def _rule(how: str) -> None:
    for table in READ if is_postgres() else ():
        op.execute(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY")


def fill() -> None:
    """The tasks that are open now; doing it again changes nothing."""
    copied = ", ".join(f"{name} = c.{name}" for name in COPIED)
    op.execute(f"UPDATE open_task SET {copied} FROM service_case c "
               "WHERE c.tenant_id = open_task.tenant_id AND c.instance_id = open_task.instance_id")
    op.execute(f"UPDATE open_task SET next_at = coalesce(due_at, '{NEVER}'), late_at = due_at")
    op.execute(f"UPDATE open_task SET next_at = coalesce(open_task.due_at, n.due_at), warn_at = n.warn_at, "
               "late_at = CASE WHEN open_task.due_at < n.due_at THEN open_task.due_at ELSE n.due_at END "
               f"FROM {CLOCKS} WHERE n.tenant_id = open_task.tenant_id AND n.instance_id = open_task.instance_id")
    connection = op.get_bind()
    for groups, barred in list(connection.execute(sa.text(
            "SELECT DISTINCT groups, barred IS NOT NULL FROM open_task"))):
        name = _queue(json.loads(groups), bool(barred))
        connection.execute(sa.text("UPDATE open_task SET queue = :name WHERE groups = :groups AND "
                                   f"barred IS {'NOT ' if barred else ''}NULL"), {"name": name, "groups": groups})


def _queue(groups: list[str], barred: bool) -> str:
    name = json.dumps(sorted(set(groups)), ensure_ascii=False, separators=(",", ":")) + ("!" if barred else "")
    return name if len(name) <= LONGEST else "?"
