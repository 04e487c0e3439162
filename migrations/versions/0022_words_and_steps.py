"""How many texts hold a word, for searches on SQLite; the passages of a case by element, for counts on diagrams."""

from __future__ import annotations

from alembic import op

from migrations.security import is_postgres

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    if not is_postgres():
        op.execute("CREATE VIRTUAL TABLE search_fts_words USING fts5vocab('search_fts', 'row')")
    op.create_index(op.f("ix_case_step_tenant_id_case_id_process_id_element_id_how"), "case_step",
                    ["tenant_id", "case_id", "process_id", "element_id", "how"], unique=False)
    op.drop_index(op.f("ix_case_step_tenant_id_case_id_id"), table_name="case_step")
