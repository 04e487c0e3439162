"""The visit decision of a case, and who is barred from an open task."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0024"


def upgrade() -> None:
    op.add_column("service_case", sa.Column("visit", sa.String(length=20), nullable=True))
    op.add_column("service_case", sa.Column("visit_reason", sa.String(length=40), nullable=True))
    op.add_column("open_task", sa.Column("barred", sa.Text(), nullable=True))
