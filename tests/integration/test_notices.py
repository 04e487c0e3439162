"""Notices of an office: who may, what residents see and find, who is told, each once, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.auth.model import User
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM, Actor
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.kernel.ids import new_id
from app.kernel.unit_of_work import transact
from app.knowledge import notices
from app.notifications import channels, profiles, pushing, queries
from app.notifications.channels import DeliveryError, Outgoing
from app.notifications.model import NoticePush, Notification
from app.tenancy.commands import CreateTenant
from tests.integration.play import Office

BUILDING, COMPOUND, ELSEWHERE = "JW07-1-1", "JW07-1", "JW07-2-1"


@dataclass
class Gateway:
    """Takes short messages."""

    name: str = "sms"
    kinds: frozenset[str] = frozenset({"phone"})
    is_remote: bool = True
    seen: list[Outgoing] = field(default_factory=list)
    fault: DeliveryError | None = None

    def send(self, message: Outgoing) -> None:
        self.seen.append(message)
        if self.fault:
            raise self.fault


@pytest.fixture
def gateway(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    made = Gateway()
    monkeypatch.setattr(channels, "_installed", [made])
    yield made


def write(office: Office, **more: Any) -> UUID:
    now = office.clock.now()
    values: dict[str, Any] = {"kind": "interruption", "title_zh": "紫藤苑停水检修", "body_zh": "明天上午停水。", "title_en": "No water",
                              "body_en": "Tomorrow morning.", "starts_at": now, "ends_at": now + timedelta(days=1),
                              "place_codes": (COMPOUND,)} | more
    command = notices.SaveNotice(tenant_id=office.tenant_id, actor=office.who("administrator"), **values)
    return UUID(dispatch(command)["notice_id"])


def publish(office: Office, notice_id: UUID, **more: Any) -> None:
    office.send(notices.PublishNotice, office.who("administrator"), notice_id=notice_id, reason="检修", **more)


def resident(office: Office, number: int, places: tuple[str, ...], ways: tuple[str, ...] = ("in_app", "sms"),
             interests: tuple[str, ...] = (), **more: Any) -> Actor:
    user_id = new_id()
    user = User(tenant_id=office.tenant_id, id=user_id, kind="resident", phone=f"1391111{number:04}", name="", active=True,
                session_epoch=0, created_at=office.clock.now(), locale="en" if number % 2 else "zh")
    transact(office.tenant_id, SYSTEM, lambda uow: uow.session.add(user))
    actor = Actor(user_id=user_id, roles=frozenset({"resident"}), groups=frozenset({"resident"}))
    office.send(profiles.SaveProfile, actor, places=tuple((code, "home") for code in places), interests=interests,
                channels={"notices": ways}, locale="en" if number % 2 else "zh", **more)
    return actor


def reading(office: Office) -> Any:
    return database.current().read(office.tenant_id)


def test_only_who_may_writes_and_publishes_and_always_says_why(office: Office) -> None:
    notice_id = write(office)
    for name in ("handler@LRS", "dispatcher", "supervisor"):
        with pytest.raises(Forbidden):
            office.send(notices.PublishNotice, office.who(name), notice_id=notice_id, reason="x")
    with pytest.raises(Invalid) as error:
        office.send(notices.PublishNotice, office.who("head@LRS"), notice_id=notice_id, reason=" ")
    assert set(error.value.fields) == {"reason"}
    publish(office, notice_id)
    with pytest.raises(Invalid):
        write(office, notice_id=notice_id)  # published: a change needs its reason
    write(office, notice_id=notice_id, reason="改时间", title_zh="紫藤苑停水改期")
    with pytest.raises(Conflict):
        write(office, notice_id=notice_id, reason="x", begun_from=1)
    office.send(notices.WithdrawNotice, office.who("administrator"), notice_id=notice_id, reason="取消")
    with reading(office) as session:
        history = notices.history(session, notice_id)
        assert [one.act for one in history] == ["withdrawn", "saved", "published", "saved"]
        assert history[-1].content["title_zh"] == "紫藤苑停水检修" and history[0].by_user_id and history[0].reason == "取消"
    with pytest.raises(NotFound):
        publish(office, new_id())


def test_every_fault_stands_at_its_field(office: Office) -> None:
    with pytest.raises(Invalid) as error:
        write(office, kind="x", title_zh=" ", body_zh="", place_codes=("JW99",), interests=("golf",), unit="X", service_code="Y",
              ends_at=office.clock.now() - timedelta(days=1))
    assert set(error.value.fields) == {"kind", "title_zh", "body_zh", "places", "interests", "unit", "service_code", "ends_at"}
    with pytest.raises(Invalid) as error:
        write(office, starts_at=None, ends_at=None)
    assert set(error.value.fields) == {"starts_at", "ends_at"}


def test_a_notice_is_found_while_it_stands_and_ends_by_itself(office: Office) -> None:
    notice_id = write(office)

    def found() -> list[UUID]:
        with reading(office) as session:
            return [one.id for one in notices.search(session, "紫藤苑为什么停水检修")]

    assert notice_id not in found()
    publish(office, notice_id)
    assert notice_id in found()
    office.clock.advance(timedelta(days=1, minutes=1))
    with reading(office) as session:
        assert notice_id not in found() and notice_id not in [one.id for one in notices.standing(session)]
        assert notice_id in [one.id for one in notices.listing(session, "ended")]
    with pytest.raises(Conflict):
        publish(office, notice_id)


def test_a_compound_covers_its_buildings_and_a_reader_sees_the_own_first(office: Office) -> None:
    own, other = write(office), write(office, place_codes=(ELSEWHERE,), title_zh="别的楼")
    everybody, mine_by_interest = write(office, place_codes=(), title_zh="全街道"), write(office, place_codes=(), interests=("jobs",))
    for notice_id in (everybody, own, other, mine_by_interest):
        publish(office, notice_id)
    with reading(office) as session:
        shown = notices.for_reader(session, [BUILDING], ["jobs"])
        assert {one.notice.id for one in shown if one.mine} >= {own, mine_by_interest}
        calm = [one for one in shown if not one.notice.urgent]
        assert calm[0].notice.id == own and [one.mine for one in calm] == sorted((one.mine for one in calm), reverse=True)
        assert shown[0].notice.urgent
        assert everybody in {one.notice.id for one in shown} and other not in {one.notice.id for one in shown}


def test_those_it_is_for_are_told_once_by_the_way_they_chose(office: Office, gateway: Gateway) -> None:
    near = resident(office, 1, (BUILDING,))
    resident(office, 2, (COMPOUND, BUILDING), ("sms",), ("health",))
    quiet = resident(office, 3, (BUILDING,), ())
    page_only = resident(office, 4, (ELSEWHERE,), ("in_app",), ("health",))
    far = resident(office, 5, (ELSEWHERE,))
    notice_id = write(office, interests=("health",))
    with reading(office) as session:
        assert profiles.audience(session, *notices.meant_for(session, notices.get(session, notice_id))) >= 4  # type: ignore[arg-type]
    publish(office, notice_id)
    office.work()
    told = sorted((m.address, m.locale, m.subject) for m in gateway.seen)
    assert [one for one in told if one[0].startswith("1391111")] == [
        ("13911110001", "en", "Notice: No water"), ("13911110002", "zh", "公告：紫藤苑停水检修")]
    with reading(office) as session:
        assert [len([m for m in queries.inbox(session, one.user_id) if m.about_id == notice_id])
                for one in (near, quiet, page_only, far)] == [1, 0, 1, 0]
        push = queries.push_of(session, notice_id)
        assert push is not None and push.state == "done" and queries.counts_about(session, notice_id)["sent"] >= 4
    before = len(gateway.seen)
    publish(office, notice_id)
    office.work()
    assert len(gateway.seen) == before
    publish(office, notice_id, again=True)
    office.work()
    assert len(gateway.seen) == 2 * before


def test_a_push_that_breaks_off_goes_on_where_it_stood(office: Office, gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10, 17):
        resident(office, number, (BUILDING,))
    notice_id = write(office)
    publish(office, notice_id)
    monkeypatch.setattr(pushing, "BATCH", 3)
    from app.kernel import outbox, sequencer

    sequencer.number(office.tenant_id)
    while outbox.tick():
        pass

    def step(break_it: bool = False) -> int:
        def work(uow: Any) -> int:
            done = pushing.step(uow, notice_id, 3)
            if break_it:
                raise KeyboardInterrupt
            return done
        return transact(office.tenant_id, SYSTEM, work)

    assert step() == 3
    with pytest.raises(KeyboardInterrupt):
        step(break_it=True)
    while office.rows(NoticePush, NoticePush.id == notice_id)[0].state == "waiting":
        step()
    office.work()
    phones = [m.address for m in gateway.seen if m.address.startswith("13911110")]
    assert len(phones) == len(set(phones)) == 7


def test_a_withdrawn_notice_reaches_nobody_any_more(office: Office, gateway: Gateway) -> None:
    resident(office, 20, (BUILDING,))
    resident(office, 21, (BUILDING,))
    notice_id = write(office)
    publish(office, notice_id)
    gateway.fault = DeliveryError("http_503", again=True)
    office.work()
    sent = len(gateway.seen)
    office.send(notices.WithdrawNotice, office.who("administrator"), notice_id=notice_id, reason="x")
    gateway.fault = None
    office.clock.advance(timedelta(minutes=20))
    office.work()
    assert len(gateway.seen) == sent
    assert {row.state for row in office.rows(Notification, Notification.about_id == notice_id) if row.channel == "sms"} == {"skipped"}


def test_security_21_notices_and_profiles_belong_to_one_office(office: Office) -> None:
    from app.kernel.bus import dispatch

    other, notice_id = UUID(int=909), write(office)
    publish(office, notice_id)
    actor = resident(office, 30, (BUILDING,))
    dispatch(CreateTenant(tenant_id=other, actor=SYSTEM, slug="other", name_zh="别处", name_en="Other"))
    with database.current().read(other) as session:
        assert notices.get(session, notice_id) is None and notices.standing(session) == []
        assert profiles.of_user(session, actor.user_id) is None and profiles.audience(session, (), ()) == 0
        assert session.scalars(select(Notification)).all() == []
    with pytest.raises(NotFound):
        dispatch(notices.WithdrawNotice(tenant_id=other, actor=SYSTEM, notice_id=notice_id, reason="x"))
