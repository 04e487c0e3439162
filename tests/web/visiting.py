"""An office with one request in it, and everybody who may try something there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.auth.policy import STAFF_ROLES
from app.auth.queries import staff
from app.cases.commands import SubmitCase
from app.catalog.queries import listing
from app.cli.demo import office as demo_office
from app.cli.demo.mailbox import codes_to_memory
from app.engine.model import OpenTaskRow
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST
from app.tenancy import attachments
from app.tenancy.queries import tenant_by_slug
from app.workers import loop
from tests.factories import cheap_passwords
from tests.unit.attachments.files import png
from tests.web.admin_pages import Desk

UNKNOWN = UUID("01a20000-0000-7000-8000-00000000beef")
OWN, NEIGHBOUR = "13911110001", "13911110002"
"""Phones that the seed has sent no code to: a code can be had at once."""
LOGINS = {role: role for role in STAFF_ROLES} | {"handler": "handler_lrs", "head": "head_lrs", "provider": "provider_wbs"}


@dataclass(frozen=True)
class Ids:
    """Real ids of an office, by the name of the route's argument."""

    case_id: UUID
    file_id: UUID
    task_id: UUID
    token: str
    user_id: UUID
    version_id: UUID
    notification_id: UUID = UNKNOWN
    incident_id: UUID = UNKNOWN
    view_id: UUID = UNKNOWN
    absence_id: UUID = UNKNOWN
    notice_id: UUID = UNKNOWN
    export_id: UUID = UNKNOWN
    order_id: UUID = UNKNOWN
    fault_id: UUID = UNKNOWN
    quarantine_id: UUID = UNKNOWN
    topic_id: UUID = UNKNOWN
    question_id: UUID = UNKNOWN
    hold_id: UUID = UNKNOWN
    run_id: UUID = UNKNOWN
    walk_id: UUID = UNKNOWN

    def of(self, rule: Any) -> dict[str, Any]:
        """The arguments of a route. KeyError for an argument that nobody has thought of."""
        fixed = {"act": "withdraw", "code": "CS01", "module": "CS", "kind": "decision", "key": "review", "table": "units",
                 "filename": "css/base.css", "slug": "demo", "item": "overdue",
                 "process": "follow_up"}
        return {name: fixed[name] if name in fixed else getattr(self, name) for name in rule.arguments}


def fill(slug: str = "demo", phone: str = OWN) -> Ids:
    """One request with a file by a visitor with this phone, waiting at the window of an office."""
    cheap_passwords()
    found = tenant_by_slug(slug)
    tenant_id = found.tenant_id if found else demo_office.create(slug)
    file = attachments.receive(tenant_id, GUEST, png(), "a.png")["attachment_id"]
    answer = dispatch(SubmitCase(tenant_id=tenant_id, actor=GUEST, text="路灯坏了。", name="赵小敏", phone=phone,
                                 attachment_ids=(UUID(file),)))
    loop.until_idle()
    with database.current().read(tenant_id) as session:
        task = session.query(OpenTaskRow).filter_by(business_key=answer["case_id"]).one()
        version = next(iter(listing(session, tenant_id)))
        user = next(row.user_id for row in staff(session) if row.login == "handler_lrs")
        return Ids(UUID(answer["case_id"]), UUID(file), task.id, answer["token"], user, version.id)


def resident_browser(app: Any, phone: str = OWN) -> Any:
    """A browser where a resident has signed in with a code."""
    client = app.test_client()
    desk = Desk.__new__(Desk)
    desk.client = client
    with codes_to_memory() as codes:
        assert desk.post("/sign-in", {"phone": phone}).status_code == 200
        code = next(iter(codes.values()))
        assert desk.post("/sign-in", {"phone": phone, "code": code}).status_code == 303
    return desk


def browsers(app: Any) -> dict[str, Any]:
    """One signed-in browser for each role, and a visitor's."""
    visitor = Desk.__new__(Desk)
    visitor.client = app.test_client()
    return {"guest": visitor, "resident": resident_browser(app)} | {
        role: Desk(app, login) for role, login in LOGINS.items()}
