"""A visit is agreed: wished times reach the provider, one is confirmed, and what does not suit goes back as a task."""

from __future__ import annotations

from typing import Any

import pytest

from app.cases import queries
from app.cases.commands import RefuseAppointment
from app.cases.model import Appointment, CaseNotice
from app.kernel import database
from app.kernel.errors import Conflict, Invalid, NotFound
from tests.integration.play import Office
from tests.integration.test_lifecycle import INTAKE

WISHES = [{"on": "2026-11-26", "part": "morning"}, {"on": "2026-11-27", "part": "evening"}, {"on": None, "part": None}]
PRICE = "上门费三十元 30 yuan"


def to_appointment(office: Office, **more: Any) -> None:
    """A request for a living service, up to the unit's question for the time."""
    office.submit("洗衣机不转了。The washing machine does not turn.", module="LS", service="LS04",
                  **({"fields": {"wished_slots": WISHES}} | more))
    office.work()
    office.do("task_intake", **(INTAKE | {"kind": "help", "service": "LS04"}))
    for name, data in (("task_dispatch", {"unit": "WBS", "urgency": "normal", "instruction": "请办理 please handle"}),
                       ("task_accept_work", {"accept_decision": "accept"})):
        if name in office.tasks():
            office.do(name, **data)
    assert "task_confirm_appointment" in office.tasks(), office.state()


def page(office: Office) -> Any:
    with database.current().read(office.tenant_id) as session:
        return queries.resident_page(session, office.token)


def test_one_of_the_wished_times_is_agreed_told_and_shown(office: Office) -> None:
    to_appointment(office)
    office.do("task_confirm_appointment", agreed_slot="2026-11-27 evening", price_told=PRICE)
    visit = page(office).appointment
    assert (visit.visit_on, visit.part, visit.price, visit.state, visit.may_refuse) == (
        "2026-11-27", "evening", PRICE, "agreed", True)
    told = office.rows(CaseNotice, CaseNotice.template == "appointment_made")[-1].params
    assert (told["visit_on"], told["hours"]) == ("2026-11-27", "18:00–21:00")
    office.do("task_record_service", service_result="done", charge="30")
    assert page(office).appointment.state == "kept"
    assert [event.data["state"] for event in office.events("case.appointment_changed")] == ["agreed", "kept"]


def test_only_a_wished_time_can_be_taken_as_one(office: Office) -> None:
    to_appointment(office)
    with pytest.raises(Invalid):
        office.do("task_confirm_appointment", agreed_slot="2026-12-24 evening", price_told=PRICE)


def test_a_time_that_does_not_suit_goes_back_to_the_provider(office: Office) -> None:
    to_appointment(office)
    office.do("task_confirm_appointment", visit_on="2026-12-01", time_slot="morning", price_told=PRICE)
    with pytest.raises(Invalid):
        office.send(RefuseAppointment, token=office.token, text=" ")
    with pytest.raises(NotFound):
        office.send(RefuseAppointment, token="wrong", text="那天要去医院")
    office.send(RefuseAppointment, token=office.token, text="那天要去医院 at the hospital that day")
    assert "task_confirm_appointment" in office.tasks() and "task_record_service" not in office.tasks()
    shown = page(office)
    assert shown.appointment.state == "refused" and not shown.appointment.may_refuse
    assert shown.entries[-1].by_resident and "医院" in shown.entries[-1].body
    with pytest.raises(Conflict):
        office.send(RefuseAppointment, token=office.token, text="还是不行")
    office.do("task_confirm_appointment", agreed_slot="2026-11-26 morning", price_told=PRICE)
    assert page(office).appointment.visit_on == "2026-11-26"
    assert [row.state for row in office.rows(Appointment)] == ["refused", "agreed"]


@pytest.mark.parametrize("slots", [None, "tomorrow", [{"on": "<b>", "part": "x y"}], [7], [{"on": "2026-02-31"}]])
def test_what_is_no_list_of_times_is_no_wish(office: Office, slots: Any) -> None:
    to_appointment(office, fields={"wished_slots": slots})
    office.do("task_confirm_appointment", visit_on="2026-12-01", time_slot="morning", price_told=PRICE)
    assert page(office).appointment.visit_on == "2026-12-01"
