"""Never doubled: messages over a real relay and a real HTTP server, with crashes before and after sending."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app import catalog, notifications
from app.kernel import claims, clock
from app.kernel.bus import dispatch
from app.kernel.clock import VirtualClock
from app.kernel.commands import SYSTEM
from app.kernel.database import Database
from app.kernel.unit_of_work import transact
from app.notifications import Manner, Recipient, channels, delivery, queue
from app.notifications.channels.email import Email
from app.notifications.channels.wechat import make as wechat
from app.notifications.model import Notification
from app.notifications.profiles.model import ContactProfile
from app.tenancy.commands import CreateTenant
from tests.unit.notifications.servers import Cloud, Relay, cloud, relay

OFFICE, LI = UUID(int=701), UUID(int=1)
MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


class Crash(BaseException):
    """The process is gone at this point."""


@pytest.fixture
def virtual(database: Database) -> Iterator[VirtualClock]:
    from app import assemble

    assemble()
    with clock.use(VirtualClock(MORNING)) as virtual:
        dispatch(CreateTenant(tenant_id=OFFICE, actor=SYSTEM, slug="one", name_zh="街道", name_en="Office"))
        text = 'id: promise\nzh:\n  subject: "诉求 {number}"\n  body: "请看。"\nen:\n  subject: "{number}"\n  body: "Look."\n'
        transact(OFFICE, SYSTEM, lambda uow: catalog.publish(uow, "message", "promise", text.encode()))
        yield virtual  # type: ignore[misc]


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[Relay]:
    with relay() as seen:
        monkeypatch.setattr(channels, "_installed", [Email("127.0.0.1", seen.port, "office@example.org", security="none")])
        yield seen


@pytest.fixture
def weixin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    with cloud() as seen:
        config = {"WECHAT_APP_ID": "wx1", "WECHAT_SECRET": "s", "WECHAT_TEMPLATE_ID": "t", "WECHAT_API_URL": seen.url}
        monkeypatch.setattr(channels, "_installed", [wechat(config)])
        yield seen


def tell(to: Recipient | None = None, number: str = "2026-1", **manner: Any) -> UUID:
    made = transact(OFFICE, SYSTEM, lambda uow: queue(uow, "promise", to or Recipient(email="li@example.org"),
                                                      {"number": number}, manner=Manner(**manner)))
    return made[-1]


def row(database: Database, notification_id: UUID) -> Notification:
    with database.read(OFFICE) as session:
        return session.scalars(select(Notification).where(Notification.id == notification_id)).one()


def profile(**values: Any) -> None:
    usual = {"channels": {}, "stop_token": "t", "changed_at": MORNING, "resident": True, "urgent_at_night": False,
             "email_code_tries": 0}

    def put(uow: Any) -> None:
        uow.session.add(ContactProfile(tenant_id=OFFICE, id=LI, **(usual | values)))

    transact(OFFICE, SYSTEM, put)


def test_a_mail_arrives_with_the_id_of_its_row(database: Database, virtual: VirtualClock, mail: Relay) -> None:
    sent = tell()
    assert notifications.tick() == 1 and notifications.tick() == 0
    text, = mail.mails
    read = message_from_bytes(text, policy=policy.default)
    assert read["Message-ID"] == f"<{sent}@example.org>" and read["Subject"] == "诉求 2026-1"
    assert mail.recipients == ["rcpt TO:<li@example.org>"] or mail.recipients == ["RCPT TO:<li@example.org>"]
    assert row(database, sent).state == "sent" and row(database, sent).attempts == 1


def test_security_31_a_value_of_a_person_brings_no_header_into_a_mail(database: Database, virtual: VirtualClock, mail: Relay) -> None:
    tell(number="1\r\nBcc: all@example.org\r\n\r\nBcc: x")
    notifications.tick()
    read = message_from_bytes(mail.mails[0], policy=policy.default)
    assert read["Bcc"] is None and len(mail.recipients) == 1 and read["Subject"].startswith("诉求 1 Bcc:")


def test_a_relay_that_is_busy_is_asked_again_with_the_same_id(database: Database, virtual: VirtualClock, mail: Relay) -> None:
    sent = tell()
    mail.answers = {"DATA": 451}
    notifications.tick()
    assert row(database, sent).state == "queued" and row(database, sent).last_error == "text_refused_451"
    mail.answers = {}
    virtual.advance(timedelta(minutes=1))
    notifications.tick()
    assert row(database, sent).state == "sent" and row(database, sent).attempts == 2 and len(mail.mails) == 1


def test_a_lost_answer_after_the_text_is_for_a_person_to_see(database: Database, virtual: VirtualClock, mail: Relay) -> None:
    sent = tell()
    mail.vanish = True
    notifications.tick()
    mail.vanish = False
    virtual.advance(timedelta(hours=2))
    notifications.tick()
    assert (row(database, sent).state, row(database, sent).last_error) == ("failed", "outcome_unknown")
    assert len(mail.mails) == 1


def test_a_crash_before_sending_sends_once_and_after_sending_not_again(
        database: Database, virtual: VirtualClock, mail: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise Crash

    before = tell()
    with monkeypatch.context() as broken:
        broken.setattr(Email, "send", crash)
        with pytest.raises(Crash):
            notifications.tick()
    assert row(database, before).state == "sending" and notifications.tick() == 0
    virtual.advance(timedelta(minutes=3))
    assert notifications.tick() == 1 and row(database, before).state == "sent" and len(mail.mails) == 1
    after = tell(number="2026-2")
    with monkeypatch.context() as broken:
        broken.setattr(delivery, "_note", crash)
        with pytest.raises(Crash):
            notifications.tick()
    assert len(mail.mails) == 2 and row(database, after).state == "handed"
    virtual.advance(timedelta(minutes=3))
    notifications.tick()
    assert len(mail.mails) == 2 and row(database, after).last_error == "outcome_unknown"


def test_a_worker_whose_claim_ran_out_sends_nothing(database: Database, virtual: VirtualClock, mail: Relay,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    sent, real = tell(), Email._connection

    def slow(channel: Email) -> Any:
        monkeypatch.setattr(Email, "_connection", real)
        virtual.advance(timedelta(minutes=3))
        notifications.tick()  # another worker takes it meanwhile
        return real(channel)

    monkeypatch.setattr(Email, "_connection", slow)
    notifications.tick()
    assert len(mail.mails) == 1 and row(database, sent).state == "sent" and row(database, sent).attempts == 2


def test_wechat_is_simply_asked_again_after_a_crash(database: Database, virtual: VirtualClock, weixin: Cloud,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    profile(channels={"cases": ["wechat"]}, wechat="oAbc_123456789")
    sent = tell(Recipient(user_id=LI))
    with monkeypatch.context() as broken:
        broken.setattr(delivery, "_note", lambda *_: (_ for _ in ()).throw(Crash))
        with pytest.raises(Crash):
            notifications.tick()
    virtual.advance(timedelta(minutes=3))
    assert notifications.tick() == 1 and row(database, sent).state == "sent"
    assert len(weixin.calls) == 2 and list(weixin.delivered) == [str(sent)]


def test_quiet_hours_end_in_the_offices_zone(database: Database, virtual: VirtualClock, mail: Relay) -> None:
    virtual.move_to(datetime(2026, 11, 23, 13, 30, tzinfo=UTC))  # 21:30 in Shanghai
    sent = tell()
    assert notifications.tick() == 0 and row(database, sent).run_at == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    virtual.move_to(datetime(2026, 11, 24, 0, 0, tzinfo=UTC))
    assert notifications.tick() == 1 and len(mail.mails) == 1


@pytest.mark.parametrize(("agreed", "urgent", "waits"), [(True, True, False), (True, False, True), (False, True, True)])
def test_only_what_is_urgent_comes_at_night_and_only_to_who_agreed(
        database: Database, virtual: VirtualClock, mail: Relay, agreed: bool, urgent: bool, waits: bool) -> None:
    profile(channels={"notices": ["email"]}, email="li@example.org", urgent_at_night=agreed)
    virtual.move_to(datetime(2026, 11, 23, 18, 0, tzinfo=UTC))
    tell(Recipient(user_id=LI), kind="notices", urgent=urgent)
    assert notifications.tick() == (0 if waits else 1)


def test_the_own_quiet_hours_go_before_the_offices(database: Database, virtual: VirtualClock, mail: Relay) -> None:
    profile(channels={"cases": ["email"]}, email="li@example.org", quiet_from="09:00", quiet_until="11:00")
    sent = tell(Recipient(user_id=LI))
    assert notifications.tick() == 0 and row(database, sent).run_at == MORNING + timedelta(hours=1)


def test_nothing_leaves_that_was_not_chosen_or_was_stopped_meanwhile(database: Database, virtual: VirtualClock, mail: Relay) -> None:
    profile(channels={"cases": ["in_app"], "notices": ["email"]}, email="li@example.org")
    kept = tell(Recipient(user_id=LI, email="other@example.org"))
    assert row(database, kept).channel == "in_app"
    waiting = tell(Recipient(user_id=LI), kind="notices")

    def stop(uow: Any) -> None:
        uow.session.get(ContactProfile, (OFFICE, LI)).stopped_at = MORNING

    transact(OFFICE, SYSTEM, stop)
    notifications.tick()
    assert mail.mails == [] and row(database, waiting).state == "skipped"


def test_what_concerns_one_case_goes_before_thousands_of_others(database: Database, virtual: VirtualClock, mail: Relay) -> None:
    for number in range(30):
        tell(number=str(number), bulk=True)
    virtual.advance(timedelta(seconds=5))
    own = tell()
    taker = claims.Taker()
    assert taker.take(delivery.OWN, virtual.now()) == [(OFFICE, own)]
    assert notifications.tick() == delivery.BULK and row(database, own).state == "queued"
    taker.give_back(delivery.OWN)
    assert notifications.tick() == 1 + 30 - delivery.BULK and row(database, own).state == "sent"


def test_one_key_makes_one_message(database: Database, virtual: VirtualClock, mail: Relay) -> None:
    from sqlalchemy.exc import IntegrityError

    tell(once="notice:1")
    with pytest.raises(IntegrityError):
        tell(once="notice:1")
