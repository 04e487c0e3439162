"""The visit decision of a case, and who is barred from an open task.

Cases that are closed already get the decision that their outcome tells. They are under forced row-level security, which
binds the owner of the table too; the force is taken off for these statements, inside the migration's transaction.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import is_postgres

revision = "0026"
down_revision = "0025"

NEVER_ASKED = ("not_accepted", "withdrawn")
case = sa.table("service_case", *(sa.column(name, sa.String()) for name in ("status", "outcome", "visit", "visit_reason")))


def upgrade() -> None:
    op.add_column("service_case", sa.Column("visit", sa.String(length=20), nullable=True))
    op.add_column("service_case", sa.Column("visit_reason", sa.String(length=40), nullable=True))
    op.add_column("open_task", sa.Column("barred", sa.Text(), nullable=True))
    fill()


def fill() -> None:
    """Give closed cases without a decision theirs."""
    _force("NO FORCE")
    closed = sa.and_(case.c.status == "closed", case.c.visit.is_(None))
    op.execute(case.update().where(closed, case.c.outcome.in_(NEVER_ASKED)).values(visit="none", visit_reason=case.c.outcome))
    op.execute(case.update().where(closed).values(visit="invite", visit_reason="earlier_diagram"))
    _force("FORCE")


def _force(how: str) -> None:
    if is_postgres():
        op.execute(f'ALTER TABLE "service_case" {how} ROW LEVEL SECURITY')
