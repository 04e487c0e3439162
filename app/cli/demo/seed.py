"""Prepares an installation: publishes what ships, and gives an empty one a demo office to look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.cli.demo import office, tables, year
from app.tenancy.queries import tenant_by_slug, tenants

SLUG = "demo"


def seed(slug: str = SLUG, *, password: str = office.PASSWORD) -> UUID:
    """Publish the base definitions and make the demo office, or complete it. Its tenant id. Idempotent."""
    office.publish_base()
    return office.create(slug, password=password)


def prepare_installation() -> list[str]:
    """What `make run` does before it serves: definitions always, the demo office only where there is none at all.

    Answers lines for the terminal: the address of the demo office and its accounts.
    """
    lines = publishing_lines(office.publish_base())
    if not tenants():
        tenant_id, cases = office.create(SLUG), year.wanted()
        lines.append("a demo office was made")
        if cases:
            year.start(tenant_id, cases)
    demo = tenant_by_slug(SLUG)
    return lines + accounts() if demo is not None and demo.is_demo else lines


def publishing_lines(answer: Mapping[str, Any]) -> list[str]:
    """What was published, and each file that waits behind a version published later (the drift)."""
    lines = [f"{len(answer['published'])} definitions published"] if answer["published"] else []
    lines += [f"drift: {one['kind']} {one['key']} was changed after its file was published; the change stays in force"
              for one in answer["kept"]]
    return lines + [f"drift: {one['kind']} {one['key']} of an office was made from an older base"
                    for one in answer["drift"]]


def accounts() -> list[str]:
    """The demo's sign-in names by role, and their one password."""
    first: dict[str, str] = {}
    for row in tables.rows("users.csv"):
        if row["kind"] == "staff":
            first.setdefault(row["memberships"].split("@")[0], row["login"])
    names = ", ".join(first.values())
    return [f"demo office: /t/{SLUG}/   staff sign in at /t/{SLUG}/staff/",
            f"demo accounts: {names}   password: {office.PASSWORD}"]
