"""Why a definition was changed, in its publisher's words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("definition_version",
                  sa.Column("reason", sa.String(length=500), nullable=False, server_default=""))
