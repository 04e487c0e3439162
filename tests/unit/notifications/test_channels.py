"""Channels one by one: what they refuse, what they send, what the configuration must say."""

from __future__ import annotations

import json
import smtplib
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import UUID

import pytest

from app.config import ConfigurationError
from app.notifications import channels, check_configuration
from app.notifications.channels import DeliveryError, Outgoing
from app.notifications.channels.email import Email, as_sent, compose
from app.notifications.channels.sms import Sms, signature

ID = UUID(int=7)
WECHAT = {"NOTIFICATION_CHANNEL": "wechat", "WECHAT_APP_ID": "wx1", "WECHAT_SECRET": "s3", "WECHAT_TEMPLATE_ID": "t1"}
SMTP = {"NOTIFICATION_CHANNEL": "email", "SMTP_HOST": "mail.example.org", "MAIL_FROM": "office@example.org"}
SMS = {"NOTIFICATION_CHANNEL": "sms", "SMS_GATEWAY_URL": "https://sms.example.org/send", "SMS_GATEWAY_SECRET": "s" * 16}


def mail(address: str = "li@example.org", subject: str = "您的诉求已答复", body: str = "已修好。\n谢谢") -> Outgoing:
    return Outgoing(ID, address, subject, body, "zh")


def test_a_mail_has_one_recipient_and_its_words() -> None:
    sent = compose(mail(), "office@example.org")
    assert sent["To"] == "li@example.org" and sent["Subject"] == "您的诉求已答复"
    assert "已修好" in sent.get_content() and b"Bcc" not in bytes(sent)


ADDRESSES = ["a@b.cn\r\nBcc: all@x.cn", "a@b.cn\nX: y", "a@b.cn, c@d.cn", "a@b.cn;c@d.cn", "<a@b.cn>", "a b@c.cn", "a@b.cn\0",
             "a@b", "@b.cn", "a@", "", "名@x.cn", '"a\\"@b.cn', "a@b.cn ", "a@[127.0.0.1]", "Name <a@b.cn>", "a@b.cn%0aBcc:x@y.cn",
             "a" * 65 + "@b.cn", "a@" + "b" * 300 + ".cn", "a@b.cn\u2028Bcc: x@y.cn"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_security_31_an_address_cannot_carry_a_header_or_a_second_recipient(address: str) -> None:
    with pytest.raises(DeliveryError) as error:
        compose(mail(address), "office@example.org")
    assert not error.value.again


@pytest.mark.parametrize("subject", ["x\r\nBcc: all@x.cn", "x\nTo: y@z.cn", "x\ry", "x\0y", "x\u2028y", "x\x85y"])
def test_security_31_a_subject_cannot_carry_a_header(subject: str) -> None:
    with pytest.raises(DeliveryError):
        compose(mail(subject=subject), "office@example.org")


def test_security_31_a_body_stays_a_body() -> None:
    raw = bytes(compose(mail(body="Bcc: all@x.cn\r\n\r\n.\r\nRCPT TO:<x@y.cn>\r\n"), "office@example.org"))
    head, _blank, _rest = raw.partition(b"\n\n")
    assert b"Bcc" not in head and head.count(b"To:") == 1


@pytest.mark.parametrize("link", ["https://x.cn/stop/a\r\nBcc: all@x.cn", "https://x.cn/>\nX: y", "javascript:alert(1)", "https://名.cn/"])
def test_security_31_a_link_brings_no_header(link: str) -> None:
    message = Outgoing(ID, "li@example.org", "s", "b", "zh", link)
    assert as_sent(message, compose(message, "office@example.org")).startswith(b"From: office@example.org\r\n")


class FakeSmtp:
    """Stands for smtplib.SMTP; `fault` is raised on sending."""

    fault: Exception | None = None
    calls: list[str] = []
    answers: dict[str, tuple[int, bytes]] = dict.fromkeys(("mail", "rcpt", "data"), (250, b"ok"))

    def __init__(self, host: str, port: int, timeout: float) -> None:
        assert timeout <= 10
        FakeSmtp.calls = [f"{host}:{port}"]

    def starttls(self, context: ssl.SSLContext) -> None:
        assert context.check_hostname
        self.calls.append("starttls")

    def login(self, user: str, password: str) -> None:
        self.calls.append(f"login {user}")

    def ehlo_or_helo_if_needed(self) -> None:
        pass

    def mail(self, sender: str) -> tuple[int, bytes]:
        if self.fault:
            raise self.fault
        return self.answers["mail"]

    def rcpt(self, recipient: str) -> tuple[int, bytes]:
        return self.answers["rcpt"]

    def data(self, text: bytes) -> tuple[int, bytes]:
        self.calls.append("sent")
        return self.answers["data"]

    def quit(self) -> None:
        self.calls.append("quit")

    def __enter__(self) -> FakeSmtp:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def test_mail_goes_over_an_encrypted_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtplib, "SMTP", FakeSmtp)
    Email("mail.example.org", 587, "office@example.org", "u", "p").send(mail())
    assert FakeSmtp.calls == ["mail.example.org:587", "starttls", "login u", "sent", "quit"]


@pytest.mark.parametrize(("step", "code", "again"), [
    ("mail", 550, False), ("rcpt", 550, False), ("rcpt", 451, True), ("data", 554, False), ("data", 421, True)])
def test_what_the_relay_answers_decides_about_another_try(monkeypatch: pytest.MonkeyPatch, step: str, code: int,
                                                          again: bool) -> None:
    monkeypatch.setattr(smtplib, "SMTP", FakeSmtp)
    monkeypatch.setattr(FakeSmtp, "answers", {**FakeSmtp.answers, step: (code, b"no")})
    with pytest.raises(DeliveryError) as error:
        Email("mail.example.org", 587, "office@example.org").send(mail())
    assert error.value.again is again and error.value.code.endswith(str(code))


@pytest.mark.parametrize(("fault", "again"), [
    (smtplib.SMTPConnectError(554, b"no"), False), (smtplib.SMTPConnectError(421, b"busy"), True),
    (smtplib.SMTPServerDisconnected("gone"), True), (TimeoutError("slow"), True)])
def test_a_relay_that_breaks_off_before_the_text_is_tried_again(monkeypatch: pytest.MonkeyPatch, fault: Exception, again: bool) -> None:
    monkeypatch.setattr(smtplib, "SMTP", FakeSmtp)
    monkeypatch.setattr(FakeSmtp, "fault", fault)
    with pytest.raises(DeliveryError) as error:
        Email("mail.example.org", 587, "office@example.org").send(mail())
    assert error.value.again is again and "@" not in error.value.code


class Gateway(BaseHTTPRequestHandler):
    """Answers with `status` and remembers what came."""

    status, seen = 200, []  # type: ignore[var-annotated]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Gateway.seen.append((dict(self.headers), body))
        self.send_response(Gateway.status)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def gateway() -> Iterator[str]:
    Gateway.status, Gateway.seen = 200, []
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/send?x=1"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_short_message_is_signed(gateway: str) -> None:
    Sms(gateway, "s" * 16).send(Outgoing(ID, "13800000001", "s", "验证码 123456", "zh"))
    (headers, body), = Gateway.seen
    lower = {name.lower(): value for name, value in headers.items()}
    assert json.loads(body) == {"id": str(ID), "to": "13800000001", "text": "验证码 123456", "locale": "zh"}
    assert lower["webhook-signature"] == signature("s" * 16, str(ID), lower["webhook-timestamp"], body)


@pytest.mark.parametrize(("status", "again"), [(400, False), (302, False), (429, True), (500, True), (503, True)])
def test_what_the_gateway_says_decides_about_another_try(gateway: str, status: int, again: bool) -> None:
    Gateway.status = status
    with pytest.raises(DeliveryError) as error:
        Sms(gateway, "s" * 16).send(Outgoing(ID, "13800000001", "", "x", "zh"))
    assert error.value.again is again and len(Gateway.seen) == 1


def test_a_gateway_that_is_away_is_tried_again_and_a_bad_number_is_not() -> None:
    with pytest.raises(DeliveryError) as away:
        Sms("http://127.0.0.1:9/", "s" * 16).send(Outgoing(ID, "13800000001", "", "x", "zh"))
    assert away.value.again
    for number in ("", "12", "138\r\n0001", "abc", "１３８００００００００"):
        with pytest.raises(DeliveryError) as bad:
            Sms("http://127.0.0.1:9/", "s" * 16).send(Outgoing(ID, number, "", "x", "zh"))
        assert not bad.value.again


@pytest.mark.parametrize(("config", "words"), [
    ({"YIKOU_ENV": "production"}, "must name sms or email"),
    ({"YIKOU_ENV": "production", "NOTIFICATION_CHANNEL": "demo"}, "must name sms or email"),
    ({**SMS, "YIKOU_ENV": "production", "NOTIFICATION_CHANNEL": "sms,demo"}, "demo"),
    ({**SMS, "YIKOU_ENV": "production", "NOTIFICATION_CHANNEL": "sms,console"}, "console"),
    ({**WECHAT, "YIKOU_ENV": "production"}, "must name sms or email"), ({"NOTIFICATION_CHANNEL": "wechat"}, "WECHAT_APP_ID"),
    ({**WECHAT, "WECHAT_FIELDS": "thing1"}, "WECHAT_FIELDS"), ({**WECHAT, "WECHAT_API_URL": "http://x.cn"}, "https"),
    ({"NOTIFICATION_CHANNEL": "pigeon"}, "pigeon"), ({"NOTIFICATION_CHANNEL": "email"}, "SMTP_HOST and MAIL_FROM"),
    ({**SMTP, "MAIL_FROM": "a@b.cn\nBcc: x@y.cn"}, "MAIL_FROM"), ({**SMTP, "SMTP_PORT": "x"}, "SMTP_PORT"),
    ({**SMTP, "SMTP_SECURITY": "maybe"}, "SMTP_SECURITY"), ({"NOTIFICATION_CHANNEL": "sms"}, "SMS_GATEWAY_URL"),
    ({**SMS, "SMS_GATEWAY_URL": "http://sms.example.org"}, "https"), ({**SMS, "SMS_GATEWAY_SECRET": "short"}, "16"),
    ({**SMS, "SMS_GATEWAY_URL": "https://u:p@x.cn/"}, "password"), ({**SMS, "SMS_GATEWAY_URL": "file:///etc/passwd"}, "https")])
def test_a_process_does_not_start_with_half_a_channel(config: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        check_configuration(config)


def test_good_configurations_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "_installed", [])
    for config in ({}, SMTP, SMS, {**SMTP, **SMS, "NOTIFICATION_CHANNEL": "sms, email", "YIKOU_ENV": "production"}):
        check_configuration(config)
    channels.configure({**SMTP, **SMS, "NOTIFICATION_CHANNEL": "sms,email"})
    assert [channels.for_kind(kind).name for kind in ("phone", "email")] == ["sms", "email"]  # type: ignore[union-attr]
    assert channels.for_kind("letter") is None and channels.by_name("in_app") is channels.INBOX
    assert "secret" not in repr(channels.for_kind("phone")).lower().replace("secret=", "")
