"""Definitions: beside which version of the base an office kept its own on purpose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.add_column("definition_live", sa.Column("seen_base", sa.String(length=64), nullable=True))
    op.add_column("definition_live", sa.Column("seen_why", sa.String(length=500), nullable=True))
