"""Whether a contact reached the resident stands with its line in the journal, however it was made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import is_postgres

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.add_column("case_entry", sa.Column("reached", sa.Boolean(), nullable=True))
    entry = sa.table("case_entry", sa.column("tenant_id", sa.Uuid()), sa.column("id", sa.Uuid()),
                     sa.column("reached", sa.Boolean()), sa.column("kind", sa.String()))
    contact = sa.table("case_contact", sa.column("tenant_id", sa.Uuid()), sa.column("entry_id", sa.Uuid()),
                       sa.column("reached", sa.Boolean()))
    said = (sa.select(contact.c.reached).where(contact.c.tenant_id == entry.c.tenant_id, contact.c.entry_id == entry.c.id)
            .scalar_subquery())
    _force("NO FORCE")  # row-level security binds the owner of the tables too
    op.execute(sa.update(entry).where(entry.c.kind == "contact").values(reached=said))
    _force("FORCE")


def _force(how: str) -> None:
    if is_postgres():
        for table in ("case_entry", "case_contact"):
            op.execute(f'ALTER TABLE "{table}" {how} ROW LEVEL SECURITY')
