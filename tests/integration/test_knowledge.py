"""Catalogue, knowledge items, search and suggestion on both databases."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import knowledge
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM, Actor
from app.kernel.database import Database
from app.kernel.errors import Forbidden, Invalid, TooLarge
from app.knowledge import queries
from app.knowledge.commands import ImportKnowledge, ImportServices, SaveKnowledgeItem, SaveService
from app.knowledge.model import TextModelVersion
from app.tenancy.commands import CreateTenant, SaveUnit, SetTenantSettings

OFFICE, OTHER = UUID(int=601), UUID(int=602)
CLERK = Actor(user_id=UUID(int=1), name="c", roles=frozenset({"intake_clerk"}))
SERVICES = """code,module,zh,en,unit,kind,urgency,limit,commitment
CS01,投诉建议,暴露垃圾与道路污损,"Litter, dirty road",LRS,投诉,normal,4 wh,photo before and after
CS03,投诉建议,施工与生活噪声,Noise,ZFD,投诉,urgent,4 wh,on site the same night
LS01,LS,老年助餐送餐,Meals for the elderly,ZHWL,help,normal,1 wd,
"""
ITEMS = """code,service,question_zh,question_en,owner,review_days
K05,LS01,老年餐怎么申请，多少钱？,How to apply for elder meals?,ZHWL,90
K10,-,不受理事项有哪些？,What is not accepted?,CYZX,365
"""
WORDS = {"CS01": ["垃圾没人清", "路面很脏", "臭味", "垃圾桶满了"], "CS03": ["半夜施工", "噪声", "睡不着", "电钻声"],
         "LS01": ["送午饭", "老人吃饭", "助餐卡", "食堂"]}


@pytest.fixture(autouse=True)
def office(database: Database) -> None:
    from app.knowledge import handlers  # noqa: F401  registers the commands
    from app.tenancy import handlers as also  # noqa: F401

    for tenant_id, slug in ((OFFICE, "one"), (OTHER, "two")):
        dispatch(CreateTenant(tenant_id=tenant_id, actor=SYSTEM, slug=slug, name_zh="街道", name_en="Office"))
    dispatch(ImportServices(tenant_id=OFFICE, actor=SYSTEM, csv_text=SERVICES))
    dispatch(ImportKnowledge(tenant_id=OFFICE, actor=SYSTEM, csv_text=ITEMS))


def closed(count: int = 90, seed: int = 4) -> list[tuple[str, str]]:
    chance = random.Random(seed)
    return [(f"{chance.choice(WORDS[code])}\n您好，{'，'.join(chance.sample(WORDS[code], 2))}，请处理。", code)
            for code in (list(WORDS)[i % 3] for i in range(count))]


def source(pairs: list[tuple[str, str]]) -> knowledge.training.Closed:
    def read(session: Session, tenant_id: UUID) -> Iterator[tuple[str, str]]:
        assert session.info["tenant_id"] == tenant_id
        yield from pairs

    return read


def suggest(database: Database, text: str, tenant: UUID = OFFICE) -> knowledge.Suggestion:
    with database.read(tenant) as session:
        return knowledge.suggest(session, tenant, text)


def test_the_catalogue_is_read_by_code_and_module(database: Database) -> None:
    with database.read(OFFICE) as session:
        assert [s.code for s in queries.services(session)] == ["CS01", "CS03", "LS01"]
        assert [s.code for s in queries.services(session, module="LS")] == ["LS01"]
        noise = queries.service(session, "CS03")
        assert noise is not None and (noise.kind, noise.urgency, noise.module) == ("complaint", "urgent", "CS")
        assert queries.service(session, "XX") is None
        assert [i.code for i in queries.items(session, service_code="LS01")] == ["K05"]
    with database.read(OTHER) as session:
        assert queries.services(session) == [] and queries.items(session) == []


def test_importing_again_changes_and_makes_nothing_twice() -> None:
    again = dispatch(ImportServices(tenant_id=OFFICE, actor=SYSTEM, csv_text=SERVICES + "LS02,LS,照护,Care,,help,normal,,\n"))
    assert again == {"made": 1, "changed": 3}


@pytest.mark.parametrize(("text", "count"), [
    ("code,module,zh\nA,XX,名\n", 1), ("code,module,zh\nA B,LS,名\n", 1), ("code,module,zh\nA,LS,名\nA,LS,名\n", 1),
    ("code,module,zh,kind,urgency\nA,LS,名,dance,later\n", 2), ("code,module,zh\n,LS,\n", 3)])
def test_a_table_with_faults_stores_nothing(database: Database, text: str, count: int) -> None:
    with pytest.raises(Invalid) as error:
        dispatch(ImportServices(tenant_id=OTHER, actor=SYSTEM, csv_text=text))
    assert len(error.value.fields["csv"]) == count
    with database.read(OTHER) as session:
        assert queries.services(session) == []


def test_a_table_without_its_columns_or_too_large_is_refused() -> None:
    for text in ("a,b\n1,2\n", ""):
        with pytest.raises(Invalid, match="columns"):
            dispatch(ImportServices(tenant_id=OFFICE, actor=SYSTEM, csv_text=text))
    with pytest.raises(TooLarge):
        dispatch(ImportServices(tenant_id=OFFICE, actor=SYSTEM, csv_text="x" * 5_000_001))


def test_services_and_items_are_edited_by_those_who_may(database: Database) -> None:
    change = SaveService(tenant_id=OFFICE, actor=SYSTEM, code="CS03", module="CS", name_zh="噪声", kind="complaint", active=False)
    dispatch(change)
    with pytest.raises(Forbidden):
        dispatch(SaveService(tenant_id=OFFICE, actor=CLERK, code="CS03", module="CS", name_zh="噪声"))
    dispatch(SaveUnit(tenant_id=OFFICE, actor=SYSTEM, code="CYZX", name_zh="城运中心", name_en="City centre"))
    dispatch(SaveKnowledgeItem(tenant_id=OFFICE, actor=CLERK, code="K11", question_zh="怎样评价？", service_code=None,
                               owner_unit="CYZX", answer_zh="五档", reviewed_on=date(2026, 1, 5), review_days=30))
    for fault in ({"service_code": "XX"}, {"question_zh": " "}, {"review_days": 0}, {"code": "a/b"}):
        with pytest.raises(Invalid):
            dispatch(SaveKnowledgeItem(**{"tenant_id": OFFICE, "actor": CLERK, "code": "K12", "question_zh": "问", **fault}))  # type: ignore[arg-type]
    with database.read(OFFICE) as session:
        assert [s.code for s in queries.services(session)] == ["CS01", "LS01"]
        assert len(queries.services(session, active_only=False)) == 3
        assert [i.code for i in queries.due_for_review(session, date(2026, 2, 3))] == ["K05", "K10"]
        assert [i.code for i in queries.due_for_review(session, date(2026, 2, 4))] == ["K05", "K10", "K11"]


def test_search_finds_services_and_questions(database: Database) -> None:
    with database.read(OFFICE) as session:
        assert {hit.code for hit in queries.search(session, "老年餐")} == {"K05", "LS01"}
        assert queries.search(session, "noise")[0].code == "CS03"
        assert queries.search(session, "") == []


def test_at_first_the_catalogue_suggests_and_says_so(database: Database) -> None:
    found = suggest(database, "楼下施工噪声太大")
    assert found.source == "catalogue" and found.codes[0][0] == "CS03"
    assert suggest(database, "x").to_variables() == {"code": None, "confidence": 0, "codes": [], "source": "catalogue"}
    assert suggest(database, "噪声", OTHER).codes == ()


def test_too_few_closed_cases_change_nothing(database: Database) -> None:
    result = knowledge.retrain(OFFICE, source(closed(60)))
    assert (result.in_force, result.cases, result.needed) == (False, 60, 200)
    assert suggest(database, "半夜施工").source == "catalogue"


def test_later_the_office_s_own_cases_suggest(database: Database) -> None:
    dispatch(SetTenantSettings(tenant_id=OFFICE, actor=SYSTEM, values={"suggestion_fewest_cases": 50}))
    result = knowledge.retrain(OFFICE, source([*closed(), ("别的", "OLD"), ("", "CS01")]))
    assert result.in_force and result.cases == 90 and result.codes == 3 and result.accuracy > 0.9
    found = suggest(database, "睡不着\n您好，半夜还在用电钻")
    variables = found.to_variables()
    assert found.source == "cases" and variables["code"] == "CS03" and 0.75 < variables["confidence"] < 1
    assert [c["code"] for c in variables["codes"]][0] == "CS03" and len(variables["codes"]) == 3
    assert suggest(database, "噪声", OTHER).source == "catalogue"


def test_a_service_no_longer_offered_is_not_suggested(database: Database) -> None:
    dispatch(SetTenantSettings(tenant_id=OFFICE, actor=SYSTEM, values={"suggestion_fewest_cases": 50}))
    knowledge.retrain(OFFICE, source(closed()))
    dispatch(SaveService(tenant_id=OFFICE, actor=SYSTEM, code="CS03", module="CS", name_zh="噪声", active=False))
    assert "CS03" not in [code for code, _ in suggest(database, "半夜施工\n噪声").codes]


def test_the_last_few_models_are_kept(database: Database) -> None:
    dispatch(SetTenantSettings(tenant_id=OFFICE, actor=SYSTEM, values={"suggestion_fewest_cases": 10}))
    for seed in range(7):
        knowledge.retrain(OFFICE, source(closed(30, seed)))
    with database.read(OFFICE) as session:
        assert session.scalar(select(func.count()).select_from(TextModelVersion)) == 5


def test_the_sample_catalogue_can_be_read(database: Database, shared: Path) -> None:
    for command, file in ((ImportServices, "services.csv"), (ImportKnowledge, "knowledge.csv")):
        text = (shared / "data" / "sample" / file).read_text(encoding="utf-8")
        dispatch(command(tenant_id=OTHER, actor=SYSTEM, csv_text=text))
    assert suggest(database, "夜间施工噪声太大,睡不着", OTHER).codes[0][0] == "CS03"
    assert suggest(database, "老人想吃午餐,助餐怎么办", OTHER).codes[0][0] == "LS01"
    assert suggest(database, "停水了什么时候来水", OTHER).codes[0][0] == "LI03"
