"""The main path in a browser: a resident on a phone, five people at desks, and the resident's own word at the end."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser

from tests.journeys.people import PHONE, Person

TEXT = "三号楼前的垃圾三天没人收拾,地面脏乱,臭味很大,老人下楼都绕着走。"
REPLY = "当天下午已清运完毕,并与保洁公司约定每天增加一班。欢迎继续监督。"


@dataclass(frozen=True)
class Sent:
    """What the resident holds after sending."""

    number: str
    link: str


@dataclass(frozen=True)
class Stage:
    """Where the people meet: browser, address of the office, password of its people, folder of pictures."""

    browser: Browser
    address: str
    password: str
    album: Path
    seen: dict[str, set[str]] = field(default_factory=dict)
    """Name of a size -> outlines that axe was shown at it."""

    def person(self, **more: object) -> Person:
        """A new window."""
        return Person(self.browser, self.address, self.album, **more)  # type: ignore[arg-type]

    def staff(self, login: str) -> Person:
        """A new window, signed in."""
        person = self.person()
        person.sign_in(login, self.password)
        return person


def photo() -> bytes:
    """A small real PNG: what a phone would send, in little."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    width, height = 64, 48
    lines = b"".join(b"\0" + b"".join(bytes((x * 4 % 256, y * 5 % 256, 120)) for x in range(width))
                     for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))


def submit(stage: Stage) -> Sent:
    """On a phone and without scripts: residents' pages need none."""
    with stage.person(size=PHONE, scripts=False) as resident:
        page = resident.page
        resident.go("/")
        page.fill("#c-text", TEXT)
        page.click("form.say button[value=begin]")
        page.set_input_files("#c-photos", {"name": "三号楼.png", "mimeType": "image/png", "buffer": photo()})
        page.fill("#c-name", "王淑芬")
        page.fill("#c-phone", "13900000123")
        page.fill("#c-place_text", "三号楼东侧")
        page.click("form[enctype] .actions button")
        page.wait_for_selector(".number")
        return Sent(page.inner_text(".number").strip(), page.inner_text(".link-box").strip())


def look_as_resident(stage: Stage, sent: Sent) -> None:
    """The same pages with scripts, for the picture and for axe."""
    with stage.person(size=PHONE) as resident:
        resident.go("/")
        resident.look("resident-home")
        resident.page.fill("#c-text", TEXT)
        resident.page.click("form.say button[value=begin]")
        resident.look("resident-submit")
        resident.go(sent.link)
        resident.look("resident-follow")


def take_in(stage: Stage, sent: Sent) -> None:
    """The window accepts; which service it is, it leaves open."""
    with stage.staff("intake_clerk") as clerk:
        clerk.row(sent.number)
        clerk.look("desk-inbox")
        clerk.take(sent.number)
        clerk.fill(intake_decision="accept", kind="complaint", service="", urgency_stated="normal")
        clerk.fill(person_checked="true", happened_at="三天前", place_note="三号楼东侧", cause="没有清运", course="三天没有人来")
        clerk.look("desk-intake")
        clerk.finish()


def classify(stage: Stage, sent: Sent) -> None:
    """The clerk was not sure of the service: the dispatcher is; the table then names the unit."""
    with stage.staff("dispatcher") as dispatcher:
        dispatcher.take(sent.number)
        dispatcher.fill(service="CS01", kind="complaint")
        dispatcher.look("desk-classify")
        dispatcher.finish()


STEPS: dict[str, dict[str, str]] = {
    "accept_decision": {"accept_decision": "accept"},
    "contacted": {"contacted": "yes", "contact_note": "已电话联系,居民下午在家"},
    "finding": {"finding": "confirmed", "finding_note": "现场情况属实"},
    "measure": {"measure": "ordered", "measure_note": "已责令保洁公司当天清运"},
    "action": {"action": "reply", "handling_result": "solved", "reply": REPLY},
}


def handle(stage: Stage, sent: Sent) -> None:
    """The unit does whatever its process asks, up to the reply."""
    with stage.staff("handler_lrs") as handler:
        for _ in range(len(STEPS)):
            handler.take(sent.number)
            handler.page.locator(".page-head a").click()  # the whole case, with the same form
            handler.page.wait_for_selector(".diagram[data-shown]")
            whole = handler.page.url
            key = next(name for name in STEPS if handler.page.locator(f'main [name="{name}"]').count())
            handler.fill(**STEPS[key])
            if key == "action":
                handler.look("desk-reply")
            handler.finish()
            if key == "action":
                handler.go(whole)  # finishing leads on to the next task, or to the inbox
                handler.page.wait_for_selector(".diagram[data-shown] .bjs-powered-by")
                handler.look("desk-case")
                return
    raise AssertionError("the unit was never asked for a reply")


def review(stage: Stage, sent: Sent) -> None:
    """The head of the unit approves the words."""
    with stage.staff("head_lrs") as head:
        head.take(sent.number)
        head.fill(reply=REPLY, review_approved="yes")
        head.look("desk-review")
        head.finish()


def rate(stage: Stage, sent: Sent) -> None:
    """The resident reads the reply by the personal link and says how it was."""
    with stage.person(size=PHONE) as resident:
        page = resident.page
        resident.go(sent.link)
        for _ in range(60):
            if page.locator(".faces").count():
                break
            page.wait_for_timeout(250)
            page.reload()
        assert REPLY in page.inner_text("main")
        resident.look("resident-rate")
        page.locator('input[name="rating"][value="5"]').check(force=True)
        page.locator('input[name="solved"][value="yes"]').check(force=True)
        page.fill("#c-comment", "很快,谢谢。")
        page.locator("form:has(.faces) button").click()
        page.wait_for_load_state("networkidle")
        resident.look("resident-closed")


def main_path(stage: Stage) -> Sent:
    """All six steps; returns what the resident holds."""
    sent = submit(stage)
    take_in(stage, sent)
    classify(stage, sent)
    handle(stage, sent)
    review(stage, sent)
    rate(stage, sent)
    return sent
