"""Internal matters run as cases do, and nothing that speaks of residents' requests knows of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from app import catalog
from app.auth.actors import actor_of
from app.cases import queries as cases
from app.cases.commands import AddNote, LogContact, NoteTimerFailure, OpenMatter, SendToMatter
from app.cases.model import EVERY, REQUEST, Case, every
from app.cases.publishing import queries as publishing
from app.deadlines.commands import SaveCalendarDay
from app.deadlines.model import Deadline
from app.engine.model import OpenTaskRow, TimerRow
from app.insight import queries as insight
from app.insight.periods import Period
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.offices import usage
from app.rules.model import RuleFiring, RuleHit
from app.supervision import queries as supervision
from app.tenancy import search
from tests.integration.matter_files import KEY, opened, publish
from tests.integration.play import Office
from tests.integration.test_lifecycle import to_handling


def read(office: Office, what: Any, *args: Any, **more: Any) -> Any:
    with database.current().read(office.tenant_id) as session:
        return what(session, *args, **more)


def test_a_process_runs_without_a_request(office: Office) -> None:
    publish(office)
    subject = office.submit()
    matter = opened(office, subject_id=subject)
    assert read(office, cases.matter_of, "order", subject).number == "DB-2026-0001"
    assert read(office, cases.matter_of, "order", matter) is None
    assert office.case(matter).phase == "looking" and set(office.tasks(matter)) == {"task_look"}
    head = office.who("head@LRS")
    row = next(one for one in read(office, cases.inbox_page, head).rows if one.case_id == matter)
    assert row.title == "垃圾清运 / Litter" and row.may_take and row.due_at is not None and row.colour == "green"
    page = read(office, cases.task_page, head, row.task_id)
    assert page.case.text == row.title and page.case.person is None and page.deadlines[0].name == "look"
    office.wait(days=7)
    assert [one.data["name"] for one in office.events("deadline.breached", matter)] == ["look"]
    assert office.send(SendToMatter, SYSTEM, matter_id=matter, name="more_known") == {"delivered": False}
    office.do("task_look", matter, co_result="ok")
    assert [one.body for one in office.entries(matter)] == ["looked"]
    assert office.send(SendToMatter, SYSTEM, matter_id=matter, name="more_known") == {"delivered": True}
    assert (office.case(matter).status, office.case(matter).outcome) == ("closed", "closed")
    assert office.case(subject).status == "open" and office.case(subject).phase != "submit"
    assert read(office, cases.matters, "order")[0].id == matter and not read(office, cases.matters, "topic")


def test_only_the_machine_opens_one(office: Office) -> None:
    publish(office)
    for actor in (office.who("supervisor"), office.who("head@LRS"), GUEST):
        with pytest.raises(Forbidden):
            office.send(OpenMatter, actor, nature="order", process_id=KEY, title="x", unit="LRS")
    for wrong in ({"nature": REQUEST}, {"nature": "no nature"}, {"title": " "}, {"title": "x" * 201}):
        with pytest.raises(Invalid):
            opened(office, **wrong)
    with pytest.raises(NotFound):
        office.send(SendToMatter, SYSTEM, matter_id=office.submit(), name="more_known")


def test_who_may_read_a_matter(office: Office) -> None:
    publish(office)
    matter = opened(office)
    strangers = [one for one in office.demo.actors.values() if "LRS" not in {g.partition("@")[2] for g in one.groups}
                 and not one.roles & {"supervisor", "leader"}]
    assert any("handler" in one.roles for one in strangers) and any("resident" in one.roles for one in strangers)
    for actor in strangers:
        with pytest.raises((NotFound, Forbidden)):
            read(office, cases.case_page, actor, matter)
        with pytest.raises((NotFound, Forbidden)):
            read(office, cases.matter, actor, matter, "order")
    for role in ("supervisor", "leader", "head@LRS", "handler@LRS"):
        page = read(office, cases.case_page, office.who(role), matter)
        assert page.tasks[0].element_id == "task_look" and page.diagrams[0].active == ("task_look",)
    for command in (LogContact,):
        with pytest.raises(NotFound):
            office.send(command, office.who("head@LRS"), case_id=matter, channel="phone", reached=True)
    office.send(AddNote, office.who("head@LRS"), case_id=matter, text="先看现场", visibility="public")
    assert [one.visibility for one in office.entries(matter)] == ["staff"]
    with pytest.raises(NotFound):
        office.send(AddNote, next(one for one in strangers if "handler" in one.roles), case_id=matter, text="x")
    task = office.tasks(matter)["task_look"]
    with pytest.raises(Conflict):
        read(office, cases.task_page, next(one for one in strangers if "handler" in one.roles), task.id)


def everything(office: Office, matter: UUID | None) -> dict[str, Any]:
    """What is told of residents' requests, to people who may read all of it."""
    now, chief, clerk = office.clock.now(), office.who("supervisor"), office.who("intake_clerk")
    today = now.date()
    period = Period(today - timedelta(days=5), today + timedelta(days=1), "week", ZoneInfo("Asia/Shanghai"))
    with database.current().read(office.tenant_id) as session:
        chief, clerk = (actor_of(session, one.user_id) for one in (chief, clerk))  # type: ignore[arg-type]
        found = {
            "search": cases.search_cases(session, chief), "by words": cases.search_cases(session, chief, q="垃圾清运"),
            "by number": cases.search_cases(session, chief, q="DB-"), "counts": cases.counts(session),
            "figures": insight.figures(session, chief, period), "oversight": supervision.oversight_page(session, chief),
            "alike": cases.similar_for_staff(session, clerk, "垃圾清运 Litter"),
            "neighbours": cases.similar_for_residents(session, office.tenant_id, "垃圾清运 Litter"),
            "published": publishing.published(session, office.tenant_id),
            "waiting": publishing.waiting(session, office.tenant_id, office.who("administrator")),
            "rates": publishing.figures(session, now - timedelta(days=60), now + timedelta(days=1)),
            "callers": cases.callers(session, clerk, phone="13900000001"),
            "use": usage.standing(session, office.tenant_id).uses, "months": usage.by_month(session, office.tenant_id),
            "index": search.find(session, "垃圾清运", ("case",), 50),
            "learned": list(cases.closed_case_texts(session, office.tenant_id)),
            "one": None if matter is None else session.get(Case, (office.tenant_id, matter))}
        for resident in (one for one in office.demo.actors.values() if "resident" in one.roles):
            found[f"mine {resident.user_id}"] = cases.cases_of_user(session, resident.user_id)  # type: ignore[arg-type]
    return found


def test_residents_requests_are_told_of_without_matters(office: Office) -> None:
    publish(office)
    to_handling(office)
    before = everything(office, None)
    assert before["search"] and before["counts"].open == 1 and before["figures"].modules
    place = office.case().place_id
    matter = opened(office, subject_id=office.case_id, module="CS", service="CS01", urgency="urgent", place_id=place)
    assert everything(office, matter) == before
    chief = office.who("supervisor")
    assert matter in {row.case_id for row in read(office, cases.inbox_page, chief, cases.InboxFilter(scope="all")).rows}
    office.wait(days=8)
    assert office.events("deadline.breached", matter)
    numbers = {office.case(matter).number}
    late = {row.number for row in everything(office, matter)["oversight"].rows}
    assert late == {office.case().number} and not late & numbers
    hits = {row.case_id for row in office.rows(RuleHit)} | {
        UUID(one) for row in office.rows(RuleFiring) for one in row.case_ids}
    assert matter not in hits and office.case_id in hits, "rules look at requests only"


def test_statements_leave_matters_out_unless_they_say_so(office: Office) -> None:
    publish(office)
    request, matter = office.submit(), opened(office)
    other = aliased(Case)
    with database.current().read(office.tenant_id) as session:
        def ids(query: Any) -> set[Any]:
            return set(session.scalars(query))

        for query in (
                select(Case.id), select(other.id), select(Case.id).where(Case.id.in_(select(other.id))),
                select(OpenTaskRow.business_key).join(Case, Case.instance_id == OpenTaskRow.instance_id),
                select(Deadline.case_id).where(Deadline.case_id.in_(select(Case.id))),
                select(Deadline.case_id).where(exists(select(Case.id).where(Case.id == Deadline.case_id))),
                select(Deadline.case_id).join(Case, Case.id == Deadline.case_id)):
            assert {UUID(str(one)) for one in ids(query)} == {request}, str(query)
            assert matter in {UUID(str(one)) for one in ids(every(query))}, str(query)
        assert session.scalar(select(func.count()).select_from(Case)) == 1
        assert session.scalar(select(func.count(Case.id))) == 1
        assert session.get(Case, (office.tenant_id, matter)) is None
        assert session.get(Case, (office.tenant_id, matter), execution_options=EVERY) is not None


def test_a_matter_has_no_link_and_no_resident(office: Office) -> None:
    publish(office)
    matter = opened(office)
    row = office.case(matter)
    assert row.person_id is None and len(row.token_hash) == 64
    for actor in (one for one in office.demo.actors.values() if "resident" in one.roles):
        with pytest.raises(NotFound):
            read(office, cases.resident_page, actor=actor, case_id=matter)


def test_calendar_diagram_counts_and_incidents_know_of_matters(office: Office) -> None:
    publish(office)
    matter = opened(office)

    def due() -> Any:
        return office.rows(Deadline, Deadline.case_id == matter)[0].due_at

    before = due()
    dispatch(SaveCalendarDay(tenant_id=office.tenant_id, actor=office.who("administrator"), on="2026-11-25", kind="rest",
                             name="停电检修", source="通知"))
    timer = office.rows(TimerRow, TimerRow.clock == "look.due_at")[0]
    assert due() - before == timedelta(days=1) and timer.due_at == due()
    chief = office.who("supervisor")
    with database.current().read(office.tenant_id) as session:
        live = catalog.live(session, office.tenant_id, "process", KEY)
        assert live is not None
        where = cases.Standing(KEY, live.hash, "task_look")
        assert cases.element_counts(session, where, office.clock.now() - timedelta(days=1))["task_look"].live == 1
        assert cases.open_by_version(session, KEY, [live.hash]) == {live.hash: 1}
        assert [row.case_id for row in cases.search_cases(session, chief, standing=where)] == [matter]
        stranger = next(one for one in office.demo.actors.values() if "handler" in one.roles
                        and "LRS" not in {group.partition("@")[2] for group in one.groups})
        assert not cases.search_cases(session, stranger, standing=where)
    office.send(NoteTimerFailure, SYSTEM, timer_id=timer.id, error="x")
    assert [one.case_number for one in read(office, cases.incidents, chief)] == [office.case(matter).number]
