"""What the virus scanner said of each file."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    for column in (
        sa.Column("scan", sa.String(length=10), nullable=False, server_default="off"),
        sa.Column("scan_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scan_tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("scan_note", sa.String(length=200), nullable=True),
    ):
        op.add_column("attachment", column)
    op.create_index("ix_attachment_waiting", "attachment", ["tenant_id", "scan_at"],
                    sqlite_where=sa.text("scan = 'waiting'"), postgresql_where=sa.text("scan = 'waiting'"))
