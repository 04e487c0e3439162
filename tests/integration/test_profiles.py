"""A resident's profile: proved e-mail, stop without signing in, and nothing left after erasing."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest

from app.auth.commands import ConfirmCode, RequestCode
from app.cases.commands import ErasePerson, WithdrawCase
from app.cli.demo.mailbox import codes_to_memory
from app.kernel import database
from app.kernel.commands import Actor
from app.kernel.errors import Forbidden, Invalid, NotFound, TooMany
from app.notifications import channels, links, profiles
from app.notifications.channels.email import Email
from app.notifications.model import Notification
from app.notifications.profiles.model import ContactProfile, ProfilePlace
from tests.integration.play import Office
from tests.integration.test_erasing import dump
from tests.integration.test_notices import BUILDING, publish, write
from tests.unit.notifications.servers import Relay, relay

PHONE, MAIL, NAME = "13911112222", "ouyang.test@example.org", "欧阳测试"

MADE_UP = re.compile(r"UUID\('[0-9a-f-]{36}'\)|datetime\.datetime\([^()]*\)|\b[0-9a-f]{32,}\b")
"""Ids, moments and digests: six digits of a code stand in some of them by chance, once in some hundred runs."""


@pytest.fixture
def mail(office: Office, monkeypatch: pytest.MonkeyPatch) -> Any:
    with relay() as seen:
        monkeypatch.setattr(channels, "_installed", [Email("127.0.0.1", seen.port, "office@example.org", security="none")])
        yield seen


def signed_in(office: Office) -> Actor:
    with codes_to_memory() as codes:
        office.send(RequestCode, phone=PHONE)
        user_id = UUID(office.send(ConfirmCode, phone=PHONE, code=codes[PHONE])["user_id"])
    return Actor(user_id=user_id, roles=frozenset({"resident"}), groups=frozenset({"resident"}))


def save(office: Office, actor: Actor, **more: Any) -> None:
    values: dict[str, Any] = {"name": NAME, "places": ((BUILDING, "home"),), "interests": ("health",),
                              "channels": {"notices": ("in_app", "email"), "cases": ("in_app", "email")}} | more
    office.send(profiles.SaveProfile, actor, **values)


def confirmed(office: Office, actor: Actor, mail: Relay) -> None:
    office.send(profiles.RequestEmailCode, actor, email=MAIL)
    office.work()
    text = mail.mails[-1].decode()
    import base64

    body = base64.b64decode(text.partition("\r\n\r\n")[2]).decode() if "base64" in text else text
    code = re.search(r"\b\d{6}\b", body)
    assert code and code[0] not in MADE_UP.sub("", dump())
    assert office.send(profiles.ConfirmEmail, actor, code="000000" if code[0] != "000000" else "1")["confirmed"] is False
    assert office.send(profiles.ConfirmEmail, actor, code=code[0])["confirmed"] is True
    assert office.send(profiles.ConfirmEmail, actor, code=code[0])["confirmed"] is False


def test_an_address_counts_once_its_code_came_back(office: Office, mail: Relay) -> None:
    actor = signed_in(office)
    save(office, actor)
    notice_id = write(office)
    publish(office, notice_id)
    office.work()
    assert mail.mails == []
    confirmed(office, actor, mail)
    publish(office, notice_id, again=True)
    office.work()
    assert len(mail.mails) == 2 and mail.recipients[-1].endswith(f"<{MAIL}>")
    with pytest.raises(TooMany):
        office.send(profiles.RequestEmailCode, actor, email=MAIL)
        office.send(profiles.RequestEmailCode, actor, email=MAIL)


def test_a_code_is_tried_five_times(office: Office, mail: Relay) -> None:
    actor = signed_in(office)
    office.send(profiles.RequestEmailCode, actor, email=MAIL)
    code = office.rows(Notification)[-1].body
    for _ in range(5):
        assert not office.send(profiles.ConfirmEmail, actor, code="x")["confirmed"]
    right = re.search(r"\b\d{6}\b", code)
    assert right and not office.send(profiles.ConfirmEmail, actor, code=right[0])["confirmed"]


@pytest.mark.parametrize("address", ["a@b.cn\r\nBcc: all@x.cn", "a@b.cn, c@d.cn", "x", "", "a@b.cn\u2028Bcc: x@y.cn"])
def test_security_31_an_address_that_could_carry_a_header_is_refused(office: Office, mail: Relay, address: str) -> None:
    with pytest.raises(Invalid):
        office.send(profiles.RequestEmailCode, signed_in(office), email=address)


def test_every_fault_stands_at_its_field_and_nobody_else_has_a_profile(office: Office) -> None:
    actor = signed_in(office)
    with pytest.raises(Invalid) as error:
        save(office, actor, places=(("JW99", "home"),), interests=("golf",), channels={"cases": ("pigeon",)}, quiet_from="9",
             quiet_until="25:00", name="x" * 121)
    assert set(error.value.fields) == {"places", "interests", "channels", "quiet", "name"}
    for other in (office.who("handler@LRS"), Actor(kind="guest", roles=frozenset({"guest"}))):
        with pytest.raises(Forbidden):
            save(office, other)


def test_the_link_of_a_mail_stops_everything_without_signing_in(office: Office, mail: Relay) -> None:
    links.configure({"PUBLIC_URL": "https://window.example.org/"})
    actor = signed_in(office)
    save(office, actor)
    confirmed(office, actor, mail)
    publish(office, write(office))
    office.work()
    head = mail.mails[-1].decode()
    token = office.rows(ContactProfile, ContactProfile.id == actor.user_id)[0].stop_token
    assert f"List-Unsubscribe: <https://window.example.org/t/demo/stop/{token}>" in head
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head
    with pytest.raises(NotFound):
        office.send(profiles.StopMessages, token="x" * 32)
    office.send(profiles.StopMessages, token=token)
    sent = len(mail.mails)
    publish(office, write(office))
    office.work()
    assert len(mail.mails) == sent
    with database.current().read(office.tenant_id) as session:
        assert profiles.view(session, actor.user_id).stopped
    links.configure({})


def test_erasing_a_person_leaves_nothing_of_the_profile(office: Office, mail: Relay) -> None:
    actor = signed_in(office)
    save(office, actor)
    confirmed(office, actor, mail)
    office.send(profiles.LinkWechat, actor, openid="oOuYang_test_1")
    publish(office, write(office))
    office.submit(actor=actor, name=NAME, phone=PHONE)
    office.work()
    office.send(WithdrawCase, actor, case_id=office.case_id)
    office.work()
    assert MAIL in dump() and "oOuYang_test_1" in dump()
    office.send(ErasePerson, office.who("administrator"), person_id=office.case().person_id)
    office.work()
    left = dump()
    for word in (PHONE, NAME, MAIL, "oOuYang_test_1"):
        assert not [line[:200] for line in left.splitlines() if word in line], word
    assert office.rows(ContactProfile, ContactProfile.id == actor.user_id) == []
    assert office.rows(ProfilePlace, ProfilePlace.user_id == actor.user_id) == []


def test_a_resident_forgets_the_own_profile_at_once(office: Office) -> None:
    actor = signed_in(office)
    save(office, actor)
    assert office.send(profiles.EraseProfile, actor)["erased"] and not office.send(profiles.EraseProfile, actor)["erased"]
    with database.current().read(office.tenant_id) as session:
        assert profiles.homes(session, actor.user_id) == ([], []) and not profiles.view(session, actor.user_id).known


def test_a_member_of_staff_gets_work_by_mail_only_when_chosen(office: Office, mail: Relay) -> None:
    handler = next(a for name, a in office.demo.actors.items() if name == "dispatcher")
    office.send(profiles.SaveWorkChoices, handler, by_email=True)
    confirmed(office, handler, mail)
    before = len(mail.mails)
    from app.kernel.commands import SYSTEM
    from app.kernel.unit_of_work import transact
    from app.notifications import Recipient, queue

    params = {"number": "1", "due_at": "2026-11-25"}
    transact(office.tenant_id, SYSTEM, lambda uow: queue(uow, "deadline_warning", Recipient(user_id=handler.user_id), params))
    office.work()
    assert len(mail.mails) == before + 1
    office.send(profiles.SaveWorkChoices, handler, by_email=False)
    transact(office.tenant_id, SYSTEM, lambda uow: queue(uow, "deadline_warning", Recipient(user_id=handler.user_id), params))
    office.work()
    assert len(mail.mails) == before + 1
