"""Every table lets offices be spread over machines, and the plan in docs/citus.md says what the tables are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import UniqueConstraint, text

from app.kernel.database import Database
from scripts import citus

MADE_BY_MIGRATIONS = {"search_fts_ix"}
"""GIN over tokens, among which the office stands: no index of values."""


def distributed() -> Iterator[Any]:
    """Tables of offices, those beside the base's rows as well: who asks for one must not ask for another's."""
    known = citus.tables()
    assert len(known) > 60
    return (table for name, table in known.items() if name not in citus.INSTALLATION)


def test_the_tenant_is_first_in_every_primary_key() -> None:
    wrong = {table.name: list(table.primary_key.columns.keys()) for table in distributed()
             if list(table.primary_key.columns.keys())[:1] != ["tenant_id"]}
    assert wrong == {}


def test_every_unique_constraint_and_index_holds_the_tenant() -> None:
    wrong = []
    for table in distributed():
        wrong += [f"{table.name}.{one.name}" for one in table.indexes if one.unique and "tenant_id" not in one.columns]
        wrong += [f"{table.name}.{one.name}" for one in table.constraints
                  if isinstance(one, UniqueConstraint) and "tenant_id" not in one.columns]
    assert wrong == []


def test_foreign_keys_join_offices_with_themselves() -> None:
    kinds, seen = citus.kinds(), 0
    for table in citus.tables().values():
        for key in table.foreign_key_constraints:
            seen += 1
            assert not (kinds[table.name] == "reference" and kinds[key.referred_table.name] == "distributed"), key.name
            pairs = [(one.parent.name, one.column.name) for one in key.elements]
            assert pairs[0] == ("tenant_id", "tenant_id"), f"{table.name}: {pairs}"
            assert not any("tenant_id" in pair for pair in pairs[1:])
            assert not (key.ondelete or key.onupdate), "what follows by itself would be another way to change rows"
    assert seen >= 8


def test_look_ups_begin_with_the_tenant_but_for_those_of_workers() -> None:
    others = {one.name for table in distributed() for one in table.indexes if one.columns.keys()[:1] != ["tenant_id"]}
    assert others == set(citus.CLAIMS), "a new index names its reason, and a reason that is over goes"


@pytest.fixture
def postgres(database: Database) -> Database:
    if database.dialect != "postgresql":
        pytest.skip("Citus is PostgreSQL")
    return database


def test_the_database_agrees(postgres: Database) -> None:
    """What migrations made without the models' knowledge is held to the same."""
    query = text("SELECT t.relname, i.relname, x.indisunique, "
                 "array_to_string(array(SELECT a.attname FROM unnest(x.indkey) WITH ORDINALITY AS k(number, place) "
                 "LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number ORDER BY k.place), ' ') "
                 "FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid "
                 "WHERE t.relnamespace = 'public'::regnamespace")
    with postgres.engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(query)]
        triggers = list(connection.execute(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")))
        exclusions = list(connection.execute(text("SELECT conname FROM pg_constraint WHERE contype = 'x'")))
        outside = set(connection.scalars(text("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
                                              "AND relkind IN ('r', 'p', 'v', 'm', 'f')")))
        secured = set(connection.scalars(text("SELECT relname FROM pg_class WHERE relrowsecurity")))
    assert triggers == exclusions == []
    assert outside - {"alembic_version"} == set(citus.tables()), "no table, view or partition that the plan does not name"
    assert {name for name, kind in citus.kinds().items() if kind == "distributed"} <= secured
    offices = [row for row in found if row[0] not in {*citus.INSTALLATION, "alembic_version"}]
    assert len(offices) > 150
    assert [row for row in offices if row[2] and "tenant_id" not in row[3].split()] == []
    assert {row[1] for row in offices if row[3].split()[:1] != ["tenant_id"]} == set(citus.CLAIMS) | MADE_BY_MIGRATIONS


def test_the_plan_names_every_table_once_and_in_an_order_that_works() -> None:
    kinds, made = citus.kinds(), list[str]()
    assert set(kinds) == set(citus.tables())
    for name in kinds:
        for key in citus.tables()[name].foreign_key_constraints:
            assert key.referred_table.name in made, f"{name} before {key.referred_table.name}"
        made.append(name)
    first = next(name for name, kind in kinds.items() if kind == "distributed")
    assert first == citus.ANCHOR, "the others lie beside it"
    assert all(why for _kind, why in citus.INSTALLATION.values()) and all(citus.CLAIMS.values())


def test_the_document_is_what_the_tables_say() -> None:
    said = citus.DOCUMENT.read_text(encoding="utf-8")
    assert said == citus.written(said), "run: python scripts/citus.py"
    assert said.count("SELECT create_distributed_table(") > 55
    old = said.replace("create_reference_table('tenant')", "create_reference_table('tenants')")
    assert old != said and citus.written(old) == said, "a statement that grew old is found"
