"""Demand on both databases: what is found, who may do what about it, and that offices do not see each other's."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.auth.actors import actor_of
from app.cases.model import Case
from app.catalog.commands import PublishDefinition
from app.demand import queries
from app.demand.commands import Asked, ChooseMonth, ComputeDemand, DropTopic, NoteProgress, ProposeTopic
from app.demand.model import DemandEvidence, DemandRun, DemandTopic
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM, Actor
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.kernel.ids import new_id
from app.kernel.unit_of_work import transact
from app.tenancy.model import Place
from app.workers import demand as worker
from tests.databases import ROOT
from tests.integration.play import Office


@pytest.fixture(autouse=True)
def _looks_at_once() -> None:
    """The worker of this process may have looked in another test."""
    worker.DAILY.soon()


SERVICES = ("CS01", "CS03", "LS03", "PS02", "LI06")


def fill(office: Office, days: int = 160, *, burst: int = 0) -> dict[str, UUID]:
    """A steady office: six requests a day; `burst`: so many of CS01 more in place D2-A in the last three days."""
    source, number = random.Random(11), [0]

    def write(uow: Any) -> dict[str, UUID]:
        places = {code: new_id() for code in ("D1", "D2", "D2-A")}
        for code, place_id in places.items():
            uow.session.add(Place(tenant_id=uow.tenant_id, id=place_id, code=code, name=f"{code}小区",
                                  kind="compound" if "-" in code else "committee", parent_code="D2" if "-" in code else None))
        uow.session.flush()
        made = [_case(uow, source, source.randrange(1, days), source.choice(SERVICES), source.choice(list(places.values())), number)
                for _ in range(days * 6)]
        made += [_case(uow, source, source.randrange(1, 4), "CS01", places["D2-A"], number, rating=source.choice((1, 5)))
                 for _ in range(burst)]
        uow.session.add_all(made)
        return places
    return transact(office.tenant_id, SYSTEM, write)


def _case(uow: Any, source: random.Random, age: int, service: str, place: UUID, number: list[int], **more: Any) -> Case:
    number[0] += 1
    at = uow.now - timedelta(days=age, minutes=source.randrange(60))
    return Case(tenant_id=uow.tenant_id, id=new_id(), number=f"D-{number[0]:05}", channel="web", text="x", service=service,
                module=service[:2], kind="complaint", token_hash=f"{number[0]:064}", submitted_at=at, phase_at=at,
                status="closed", closed_at=at, place_id=place, rounds=1, **more)


def full(office: Office, role: str) -> Actor:
    with database.current().read(office.tenant_id) as session:
        return actor_of(session, office.who(role).user_id)  # type: ignore[arg-type]


def listed(office: Office, which: str = "open", role: str = "supervisor") -> list[queries.TopicRow]:
    with database.current().read(office.tenant_id) as session:
        return queries.topics(session, office.tenant_id, full(office, role), which)


def test_a_wave_becomes_one_topic_with_its_cases(office: Office) -> None:
    places = fill(office, burst=14)
    assert worker.tick(office.clock.now(), "w1") == 1
    (row,) = listed(office)
    topic = row.topic
    assert (topic.level, topic.code, topic.place_code, topic.source, topic.reason) == ("service", "CS01", "D2-A", "model", "growth")
    assert row.figures.count >= 14 and row.figures.ratio > 2 and row.figures.usual < row.figures.count
    assert row.figures.sure > .95 and row.cases == row.figures.cases and row.place == "D2-A小区"
    behind = {one.case_id for one in office.rows(DemandEvidence)}
    cases = office.rows(Case, Case.id.in_(list(behind)))
    assert {(one.service, one.place_id) for one in cases} == {("CS01", places["D2-A"])}
    volume = next(part for part in row.parts if part.factor == "volume")
    assert volume.points == round(30 * row.figures.count / 60, 1) and row.points == pytest.approx(sum(p.points for p in row.parts))
    with database.current().read(office.tenant_id) as session:
        page = queries.topic(session, office.tenant_id, full(office, "analyst"), topic.id)
    assert len(page.lines) == len(behind) and {line.number for line in page.lines} == {one.number for one in cases}


def test_it_runs_once_a_day_and_joins_what_is_known(office: Office) -> None:
    fill(office, burst=14)
    now = office.clock.now()
    assert worker.tick(now, "w1") == 1 and worker.tick(now + timedelta(minutes=11), "w2") == 0
    again = office.send(ComputeDemand, office.who("analyst"))
    assert again["done"] and (again["raised"], again["joined"]) == (0, 1) and again["cases"] > 900
    (run,) = office.rows(DemandRun)
    assert run.day == "2026-11-23" and set(run.versions) == {"demand_windows", "demand_topic"}
    office.clock.move_to(now + timedelta(hours=15))  # after midnight in Shanghai
    worker.tick(office.clock.now(), "w1")
    assert office.rows(DemandRun)[0].day == "2026-11-24" and len(office.rows(DemandTopic)) == 1


def test_a_steady_office_and_a_new_one_have_no_topic(office: Office) -> None:
    assert office.send(ComputeDemand, SYSTEM) == {"done": True, "cases": 0, "cells": 0, "raised": 0, "joined": 0}
    fill(office)
    found = office.send(ComputeDemand, office.who("analyst"))
    assert found["cells"] > 20 and found["raised"] == 0 and not listed(office)


def test_what_was_put_aside_rests(office: Office) -> None:
    fill(office, burst=14)
    office.send(ComputeDemand, SYSTEM)
    (row,) = listed(office)
    with pytest.raises(Invalid):
        office.send(DropTopic, office.who("supervisor"), topic_id=row.topic.id, reason=" ")
    with pytest.raises(NotFound):
        office.send(DropTopic, office.who("supervisor"), topic_id=new_id(), reason="x")
    office.send(DropTopic, office.who("leader"), topic_id=row.topic.id, reason="道路施工，下周结束")
    with pytest.raises(Conflict):
        office.send(DropTopic, office.who("leader"), topic_id=row.topic.id, reason="x")
    assert office.send(ComputeDemand, office.who("analyst"))["raised"] == 0 and not listed(office)
    assert listed(office, "ended")[0].topic.rest_until == office.clock.now() + timedelta(days=60)
    made = office.send(ProposeTopic, office.who("analyst"), level="service", code="CS01", place_code="D2-A", note="还是不行")
    assert made["raised"], "a person may propose it all the same"


def test_by_hand_and_by_a_rule_the_same_topic_is_joined(office: Office) -> None:
    fill(office, days=20)
    case = office.rows(Case, Case.service == "CS03")[0]
    by = office.who("supervisor")
    first = office.send(ProposeTopic, by, case_id=case.id, note="夜间施工噪声")
    again = office.send(ProposeTopic, SYSTEM, case_id=case.id, rule="similar_complaints", with_cases=(new_id(),))
    assert first["raised"] and again == {"topic_id": first["topic_id"], "raised": False}
    (row,) = listed(office)
    assert (row.topic.source, row.topic.reason, row.topic.note, row.cases) == ("hand", "hand", "夜间施工噪声", 1)
    for wrong in ({"level": "service", "code": "XX99"}, {"level": "kind", "code": "CS"}, {"level": "x", "code": "CS01"},
                  {"level": "service", "code": "CS01", "place_code": "nowhere"}, {"case_id": case.id, "note": ""}):
        with pytest.raises(Invalid):
            office.send(ProposeTopic, by, **{"note": "x", **wrong})
    with pytest.raises(NotFound):
        office.send(ProposeTopic, by, case_id=new_id(), note="x")
    with pytest.raises(Invalid):  # only the machine speaks for a rule
        office.send(ProposeTopic, by, case_id=case.id, rule="similar_complaints")


def test_thresholds_come_from_the_table_in_force(office: Office) -> None:
    fill(office, burst=14)
    file = ROOT / "rules/base/decisions/demand_topic/demand_topic.dmn"
    data = file.read_text(encoding="utf-8").replace("&gt;= 6<", "&gt;= 60<").replace("&gt;= 10<", "&gt;= 900<").replace("&gt;= 12<", "&gt;= 900<")
    dispatch(PublishDefinition(
        tenant_id=office.tenant_id, actor=office.who("administrator"), kind="decision", definition_key="demand_topic", data=data.encode(),
        file="rules/tenants/demo/decisions/demand_topic/demand_topic.dmn", reason="门槛提高"))
    assert office.send(ComputeDemand, SYSTEM)["raised"] == 0
    assert office.rows(DemandRun)[0].versions["demand_topic"]


def test_a_faulty_table_is_told_and_tried_again(office: Office) -> None:
    fill(office, burst=14)

    def publish(data: bytes) -> None:
        dispatch(PublishDefinition(
            tenant_id=office.tenant_id, actor=office.who("administrator"), kind="decision", definition_key="demand_windows",
            data=data, file="rules/tenants/demo/decisions/demand_windows/demand_windows.dmn", reason="试验"))
    shipped = (ROOT / "rules/base/decisions/demand_windows/demand_windows.dmn").read_bytes()
    publish(shipped.replace(b"<text>7</text>", b"<text>0</text>"))
    assert worker.tick(office.clock.now(), "w1") == 0 and not listed(office)
    assert "demand_windows must answer with days" in office.rows(DemandRun)[0].error
    with pytest.raises(Invalid):
        office.send(ComputeDemand, office.who("supervisor"))
    publish(shipped.replace(b"<text>20</text>", b"<text>21</text>"))
    assert office.send(ComputeDemand, office.who("supervisor"))["raised"] == 1 and not office.rows(DemandRun)[0].error


def test_security_20_topics_are_for_those_who_steer(office: Office) -> None:
    fill(office, burst=14)
    office.send(ComputeDemand, SYSTEM)
    (row,) = listed(office)
    for role in ("handler@LRS", "intake_clerk", "provider", "administrator"):
        with pytest.raises(Forbidden):
            listed(office, role=role)
    for actor in (GUEST, office.who("handler@LRS"), office.who("head@LRS")):
        for kind, data in ((ComputeDemand, {}), (ProposeTopic, {"level": "service", "code": "CS01", "note": "x"}),
                           (DropTopic, {"topic_id": row.topic.id, "reason": "x"}),
                           (ChooseMonth, {"month": "2026-11", "theme_zh": "x", "questions": ()}),
                           (NoteProgress, {"question_id": new_id(), "progress_zh": "x"})):
            with pytest.raises(Forbidden):
                office.send(kind, actor, **data)
    with pytest.raises(Forbidden):
        office.send(DropTopic, office.who("analyst"), topic_id=row.topic.id, reason="x")
    with database.current().read(new_id()) as session:  # another office
        assert queries.run(session) is None and not queries.published_months(session)
        assert not list(session.scalars(select(DemandTopic)))


def test_a_month_has_two_or_three_questions_and_keeps_their_progress(office: Office) -> None:
    chief = office.who("leader")
    ids = [UUID(office.send(ProposeTopic, chief, level="service", code=code, note="x")["topic_id"]) for code in SERVICES[:4]]
    asked = [Asked(one, f"问题{at}", f"Question {at}", "LRS") for at, one in enumerate(ids)]
    for wrong in ({"questions": tuple(asked[:1])}, {"questions": tuple(asked)}, {"questions": (asked[0], asked[0])},
                  {"month": "2026-13"}, {"theme_zh": ""}, {"questions": (asked[0], Asked(new_id(), "x", "", "LRS"))},
                  {"questions": (asked[0], Asked(ids[1], "x", "", "XXX"))}, {"questions": (asked[0], Asked(ids[1], "", "", "LRS"))}):
        with pytest.raises(Invalid):
            office.send(ChooseMonth, chief, **{"month": "2026-11", "theme_zh": "清洁家园", "questions": tuple(asked[:2]), **wrong})
    office.send(ChooseMonth, chief, month="2026-11", theme_zh="清洁家园", theme_en="A clean home", questions=tuple(asked[:2]))
    with database.current().read(office.tenant_id) as session:
        assert not queries.published_months(session)
        (month,) = queries.months(session, full(office, "supervisor"))
    question = month.questions[0].question
    office.send(NoteProgress, office.who("supervisor"), question_id=question.id, progress_zh="已增设投放点")
    office.send(ChooseMonth, chief, month="2026-11", theme_zh="清洁家园", questions=(asked[2], asked[0]), publish=True)
    office.send(ChooseMonth, chief, month="2026-12", theme_zh="安静", questions=(asked[1], asked[3]), publish=True)
    with database.current().read(office.tenant_id) as session:
        later, month = queries.published_months(session)
    assert [one.question.topic_id for one in month.questions] == [ids[2], ids[0]] and later.month.month == "2026-12"
    assert [one.question.progress_zh for one in month.questions] == ["", "已增设投放点"]
