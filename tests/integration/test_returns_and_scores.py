"""Who is responsible first, which returns are proper, and what a unit scores; every figure is the list it opens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app import catalog
from app.cases import queries as cases
from app.cases.commands import RateCase
from app.cases.model import CaseReturn, DecisionRecord
from app.catalog.commands import PublishDefinition
from app.insight import scores
from app.insight.periods import Period
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.errors import Forbidden, NotFound
from app.rules.commands import OpenOrder
from tests.integration.play import Office
from tests.integration.test_lifecycle import BEFORE_HANDLING, INTAKE, reply, to_handling
from tests.integration.test_supervision_rules import passed_on

REASON = "不属于本单位职责 not our duty"


def send_back(office: Office, reason: str = REASON) -> None:
    office.do("task_accept_work", accept_decision="return", return_reason=reason)


def dispatch_to(office: Office, unit: str) -> None:
    office.do("task_dispatch", **{**BEFORE_HANDLING["task_dispatch"], "unit": unit})


def judged(office: Office) -> list[tuple[str, str, str]]:
    return [(row.unit, row.judgement, row.ground) for row in office.rows(CaseReturn)]


def test_a_return_is_judged_when_it_comes_and_again_when_the_case_goes_on(office: Office) -> None:
    passed_on(office)
    first = office.case().unit
    other = "WBS" if first != "WBS" else "FGS"
    assert office.case().first_unit == first
    send_back(office)
    assert judged(office) == [(first, "proper", "in_order")]
    dispatch_to(office, other)
    assert judged(office) == [(first, "proper", "in_order")] and office.case().first_unit == first
    office.wait(days=5)
    send_back(office)
    assert judged(office) == [(first, "proper", "in_order"), (other, "improper", "late")]
    dispatch_to(office, str(first))
    assert judged(office) == [(first, "improper", "came_back"), (other, "improper", "late")]
    send_back(office)
    assert "task_rule_on_unit" in office.tasks(), office.state()
    office.do("task_rule_on_unit", unit=first, co_units=[other], unit_ruling_text="首接负责，由首接单位牵头")
    assert judged(office) == [(first, "improper", "ruled_against"), (other, "improper", "late"), (first, "improper", "ruled_against")]
    case = office.case()
    assert (case.unit, case.first_unit) == (first, first), "the ruling stands, and who was first leads"
    told = [(one.data["by_unit"], one.data["judgement"], one.data["ground"]) for one in office.events("case.return_judged")]
    assert told == [(first, "proper", "in_order"), (other, "improper", "late"), (first, "improper", "came_back"),
                    (first, "proper", "in_order"), (first, "improper", "ruled_against"), (first, "improper", "ruled_against")]
    kept = office.rows(DecisionRecord, DecisionRecord.decision_id == "return_judgement")
    assert len(kept) >= 5 and all(row.hash and row.case_id == case.id for row in kept)
    with database.current().read(office.tenant_id) as session:
        page = cases.case_page(session, office.who("supervisor"), case.id)
    assert [one.ground for one in page.returns] == ["ruled_against", "late", "ruled_against"]
    assert not page.incidents


def month(office: Office) -> Period:
    day = office.clock.now().date()
    return Period(day.replace(day=1), day + timedelta(days=1), "month", ZoneInfo("Asia/Shanghai"))


def league(office: Office, role: str = "leader") -> dict[str, dict[str, scores.ItemScore]]:
    with database.current().read(office.tenant_id) as session:
        found = scores.scores(session, office.who(role), month(office))
    assert found.version == 1
    for unit in found.units:
        assert unit.total == round(sum(one.points for one in unit.items), 1)
    return {unit.code: {one.code: one for one in unit.items} for unit in found.units}


def test_a_unit_scores_by_the_table_and_each_figure_is_its_list(office: Office) -> None:
    to_handling(office)
    unit = str(office.case().unit)
    reply(office)
    office.send(RateCase, token=office.token, rating=4, solved="yes")
    office.work()
    office.submit()
    office.work()
    office.do("task_intake", **INTAKE)
    if "task_dispatch" in office.tasks():
        dispatch_to(office, unit)
    send_back(office, "不归我们管")
    office.send(OpenOrder, office.who("supervisor"), text="请说明", unit=unit)
    office.work()
    order = next(one.id for one in _orders(office))
    office.wait(days=6)
    office.do("task_answer", order, order_answer="已整改完毕")
    office.do("task_verify", order, verdict="accept", score="2")
    found = league(office)[unit]
    assert (found["satisfied"].count, found["satisfied"].points) == (1, 25.0)
    assert (found["solved"].share, found["solved"].points) == (1.0, 25.0)
    assert (found["orders"].share, found["orders"].points) == (0.4, 8.0)
    assert (found["improper_returns"].count, found["improper_returns"].points) == (1, -2.0)
    assert (found["returns"].count, found["returns"].share, found["returns"].points) == (1, 0.0, 0.0)
    assert (found["unanswered"].count, found["unanswered"].points) == (1, -5.0)
    assert found["on_time"].count > 0 and found["on_time"].points == round(30 * (found["on_time"].share or 0), 1)
    assert found["overdue"].points == -found["overdue"].count
    with database.current().read(office.tenant_id) as session:
        for code, item in found.items():
            rows = scores.behind(session, office.who("leader"), month(office), code, unit)
            assert len(rows) == item.count, code
            page = [cases.case_page(session, office.who("leader"), row.case_id).case.number for row in rows]
            assert page == [row.number for row in rows], "a leader may open what a figure is made of"
        for wrong in (("nothing", unit), ):
            with pytest.raises(NotFound):
                scores.behind(session, office.who("leader"), month(office), *wrong)
        with pytest.raises(Forbidden):
            scores.scores(session, office.who("handler"), month(office))


def test_what_counts_is_said_by_the_tables_of_the_rates(office: Office) -> None:
    to_handling(office)
    unit = str(office.case().unit)
    reply(office)
    office.send(RateCase, token=office.token, rating=4, solved="yes")
    office.work()
    assert league(office)[unit]["satisfied"].share == 1.0
    with database.current().read(office.tenant_id) as session:
        shipped = catalog.live(session, office.tenant_id, "decision", "satisfied_rate")
    assert shipped is not None
    dispatch(PublishDefinition(tenant_id=office.tenant_id, actor=SYSTEM, kind="decision", reason="only very satisfied",
                               definition_key="satisfied_rate", data=shipped.data.replace(b"&gt;= 3", b"&gt;= 5")))
    assert league(office)[unit]["satisfied"].share == 0.0
    with database.current().read(office.tenant_id) as session:
        rows = scores.behind(session, office.who("leader"), month(office), "satisfied", unit)
    assert [(row.case_id, row.good) for row in rows] == [(office.case_id, False)]


def _orders(office: Office) -> list[Any]:
    with database.current().read(office.tenant_id) as session:
        return cases.matters(session, "order")
