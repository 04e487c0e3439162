"""The tables the migrations make are the tables the models declare; each belongs to a tenant."""

from __future__ import annotations

import importlib
import pkgutil

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

import app
from app.kernel.database import Database
from app.kernel.model import Base, SharedWithBase, TenantScoped

INSTALLATION = {"lease", "tenant", "alembic_version", "installation_secret"}


def load_models() -> None:
    for module in pkgutil.walk_packages(app.__path__, "app."):
        importlib.import_module(module.name)


def _of_the_models(_object: object, name: str | None, _type: str, _reflected: bool, _other: object) -> bool:
    """`search_fts...` is what full-text search adds in each database's own way; tests/integration/test_search.py holds it."""
    return not (name or "").startswith("search_fts")


def test_migrations_and_models_agree(database: Database) -> None:
    load_models()
    with database.engine.connect() as connection:
        options = {"compare_type": False, "include_object": _of_the_models}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_every_table_belongs_to_a_tenant(database: Database) -> None:
    load_models()
    for mapper in Base.registry.mappers:
        table = mapper.local_table
        if table.name in INSTALLATION:
            continue
        assert issubclass(mapper.class_, TenantScoped | SharedWithBase), table.name
        assert list(table.primary_key.columns)[0].name == "tenant_id", table.name
        for index in inspect(database.engine).get_indexes(table.name):
            if index["unique"]:
                assert index["column_names"][0] == "tenant_id", index["name"]


def test_foreign_keys_stay_within_a_tenant() -> None:
    load_models()
    for table in Base.metadata.tables.values():
        for key in table.foreign_key_constraints:
            assert key.column_keys[0] == "tenant_id", f"{table.name}: {key.column_keys}"


def test_security_21_every_tenant_table_has_row_level_security(database: Database) -> None:
    if database.dialect != "postgresql":
        return
    query = text("SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class c "
                 "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND relkind = 'r'")
    with database.engine.connect() as connection:
        rows = {name: (on, forced) for name, on, forced in connection.execute(query)}
    assert len(rows) > 20
    assert {n: r for n, r in rows.items() if n not in INSTALLATION - {"tenant"} and r != (True, True)} == {}
