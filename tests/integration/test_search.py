"""Finding by words, on both databases: two characters are enough, and nothing of another office is ever found."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.cases.commands import SubmitCase
from app.cases.queries import search_cases
from app.cli.demo.office import account
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM
from app.kernel.ids import new_id
from app.kernel.unit_of_work import transact
from app.knowledge import queries as knowledge
from app.knowledge.commands import SaveService
from app.tenancy import search
from app.tenancy.commands import CreateTenant
from app.tenancy.queries import tenant_by_slug
from app.tenancy.search import index


@pytest.fixture
def office(any_app: object) -> UUID:
    found = tenant_by_slug("demo")
    assert found is not None
    return found.tenant_id


def _put(tenant_id: UUID, ref: str, *texts: str) -> None:
    transact(tenant_id, SYSTEM, lambda uow: search.put(uow.session, tenant_id, "thing", ref, texts))


def _find(tenant_id: UUID, q: str, **more: float) -> list[str]:
    with database.current().read(tenant_id) as session:
        return [one.ref for one in search.find(session, q, ("thing",), 10, **more)]


@pytest.mark.parametrize(("q", "refs"), [
    ("路灯", ["a"]), ("停水", ["b"]), ("灯", ["a"]), ("垃", ["c"]), ("Lamp", ["a"]), ("lam", ["a"]), ("２０２６", ["c"]),
    ("路灯 停水", ["b", "a"]), ("", []), ("、。", []), ("电梯", []), ("x8def", []), ("OR AND NOT *", []), ('"\'();:*&|!', []),
])
def test_words_of_two_characters_are_found(office: UUID, q: str, refs: list[str]) -> None:
    _put(office, "a", "楼道的路灯坏了三天", "The street LAMP is broken")
    _put(office, "b", "停水了吗")
    _put(office, "c", "垃圾没有人收", "2026")
    assert _find(office, q) == refs


def test_a_rare_word_is_found_among_many_texts_with_the_common_one(
        office: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    if database.current().dialect == "postgresql":
        pytest.skip("PostgreSQL does not tell how many texts hold a word")
    monkeypatch.setattr(index, "WEIGHED", 5)
    for number in range(30):
        _put(office, f"common-{number:02}", "路灯坏了")
    _put(office, "rare", "路灯旁边停水了")
    assert _find(office, "路灯 停水 电闸")[0] == "rare"
    assert len(_find(office, "路灯 电闸")) == 5, "a common word alone still finds something"


def test_a_change_replaces_and_dropping_removes(office: UUID) -> None:
    _put(office, "a", "电梯")
    _put(office, "a", "扶梯")
    assert (_find(office, "电梯"), _find(office, "扶梯")) == ([], ["a"])
    transact(office, SYSTEM, lambda uow: search.drop(uow.session, "thing", "a"))
    assert _find(office, "扶梯") == []


def test_security_21_another_offices_words_are_not_found(office: UUID) -> None:
    other = new_id()
    dispatch(CreateTenant(tenant_id=other, actor=SYSTEM, slug="other", name_zh="别处", name_en="Elsewhere"))
    _put(other, "theirs", "电梯")
    _put(office, "ours", "电梯")
    assert (_find(office, "电梯"), _find(other, "电梯")) == (["ours"], ["theirs"])
    assert _find(office, f"t{other.hex}") == []


def test_services_answers_and_cases_are_found(office: UUID) -> None:
    administrator, clerk = account(office, "administrator"), account(office, "intake_clerk")
    dispatch(SaveService(tenant_id=office, actor=administrator, code="XX01", module="LS", name_zh="磨刀修伞"))
    dispatch(SubmitCase(tenant_id=office, actor=GUEST, text="我家的雨伞坏了，哪里可以修伞？"))
    with database.current().read(office) as session:
        assert knowledge.search(session, "修伞")[0].code == "XX01"
        assert len(search_cases(session, clerk, q="雨伞")) == 1
        assert search_cases(session, clerk, q="火星") == []
    dispatch(SaveService(tenant_id=office, actor=administrator, code="XX01", module="LS", name_zh="磨刀修伞",
                         active=False))
    with database.current().read(office) as session:
        assert all(hit.code != "XX01" for hit in knowledge.search(session, "修伞"))
