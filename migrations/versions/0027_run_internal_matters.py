"""Internal matters run as cases do: what each row is (`nature`), and what it is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0024"


def upgrade() -> None:
    op.add_column("service_case", sa.Column("nature", sa.String(length=20), nullable=False, server_default="request"))
    op.add_column("service_case", sa.Column("subject_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_service_case_tenant_id_nature_subject_id"), "service_case",
                    ["tenant_id", "nature", "subject_id"], unique=False)
