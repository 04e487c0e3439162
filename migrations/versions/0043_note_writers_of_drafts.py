"""Drafts note who wrote in them, so that none of these judges them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.add_column("definition_draft", sa.Column("writers", sa.Text(), nullable=False, server_default="[]"))
