"""The demo office: complete, repeatable, made only where nothing is, and usable with the printed password."""

from __future__ import annotations

import re
from typing import Any

from app.auth.commands import SignIn
from app.cli.demo import seed as seeding
from app.cli.demo import tables
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM
from app.kernel.database import Database
from app.kernel.ids import new_id
from app.knowledge import queries as knowledge
from app.tenancy.commands import CreateTenant
from app.tenancy.queries import places, tenants, units
from tests.factories import Demo


def counts(database: Database, demo: Demo) -> dict[str, int]:
    with database.read(demo.tenant_id) as session:
        return {"units": len(units(session)), "places": len(places(session, limit=1000)),
                "services": len(knowledge.services(session)), "knowledge": len(knowledge.items(session))}


def test_the_office_has_all_that_the_tables_hold(demo_database: Database, tenant: Demo) -> None:
    assert counts(demo_database, tenant) == {
        "units": 19, "places": len(tables.rows("places.csv")), "services": 40, "knowledge": 12}


def test_seeding_again_changes_nothing(demo_database: Database, tenant: Demo) -> None:
    before = counts(demo_database, tenant)
    assert seeding.seed() == tenant.tenant_id
    assert counts(demo_database, tenant) == before and len(tenants()) == 1


def test_every_role_and_every_unit_has_its_people(tenant: Demo) -> None:
    for role in ("intake_clerk", "dispatcher", "follow_up_caller", "supervisor", "administrator", "leader", "analyst",
                 "operator", "resident", "provider@WBS"):
        assert role.split("@")[0] in tenant.actors[role].roles
    for row in tables.rows("units.csv"):
        assert f"handler@{row['code']}" in tenant.actors[f"handler@{row['code']}"].groups
        assert f"head@{row['code']}" in tenant.actors[f"head@{row['code']}"].groups


def test_the_printed_password_signs_in(tenant: Demo) -> None:
    assert tenant.password in " ".join(seeding.accounts())
    answer: Any = dispatch(SignIn(tenant_id=tenant.tenant_id, actor=GUEST, login="head_lrs", password=tenant.password))
    assert answer["user_id"] == str(tenant.actors["head@LRS"].user_id)


def test_an_answer_says_what_it_must_in_both_languages(demo_database: Database, tenant: Demo) -> None:
    def words(text: str) -> str:
        return re.sub(r"\W+", " ", text).lower()

    with demo_database.read(tenant.tenant_id) as session:
        items = {item.code: item for item in knowledge.items(session)}
    for row in tables.rows("knowledge.csv"):
        answer = items[row["code"]]
        parts = [part.strip() for part in row["answer_must_contain"].split(";")]
        assert answer.answer_zh.count("**") >= 2 * min(len(parts), 3) and answer.source
        missing = [part for part in parts if not _said(words(part), words(answer.answer_en))]
        assert not missing, f"{row['code']}: {missing}"


def _said(part: str, answer: str) -> bool:
    """Most words of what must be said occur."""
    wanted = [word for word in part.split() if len(word) > 3]
    return sum(word[:5] in answer for word in wanted) >= 0.6 * len(wanted)


def test_an_installation_with_an_office_gets_no_demo(database: Database) -> None:
    dispatch(CreateTenant(tenant_id=new_id(), actor=SYSTEM, slug="west", name_zh="西街", name_en="West Street"))
    lines = seeding.prepare_installation()
    assert [one.slug for one in tenants()] == ["west"] and not any("password" in line for line in lines)


def test_an_empty_installation_gets_one(database: Database) -> None:
    lines = seeding.prepare_installation()
    assert [one.slug for one in tenants()] == ["demo"] and any("password" in line for line in lines)
    assert seeding.prepare_installation() == seeding.accounts()
