"""A topic goes through supply adjustment on both databases: from its figures to the measured effect."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.cases import queries as cases
from app.cases.model import Case, every
from app.demand import queries
from app.demand.commands import ComputeDemand, DropTopic, NoteChange, TakeUpTopic
from app.demand.model import DemandChange, DemandMeasure, DemandTopic
from app.engine.model import IncidentRow
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.errors import Conflict, Forbidden, Invalid
from app.kernel.unit_of_work import transact
from app.knowledge.commands import SaveService
from app.knowledge.model import ServiceItem
from app.knowledge.notices import Notice
from tests.integration.play import Office
from tests.integration.test_demand import _case, _looks_at_once, fill, full, listed  # noqa: F401  an autouse fixture


def more(office: Office, place: UUID, days: int, a_week: int, start: int = 900_000) -> None:
    """Requests of CS01 in one place over the last `days`, and six a day of everything else: time has passed."""
    source, number = random.Random(start), [start]

    def write(uow: Any) -> None:
        uow.session.add_all([_case(uow, source, source.randrange(1, days), "CS01", place, number, solved="yes", rating=5)
                             for _ in range(days * a_week // 7)])
        uow.session.add_all([_case(uow, source, source.randrange(1, days), "LS03", place, number) for _ in range(days * 6)])
    transact(office.tenant_id, SYSTEM, write)


def taken(office: Office) -> tuple[DemandTopic, UUID, dict[str, UUID]]:
    places = fill(office, burst=14)
    office.send(ComputeDemand, SYSTEM)
    (row,) = listed(office)
    answer = office.send(TakeUpTopic, office.who("leader"), topic_id=row.topic.id, unit="LRS")
    office.work()
    return row.topic, UUID(answer["case_id"]), places


def matter(office: Office, case_id: UUID) -> Case:
    with database.current().read(office.tenant_id) as session:
        return session.scalars(every(select(Case).where(Case.id == case_id))).one()


def saved(office: Office, code: str, **changed: str) -> None:
    """The catalogue is changed on its own page."""
    item = office.rows(ServiceItem, ServiceItem.code == code)[0].document()
    dispatch(SaveService(tenant_id=office.tenant_id, actor=office.who("administrator"), reason="议题", **{**item, **changed}))


def to_measuring(office: Office, case_id: UUID, note: str = "增设投放点") -> None:
    office.do("task_plan", case_id, plan_note="增设三处投放点，每周清运两次")
    office.do("task_change", case_id, change_what="service", change_service="CS01", change_note=note)
    office.do("task_publish", case_id, notice_publish="yes", notice_title_zh="您的诉求带来了改变", notice_body_zh="新增三处投放点。",
              notice_title_en="What you asked for changed this", notice_body_en="Three new drop points.")


def test_from_the_figures_to_the_measured_effect(office: Office) -> None:
    topic, case_id, places = taken(office)
    assert matter(office, case_id).number == "XQ-2026-0001" and matter(office, case_id).phase == "evidence"
    with database.current().read(office.tenant_id) as session:
        task = office.tasks(case_id)["task_evidence"]
        page = cases.task_page(session, full(office, "supervisor"), task.id)
    assert page.values["count"] == topic.figures["count"] and str(page.values["title_zh"]).endswith("D2-A小区")
    office.do("task_evidence", case_id, evidence="投放点太少", worth="yes")
    office.do("task_name_owner", case_id, owner_unit="LRS", goal="四周内减少一半")
    assert matter(office, case_id).unit == "LRS" and office.tasks(case_id)["task_plan"].groups == ["head@LRS"]
    saved(office, "CS01", commitment_zh="两小时内清运")
    to_measuring(office, case_id)
    (change,) = office.rows(DemandChange)
    assert (change.what, change.key, change.version, change.note) == ("service", "CS01", 2, "增设投放点")
    (notice,) = office.rows(Notice, Notice.title_zh == "您的诉求带来了改变")
    assert notice.state == "published" and notice.service_code == "CS01" and notice.ends_at - notice.starts_at == timedelta(days=30)
    assert matter(office, case_id).phase == "measure" and not office.tasks(case_id)
    office.clock.move_to(office.clock.now() + timedelta(days=29))
    more(office, places["D2-A"], 29, 1)
    office.work()
    (found,) = office.rows(DemandMeasure)
    assert not office.rows(IncidentRow) and found.days == 28 and found.round == 1
    assert found.before["count"] > 4 * found.after["count"] and found.high < 1 and found.effective and found.sure > .99
    assert found.after["solved"] == found.after["solved_of"] == found.after["satisfied"] > 0
    office.do("task_judge", case_id, accepted="yes", result_note="明显减少")
    done = office.rows(DemandTopic, DemandTopic.id == topic.id)[0]
    assert (done.state, done.end_note, matter(office, case_id).outcome) == ("closed", "accepted", "accepted")
    assert done.rest_until is not None and [one.type for one in office.events(None, case_id)][-1] == "demand.topic_closed"
    with database.current().read(office.tenant_id) as session:
        page = queries.topic(session, office.tenant_id, full(office, "leader"), topic.id)
    assert page.matter == case_id and len(page.changes) == len(page.measures) == 1


def test_without_an_effect_it_goes_round_again(office: Office) -> None:
    topic, case_id, places = taken(office)
    office.do("task_evidence", case_id, evidence="投放点太少", worth="yes")
    office.do("task_name_owner", case_id, owner_unit="LRS", goal="减少一半")
    to_measuring(office, case_id)
    office.clock.move_to(office.clock.now() + timedelta(days=29))
    more(office, places["D2-A"], 29, 7)
    office.work()
    assert not office.rows(DemandMeasure)[0].effective
    office.do("task_judge", case_id, accepted="no", result_note="没有变化")
    assert set(office.tasks(case_id)) == {"task_plan"} and matter(office, case_id).status == "open"
    office.clock.move_to(office.clock.now() + timedelta(days=9))
    office.work()
    assert [one.data["template"] for one in office.events("case.notice_wanted", case_id)] == ["topic_late"]
    to_measuring(office, case_id, "再增两处")
    assert [one.note for one in office.rows(DemandChange)] == ["增设投放点", "再增两处"]
    assert office.rows(DemandTopic, DemandTopic.id == topic.id)[0].state == "taken"


def test_nothing_to_change_ends_the_topic(office: Office) -> None:
    topic, case_id, _places = taken(office)
    again = office.send(ComputeDemand, office.who("supervisor"))
    assert (again["raised"], again["joined"]) == (0, 1), "a topic that is worked on is not raised again"
    with pytest.raises(Conflict):
        office.send(TakeUpTopic, office.who("leader"), topic_id=topic.id, unit="LRS")
    with pytest.raises(Conflict):
        office.send(DropTopic, office.who("leader"), topic_id=topic.id, reason="x")
    office.do("task_evidence", case_id, evidence="一次停电引起", worth="no")
    assert listed(office, "ended")[0].topic.end_note == "nothing_to_change"
    with pytest.raises(Conflict):
        office.send(NoteChange, office.who("leader"), topic_id=topic.id, what="unit", key="LRS")


def test_changes_are_of_what_there_is(office: Office) -> None:
    topic, _case_id, _places = taken(office)
    for what, key in (("service", "XX"), ("decision", "none"), ("unit", "XX"), ("process", "supply_adjustment")):
        with pytest.raises(Invalid):
            office.send(NoteChange, office.who("supervisor"), topic_id=topic.id, what=what, key=key)
    assert office.send(NoteChange, office.who("supervisor"), topic_id=topic.id, what="decision", key="time_limit")["version"] == 1
    assert office.rows(DemandChange)[0].hash
    for actor in (office.who("analyst"), office.who("head@LRS")):
        with pytest.raises(Forbidden):
            office.send(TakeUpTopic, actor, topic_id=topic.id, unit="LRS")
    with pytest.raises(Invalid):
        fresh = listed(office, "taken")[0].topic
        transact(office.tenant_id, SYSTEM, lambda uow: setattr(uow.session.get(DemandTopic, (office.tenant_id, fresh.id)), "state", "open"))
        office.send(TakeUpTopic, office.who("leader"), topic_id=fresh.id, unit="NOPE")
