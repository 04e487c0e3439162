"""A new office's first case beyond the window: handled, or waiting for people, and never an incident."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app import auth
from app.auth.queries import staff
from app.cases.commands import ClaimTask, CompleteTask, SubmitCase
from app.cases.model import Case
from app.engine.model import IncidentRow, OpenTaskRow
from app.kernel import clock
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, Actor
from app.kernel.database import Database
from app.kernel.errors import Invalid
from app.kernel.ids import new_id
from app.offices.commands import CreateOffice
from app.tenancy.queries import tenants
from app.workers import loop
from tests.integration.test_lifecycle import INTAKE
from tests.integration.test_offices import PASSWORD, START, TERM, VALUES


def complete(database: Database, tenant_id: UUID, boss: Actor, element: str, **data: Any) -> None:
    with database.read(tenant_id) as session:
        row = session.scalars(select(OpenTaskRow).where(OpenTaskRow.element_id == element)).one()
        task_id, form_hash = row.id, row.form_hash
    dispatch(ClaimTask(tenant_id=tenant_id, actor=boss, task_id=task_id))
    dispatch(CompleteTask(tenant_id=tenant_id, actor=boss, task_id=task_id, data=data, form_hash=form_hash))
    loop.until_idle()


def make(tenant: Any, starters: tuple[str, ...]) -> UUID:
    made = new_id()
    dispatch(CreateOffice(tenant_id=made, actor=tenant.actors["operator"], values=VALUES, term=TERM,
                          first_password=PASSWORD, starters=starters, takes_in=True))
    return made


def test_services_come_only_with_the_units_that_handle_them(demo_database: Database, tenant: Any) -> None:
    """So no table can send a case of a new office to a unit that is not there."""
    with pytest.raises(Invalid) as error:
        make(tenant, ("services",))
    assert list(error.value.fields) == ["services"] and len(tenants()) == 1


def test_a_case_waits_open_for_whoever_will_work_in_its_unit(demo_database: Database, tenant: Any) -> None:
    """Nobody but the administrator is there yet: the case goes on to its unit, and no incident stops it."""
    with clock.use(clock.VirtualClock(START)):
        made = make(tenant, ("units", "services"))
        with demo_database.read(made) as session:
            boss = auth.actor_of(session, staff(session)[0].user_id)
        case_id = UUID(dispatch(SubmitCase(tenant_id=made, actor=GUEST, text="垃圾三天没有清运。", name="甲",
                                           phone="13911110001", module="CS", service="CS01"))["case_id"])
        loop.until_idle()
        complete(demo_database, made, boss, "task_intake", **INTAKE)
        with demo_database.read(made) as session:
            tasks = {row.element_id: row.groups for row in session.scalars(select(OpenTaskRow))}
            incidents = [(row.element_id, row.code, row.message) for row in session.scalars(select(IncidentRow))]
            case = session.get_one(Case, (made, case_id))
        assert incidents == [], incidents
        assert (case.status, case.phase, case.unit) == ("open", "reply", "LRS")
        assert tasks == {"task_accept_work": ["handler@LRS"]}
