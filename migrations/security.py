"""Row-level security on PostgreSQL: roles that own nothing, and one policy for each table. SQLite has none."""

from __future__ import annotations

from alembic import op

TENANT = "NULLIF(current_setting('app.tenant_id', true), '')::uuid"
BASE = "'00000000-0000-0000-0000-000000000000'::uuid"


def is_postgres() -> bool:
    """Whether the migration runs on PostgreSQL."""
    return op.get_bind().dialect.name == "postgresql"


def create_roles() -> None:
    """The application's role and the workers' narrow one; the connecting user may take both."""
    if not is_postgres():
        return
    for role in ("yikou_app", "yikou_worker"):
        op.execute(f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN NOBYPASSRLS; "
                   "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$")
        op.execute(f"DO $$ BEGIN EXECUTE format('GRANT {role} TO %I', current_user); "
                   "EXCEPTION WHEN OTHERS THEN NULL; END $$")
        op.execute(f"GRANT USAGE ON SCHEMA public TO {role}")


def protect(table: str, *, shared: bool = False, claimed: bool = False, append_only: bool = False) -> None:
    """Rows of one tenant only; `shared`: the base's may be read; `claimed`: workers may look over all tenants."""
    if not is_postgres():
        return
    rights = "SELECT, INSERT" if append_only else "SELECT, INSERT, UPDATE, DELETE"
    op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    op.execute(f'GRANT {rights} ON "{table}" TO yikou_app')
    own = f"tenant_id = {TENANT}"
    op.execute(f'CREATE POLICY own_rows ON "{table}" TO yikou_app USING ({own}) WITH CHECK ({own})')
    if shared:
        op.execute(f'CREATE POLICY base_rows ON "{table}" FOR SELECT TO yikou_app USING (tenant_id = {BASE})')
    if claimed:
        op.execute(f'GRANT SELECT ON "{table}" TO yikou_worker')
        op.execute(f'CREATE POLICY claims ON "{table}" FOR SELECT TO yikou_worker USING (true)')


def protect_directory(table: str) -> None:
    """The list of offices: everybody finds an office by host or path, only itself changes its row."""
    if not is_postgres():
        return
    op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    op.execute(f'GRANT SELECT, INSERT, UPDATE ON "{table}" TO yikou_app')
    op.execute(f'GRANT SELECT ON "{table}" TO yikou_worker')
    op.execute(f'CREATE POLICY found_by_all ON "{table}" FOR SELECT TO yikou_app, yikou_worker USING (true)')
    op.execute(f'CREATE POLICY own_insert ON "{table}" FOR INSERT TO yikou_app WITH CHECK (tenant_id = {TENANT})')
    op.execute(f'CREATE POLICY own_update ON "{table}" FOR UPDATE TO yikou_app USING (tenant_id = {TENANT})')


def open_to_all(table: str, *, writable_by_workers: bool = False) -> None:
    """A table of the installation (leases): readable before a tenant is known."""
    if not is_postgres():
        return
    op.execute(f'GRANT SELECT ON "{table}" TO yikou_app, yikou_worker')
    if writable_by_workers:
        op.execute(f'GRANT INSERT, UPDATE, DELETE ON "{table}" TO yikou_worker')


def claimable(table: str) -> None:
    """Workers may write into a row of any tenant that they have it, and nothing else."""
    if not is_postgres():
        return
    op.execute(f'GRANT UPDATE (claimed_by, claimed_until) ON "{table}" TO yikou_worker')
    op.execute(f'CREATE POLICY claiming ON "{table}" FOR UPDATE TO yikou_worker USING (true) WITH CHECK (true)')
