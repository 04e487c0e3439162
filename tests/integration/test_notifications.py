"""Messages to people on both databases: queued with the act, sent outside any transaction, tried again, erased."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app import auth, catalog, notifications
from app.kernel import clock, outbox
from app.kernel.bus import dispatch
from app.kernel.clock import VirtualClock
from app.kernel.commands import SYSTEM, Actor
from app.kernel.database import Database
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.kernel.events import StoredEvent
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork, transact
from app.notifications import Recipient, channels, queries, queue
from app.notifications.channels import DeliveryError, Outgoing
from app.notifications.commands import MarkRead, SendAgain
from app.notifications.model import Notification
from app.tenancy.commands import CreateTenant, SaveUnit

OFFICE, OTHER = UUID(int=701), UUID(int=702)
LI = Actor(user_id=UUID(int=1), name="li", roles=frozenset({"resident"}))
CLERK = Actor(user_id=UUID(int=2), name="c", roles=frozenset({"dispatcher"}), groups=frozenset({"dispatcher"}))
ADMIN = Actor(user_id=UUID(int=3), name="a", roles=frozenset({"administrator"}))
TEMPLATES = {
    "promise": ("诉求 {number}", "已交 {unit}，{due_at} 前答复。", "Request {number}", "With {unit}, reply by {due_at}."),
    "sign_in_code": ("验证码", "您的验证码是 {code}", "Your code", "Your code is {code}")}
MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # ten o'clock in the office: no quiet hours
PARAMS = {"number": "2026-1", "unit": "LRS", "due_at": "2026-01-05T09:00:00+00:00"}


@dataclass
class Wire:
    """A remote channel that notes what comes and fails as told."""

    name: str = "wire"
    kinds: frozenset[str] = frozenset({"phone"})
    is_remote: bool = True
    fault: Exception | None = None
    seen: list[Outgoing] = field(default_factory=list)

    def send(self, message: Outgoing) -> None:
        self.seen.append(message)
        if self.fault is not None:
            raise self.fault


@pytest.fixture(autouse=True)
def wire(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    from app import assemble

    assemble()
    channel = Wire()
    monkeypatch.setattr(channels, "_installed", [channel])
    with clock.use(VirtualClock(MORNING)):
        _prepare()
        yield channel


def _prepare() -> None:
    for tenant_id, slug in ((OFFICE, "one"), (OTHER, "two")):
        dispatch(CreateTenant(tenant_id=tenant_id, actor=SYSTEM, slug=slug, name_zh="街道", name_en="Office"))
    dispatch(SaveUnit(tenant_id=OFFICE, actor=SYSTEM, code="LRS", name_zh="绿化市容所", name_en="Green office"))

    def publish(uow: UnitOfWork) -> None:
        for key, (zh, zh_body, en, en_body) in TEMPLATES.items():
            text = f'id: {key}\nzh:\n  subject: "{zh}"\n  body: "{zh_body}"\nen:\n  subject: "{en}"\n  body: "{en_body}"\n'
            catalog.publish(uow, "message", key, text.encode())

    transact(OFFICE, SYSTEM, publish)


def tell(to: Recipient, params: dict[str, Any] = PARAMS, key: str = "promise", case: UUID | None = None, **more: bool) -> list[UUID]:
    return transact(OFFICE, SYSTEM, lambda uow: queue(uow, key, to, params, case, **more))


def row(database: Database, notification_id: UUID) -> Notification:
    with database.read(OFFICE) as session:
        return session.scalars(select(Notification).where(Notification.id == notification_id)).one()


def types(database: Database) -> list[str]:
    with database.read(OFFICE) as session:
        return [e.type for e in session.scalars(select(StoredEvent).order_by(StoredEvent.id)) if e.type.startswith("notification.")]


def test_a_message_is_written_at_once_and_sent_later(database: Database, wire: Wire) -> None:
    sent, = tell(Recipient(phone="13800000001"))
    assert wire.seen == [] and row(database, sent).state == "queued"
    assert notifications.tick() == 1 and notifications.tick() == 0
    message, = wire.seen
    assert (message.address, message.subject, message.body) == ("13800000001", "诉求 2026-1", "已交 绿化市容所，2026-01-05 17:00 前答复。")
    assert row(database, sent).state == "sent" and types(database) == ["notification.queued", "notification.sent"]


def test_an_account_and_a_group_find_it_in_their_inbox(database: Database, wire: Wire) -> None:
    case = new_id()
    both = tell(Recipient(user_id=LI.user_id, phone="13800000001", locale="en"), case=case)
    group, = tell(Recipient(group="dispatcher"), case=case)
    assert len(both) == 2 and [row(database, n).channel for n in both] == ["in_app", "wire"]
    with database.read(OFFICE) as session:
        mine, = queries.inbox(session, LI.user_id)
        assert mine.subject == "Request 2026-1" and mine.body == "With Green office, reply by 2026-01-05 17:00."
        assert [n.id for n in queries.inbox(session, CLERK.user_id, CLERK.groups)] == [group]
        assert queries.inbox(session, None) == [] and len(queries.of_case(session, case)) == 3
        assert [(n.id, address) for n, address in queries.outgoing(session)] == [(both[1], "13800000001")]
    with database.read(OTHER) as session:
        assert queries.inbox(session, LI.user_id, {"dispatcher"}) == [] and queries.of_case(session, case) == []
    dispatch(MarkRead(tenant_id=OFFICE, actor=LI, notification_id=both[0]))
    dispatch(MarkRead(tenant_id=OFFICE, actor=CLERK, notification_id=group))
    assert row(database, both[0]).read_at and row(database, group).read_at
    for actor, tenant, other in ((LI, OFFICE, group), (CLERK, OFFICE, both[0]), (LI, OTHER, both[0]), (LI, OFFICE, both[1])):
        with pytest.raises(NotFound):
            dispatch(MarkRead(tenant_id=tenant, actor=actor, notification_id=other))


def test_nobody_to_reach_is_no_error(wire: Wire) -> None:
    assert tell(Recipient()) == [] and tell(Recipient(email="a@b.cn")) == []
    with pytest.raises(Invalid):
        tell(Recipient(phone="13800000001"), {"number": "1"})
    with pytest.raises(NotFound):
        tell(Recipient(phone="13800000001"), key="unknown")
    assert notifications.tick() == 0


def test_a_busy_channel_is_tried_again_later_and_then_given_up(database: Database, wire: Wire) -> None:
    sent, = tell(Recipient(phone="13800000001"))
    wire.fault = DeliveryError("http_503", again=True)
    with clock.use(VirtualClock(clock.now())) as virtual:
        assert notifications.tick() == 1 and notifications.tick() == 0
        assert (row(database, sent).state, row(database, sent).last_error) == ("queued", "http_503")
        for _ in range(10):
            virtual.advance(timedelta(minutes=20))
            notifications.tick()
        assert len(wire.seen) == 8 and row(database, sent).state == "failed"
        wire.fault = None
        with pytest.raises(Forbidden):
            dispatch(SendAgain(tenant_id=OFFICE, actor=CLERK, notification_id=sent))
        dispatch(SendAgain(tenant_id=OFFICE, actor=ADMIN, notification_id=sent))
        assert notifications.tick() == 1 and row(database, sent).state == "sent"
    with pytest.raises(Conflict):
        dispatch(SendAgain(tenant_id=OFFICE, actor=ADMIN, notification_id=sent))


@pytest.mark.parametrize("fault", [DeliveryError("address_refused", again=False), ])
def test_a_refusal_is_final(database: Database, wire: Wire, fault: DeliveryError) -> None:
    sent, = tell(Recipient(phone="13800000001"))
    wire.fault = fault
    notifications.tick()
    assert row(database, sent).state == "failed" and types(database)[-1] == "notification.failed"


def test_a_broken_channel_breaks_nothing_else(database: Database, wire: Wire) -> None:
    first, = tell(Recipient(phone="13800000001"))
    wire.fault = RuntimeError("bug with 13800000001")
    assert notifications.tick() == 1
    assert row(database, first).last_error == "RuntimeError" and row(database, first).state == "queued"


def test_a_channel_that_was_given_up_fails_with_a_reason(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    sent, = tell(Recipient(phone="13800000001"))
    monkeypatch.setattr(channels, "_installed", [])
    notifications.tick()
    assert row(database, sent).last_error == "channel_gone"


def test_a_worker_that_dies_while_sending_is_replaced(database: Database, wire: Wire) -> None:
    sent, = tell(Recipient(phone="13800000001"))
    wire.fault = KeyboardInterrupt()  # type: ignore[assignment]
    with clock.use(VirtualClock(clock.now())) as virtual:
        with pytest.raises(KeyboardInterrupt):
            notifications.tick()
        wire.fault = None
        assert row(database, sent).state == "sending" and notifications.tick() == 0
        virtual.advance(timedelta(minutes=3))
        assert notifications.tick() == 1 and row(database, sent).state == "sent"
    assert [m.id for m in wire.seen] == [sent, sent]


def test_no_transaction_is_open_while_sending(database: Database, wire: Wire) -> None:
    tell(Recipient(phone="13800000001"))
    inner = wire.send
    wire.send = lambda message: (tell(Recipient(phone="13800000002")), inner(message))[1]  # type: ignore[method-assign]
    assert notifications.tick() == 1 and len(wire.seen) == 1


def test_a_code_is_carried_and_its_words_do_not_stay(database: Database, wire: Wire) -> None:
    from app.auth import codes

    transact(OFFICE, SYSTEM, lambda uow: codes.request(uow, "13800000001", "sign_in", "en"))
    with database.read(OFFICE) as session:
        waiting = session.scalars(select(Notification)).one()
        assert waiting.params == {} and waiting.is_secret
    notifications.tick()
    code = wire.seen[0].body.rsplit(" ", 1)[1]
    assert len(code) == 6 and code.isdigit() and code not in row(database, waiting.id).body
    assert auth is not None and transact(OFFICE, SYSTEM, lambda uow: codes.confirm(uow, "13800000001", "sign_in", code))


def test_the_demo_channel_shows_and_sends_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    notifications.configure({})
    sent, = tell(Recipient(phone="13800000001"), {"code": "123456"}, "sign_in_code", is_secret=True)
    assert row(database, sent).state == "sent" and "123456" in row(database, sent).body and notifications.tick() == 0
    with database.read(OFFICE) as session:
        assert [n.id for n, _ in queries.outgoing(session, channel="demo")] == [sent]


def test_erasing_a_person_empties_addresses_and_words(database: Database, wire: Wire) -> None:
    from app.cases.events import PersonErased

    person = new_id()
    gone = tell(Recipient(user_id=LI.user_id, phone="13800000001", person_id=person))
    kept, = tell(Recipient(phone="13800000001", person_id=new_id()))
    transact(OFFICE, SYSTEM, lambda uow: uow.record(PersonErased(person_id=person, cases=1)) and None)
    outbox.tick()
    for each in gone:
        erased = row(database, each)
        assert (erased.subject, erased.body, erased.params, erased.to_user_id) == ("", "", {}, None)
    notifications.tick()
    assert row(database, gone[1]).last_error == "address_erased" and row(database, kept).state == "sent"
    assert [m.id for m in wire.seen] == [kept]
