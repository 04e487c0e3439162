"""What can be found by words: one table, with the full-text index of each database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import is_postgres, protect

revision = "0011"
down_revision = "0010"

SQLITE = (
    "CREATE VIRTUAL TABLE search_fts USING fts5(tokens, tokenize='ascii')",
    "CREATE TRIGGER search_fts_added AFTER INSERT ON search_document BEGIN "
    'INSERT INTO search_fts(rowid, tokens) VALUES (new."row", new.tokens); END',
    "CREATE TRIGGER search_fts_removed AFTER DELETE ON search_document BEGIN "
    'DELETE FROM search_fts WHERE rowid = old."row"; END',
    "CREATE TRIGGER search_fts_changed AFTER UPDATE OF tokens ON search_document BEGIN "
    'UPDATE search_fts SET tokens = new.tokens WHERE rowid = old."row"; END',
)
POSTGRESQL = (
    "ALTER TABLE search_document ADD COLUMN search_fts tsvector "
    "GENERATED ALWAYS AS (to_tsvector('simple', tokens)) STORED",
    "CREATE INDEX search_fts_ix ON search_document USING gin (search_fts)",
)


def upgrade() -> None:
    op.create_table("search_document",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("kind", sa.String(length=20), nullable=False),
    sa.Column("ref", sa.String(length=60), nullable=False),
    sa.Column("tokens", sa.Text(), nullable=False),
    sa.Column("row", sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_search_document"))
    )
    op.create_index(op.f("ix_search_document_tenant_id_kind_ref"), "search_document", ["tenant_id", "kind", "ref"], unique=True)
    op.create_index(op.f("ix_search_document_tenant_id_row"), "search_document", ["tenant_id", "row"], unique=True)
    for statement in SQLITE if not is_postgres() else POSTGRESQL:
        op.execute(statement)
    protect("search_document")
    if is_postgres():  # `@@` is not leakproof: under a policy that compares rows the index would never be used
        op.execute("GRANT SELECT (\"row\", search_fts) ON search_document TO yikou_worker")
        op.execute("CREATE POLICY worker_rows ON search_document FOR SELECT TO yikou_worker USING (true)")
