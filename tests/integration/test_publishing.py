"""A case becomes public only with the resident's agreement, in an editor's words, approved, and not for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.cases import publishing
from app.cases.commands import ErasePerson, RateCase
from app.cases.model import Case
from app.cases.publishing.queries import _large
from app.kernel import database
from app.kernel.commands import SYSTEM
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.kernel.unit_of_work import transact
from tests.integration.play import Office
from tests.integration.test_lifecycle import reply, to_handling

GOOD = "居民反映小区里有暴露垃圾，承办单位当天清运并增加了巡查。"


def closed(office: Office, *, agreed: bool) -> Case:
    to_handling(office)
    reply(office)
    office.send(RateCase, token=office.token, rating=5, solved="yes", may_publish=agreed)
    office.work()
    case = office.case()
    assert case.status == "closed" and case.may_publish is agreed
    return case


def public(office: Office) -> list[publishing.PublicRow]:
    with database.current().read(office.tenant_id) as session:
        return publishing.published(session, office.tenant_id)


def write(office: Office, case: Case, zh: str = GOOD, by: str = "", **more: Any) -> Any:
    return office.send(publishing.SaveSummary, office.who(by or f"handler@{case.unit}"), case_id=case.id, summary_zh=zh, **more)


def decide(office: Office, case: Case, by: str = "administrator", *, publish: bool = True) -> Any:
    return office.send(publishing.DecideSummary, office.who(by), case_id=case.id, publish=publish)


def test_agreed_written_approved_shown_and_gone_when_taken_back(office: Office) -> None:
    case = closed(office, agreed=True)
    write(office, case, summary_en="Litter was taken away the same day.")
    assert public(office) == []
    decide(office, case)
    row, = public(office)
    assert row.summary_zh == GOOD and row.unit_zh and row.service_zh
    assert case.number not in repr(row) and "王女士" not in repr(row) and case.text not in repr(row)
    office.send(publishing.AgreeToPublish, token=office.token, agreed=False)
    assert public(office) == []
    office.send(publishing.AgreeToPublish, token=office.token, agreed=True)
    assert public(office) == []  # approved anew first
    decide(office, case)
    assert len(public(office)) == 1
    decide(office, case, publish=False)
    assert public(office) == []


def test_nothing_without_agreement_and_nothing_that_the_table_forbids(office: Office) -> None:
    case = closed(office, agreed=False)
    with pytest.raises(Conflict):
        write(office, case)
    office.send(publishing.AgreeToPublish, token=office.token, agreed=True)
    write(office, case)
    decide(office, case)

    def report(uow: Any) -> None:
        uow.session.get(Case, (office.tenant_id, case.id)).kind = "report"

    transact(office.tenant_id, SYSTEM, report)
    assert public(office) == []
    with pytest.raises(Conflict):
        write(office, case)


@pytest.mark.parametrize("text", [
    "", "王女士反映垃圾没有清运。", "请联系13900000001。", "小区垃圾三天没有清运。Litter has been lying here for three days.",
    "身份证31010119900101123X的居民反映。", "x" * 2001])
def test_a_summary_names_nobody_and_is_no_copy(office: Office, text: str) -> None:
    case = closed(office, agreed=True)
    with pytest.raises(Invalid) as error:
        write(office, case, text)
    assert set(error.value.fields) == {"summary_zh"}
    with pytest.raises(Invalid):
        write(office, case, f"编号{case.number}已办结。")


def test_security_23_who_writes_and_who_approves(office: Office) -> None:
    case = closed(office, agreed=True)
    for by, error in (("dispatcher", Forbidden), ("administrator", Forbidden), ("handler@PCS", NotFound)):
        with pytest.raises(error):
            write(office, case, by=by)
    with pytest.raises(Conflict):
        decide(office, case)
    write(office, case)
    for by, error in ((f"handler@{case.unit}", Forbidden), ("head@PCS", NotFound)):
        with pytest.raises(error):
            decide(office, case, by)
    with database.current().read(office.tenant_id) as session:
        seen = publishing.summary(session, office.tenant_id, office.who("administrator"), case.id)
        assert seen.text == "" and seen.number == "" and seen.summary_zh == GOOD and seen.may_decide and not seen.may_write
        own = publishing.waiting(session, office.tenant_id, office.who(f"handler@{case.unit}"))
        assert [one.case_id for one in own] == [case.id] and own[0].text
        assert publishing.waiting(session, office.tenant_id, office.who("handler@PCS")) == []
    with pytest.raises(NotFound):
        office.send(publishing.AgreeToPublish, token="x" * 40, agreed=True)


def test_erasing_the_person_takes_the_summary_along(office: Office) -> None:
    case = closed(office, agreed=True)
    write(office, case)
    decide(office, case)
    office.send(ErasePerson, office.who("administrator"), person_id=case.person_id)
    assert public(office) == [] and office.rows(publishing.PublicCase) == [] and not office.case().may_publish


def test_small_numbers_of_the_month_are_not_told(office: Office) -> None:
    closed(office, agreed=False)
    now = office.clock.now() + timedelta(minutes=1)
    with database.current().read(office.tenant_id) as session:
        row, = publishing.figures(session, now.replace(day=1, hour=0), now)
        assert (row.module, row.taken, row.in_time, row.satisfied) == ("CS", None, None, None)
    assert [_large(n) for n in (None, 0, 4, 5, 17)] == [None, None, None, 5, 17]
