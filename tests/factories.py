"""Makes the demo office for tests, and finds its people."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from argon2 import PasswordHasher
from sqlalchemy import create_engine

from app import assemble, auth
from app.auth import passwords
from app.auth.queries import resident_by_phone, staff
from app.cli.demo import office, tables
from app.cli.demo.seed import SLUG, seed
from app.kernel import database as kernel_database
from app.kernel.commands import Actor
from app.kernel.database import Database
from app.tenancy.queries import tenant_by_slug


@dataclass(frozen=True)
class Demo:
    """The seeded office. `actors`: by login (`handler2_lrs`), by role (`dispatcher`) and by role@unit (`head@LRS`)."""

    tenant_id: UUID
    actors: dict[str, Actor]
    password: str
    slug: str = SLUG


def cheap_passwords() -> None:
    """Let the slow hash cost next to nothing in this process; what it stores stays readable for the real one."""
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def seed_demo(url: str) -> None:
    """Publish the base definitions and make the demo office on a migrated database."""
    assemble()
    cheap_passwords()
    engine = create_engine(url)
    kernel_database.install(Database(engine))
    seed(SLUG, password=office.PASSWORD)
    engine.dispose()


def demo_of(database: Database) -> Demo:
    """The demo office of an installed database."""
    assemble()
    cheap_passwords()
    found = tenant_by_slug(SLUG)
    assert found is not None, "this database has no demo office"
    actors: dict[str, Actor] = {}
    with database.read(found.tenant_id) as session:
        for row in staff(session):
            actors[row.login] = auth.actor_of(session, row.user_id)
        for row in tables.rows("users.csv"):
            resident = resident_by_phone(session, row["phone"]) if row["kind"] == "resident" else None
            if resident is not None:
                actors[row["login"]] = auth.actor_of(session, resident.id)
    for row in tables.rows("users.csv"):
        role, _at, unit = row["memberships"].partition("@")
        names = [role, f"{role}@{unit}"] if unit else [role]
        for name in [*names, f"handler@{unit}"] if role == "provider" else names:
            actors.setdefault(name, actors[row["login"]])
    return Demo(found.tenant_id, actors, office.PASSWORD)
