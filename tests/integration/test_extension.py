"""More time is asked for before the date, and given at most as the table `extension_limit` allows; escalations come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app import catalog, dmn
from app.cases.model import CaseNotice
from app.deadlines import DeadlineBook
from app.deadlines.calendars import calendar_of
from app.deadlines.model import Deadline
from app.kernel import database
from app.kernel.errors import Invalid
from app.notifications.model import Notification
from tests.integration.play import Office
from tests.integration.test_lifecycle import to_handling

ASK = {"action": "request_extension", "extension_reason": "需要第三方检测 needs a test by a third party"}


def ask(office: Office, days: int) -> None:
    office.do("task_handle", **ASK, extension_days=str(days))


def clock(office: Office) -> Deadline:
    return office.rows(Deadline, Deadline.name == "reply", Deadline.case_id == office.case_id)[0]


def limit(office: Office, **inputs: Any) -> dict[str, Any]:
    """What the table in force allows."""
    with database.current().read(office.tenant_id) as session:
        model = catalog.compiled(session, office.tenant_id, "decision", "extension_limit")[1]
        return dict(dmn.decide(model, "extension_limit", inputs, now=office.clock.now()).value)


def refusals(office: Office) -> list[CaseNotice]:
    return office.rows(CaseNotice, CaseNotice.template == "extension_refused")


def test_an_extension_is_at_most_what_the_table_allows(office: Office) -> None:
    """60 days are asked for; the head may give 10, and no form takes more."""
    to_handling(office, service="CS05")
    before = clock(office)
    most = limit(office, late=False, urgency="normal", kind="complaint", reopen_count=0)
    assert (most["max_days"], most["unit"], most["times"]) == (10, "wd", 1)
    ask(office, 60)
    assert "task_approve_extension" in office.tasks(), office.state()
    with pytest.raises(Invalid) as refused:
        office.do("task_approve_extension", extension_approved="yes", extension_days="11")
    assert "extension_days" in refused.value.fields
    office.do("task_approve_extension", extension_approved="yes", extension_days="10")
    row = clock(office)
    with database.current().read(office.tenant_id) as session:
        book = DeadlineBook(office.case_id, office.clock.now(), {"reply": row}, lambda: calendar_of(session, office.tenant_id))
        assert row.due_at == book.calendar.add_days(before.due_at, 10) and row.extensions == 1
    assert row.first_due_at == before.first_due_at


def test_a_second_extension_is_refused_with_the_reason(office: Office) -> None:
    to_handling(office, service="CS05")
    ask(office, 2)
    office.do("task_approve_extension", extension_approved="yes", extension_days="2")
    due = clock(office).due_at
    ask(office, 2)
    assert "task_approve_extension" not in office.tasks() and clock(office).due_at == due
    [told] = refusals(office)
    assert "It was extended as often as is allowed." in told.params["why"] and told.params["note"] is None


def test_a_request_after_expiry_is_refused_with_words(office: Office) -> None:
    to_handling(office, service="CS05")
    office.clock.move_to(clock(office).due_at + timedelta(minutes=1))
    office.work()
    before = clock(office)
    assert before.breached_at is not None
    ask(office, 2)
    assert "task_approve_extension" not in office.tasks() and "task_handle" in office.tasks(), office.state()
    assert (clock(office).due_at, clock(office).extensions) == (before.due_at, 0)
    [told] = refusals(office)
    assert "The limit has passed; an extension is asked for before that." in told.params["why"]
    bodies = [message.body for message in office.rows(Notification) if message.template == "extension_refused"]
    assert any("时限已过，延期须在到期前申请。" in body and "The limit" not in body for body in bodies), bodies
    assert not office.events("deadline.extended")


def test_a_request_just_before_expiry_counts_though_it_is_approved_after_it(office: Office) -> None:
    """Applied for in time is what counts; the head's delay is not the unit's."""
    to_handling(office, service="CS05")
    before = clock(office).due_at
    office.clock.move_to(before - timedelta(minutes=1))
    ask(office, 1)
    office.clock.move_to(before + timedelta(minutes=30))
    office.do("task_approve_extension", extension_approved="yes", extension_days="1")
    assert clock(office).due_at > before and clock(office).extensions == 1, office.state()


def test_open_mercato_2293_what_shall_happen_at_the_date_happens(office: Office) -> None:
    """open-mercato #2293: escalation rules are shown and never executed. Here reminder and date fire by themselves."""
    to_handling(office, service="CS05")
    row = clock(office)
    assert row.warn_at is not None
    office.clock.move_to(row.warn_at)
    office.work()
    assert [one.data["name"] for one in office.events("deadline.warned")].count("reply") == 1
    assert not [one for one in office.events("deadline.breached") if one.data["name"] == "reply"]
    office.clock.move_to(row.due_at)
    office.work()
    assert [one.data["name"] for one in office.events("deadline.breached")].count("reply") == 1
    assert clock(office).breached_at == row.due_at
    templates = {notice.template for notice in office.rows(CaseNotice)}
    assert any("overdue" in name or "breach" in name or "late" in name for name in templates), templates
    office.work()
    assert [one.data["name"] for one in office.events("deadline.breached")].count("reply") == 1, "and once"
