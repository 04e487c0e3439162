"""A new office in a browser: the operator makes it, its administrator comes in, a visitor asks, the window sees it."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from app.cli.demo import office
from tests.journeys.main_path import Stage
from tests.journeys.people import DESK, PHONE, Person, chromium
from tests.journeys.server import ROOT, running

TEXT = "小区门口的路灯坏了三天,晚上老人走路看不清。"
CLERK = "窗口的一句话 at the window"
SMALL = {"width": 360, "height": 740}
LONGEST = 120.0
"""Seconds from opening the operator's form to the request in the inbox of the new office."""


@pytest.fixture(scope="module")
def stage(templates: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The running product with the demo office only."""
    copies, template = templates("sqlite", "demo")
    url = copies.copy(template)
    folder = tmp_path_factory.mktemp("offices")
    with chromium() as browser, running(url, folder) as address:
        yield Stage(browser, address, office.PASSWORD, ROOT / "instance" / "screenshots" / "offices")
    copies.drop(url)


def test_a_new_office_is_made_and_takes_its_first_request(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    with stage.staff("operator") as operator:
        begun = time.monotonic()
        made, first = _make(operator)
        new = Stage(stage.browser, made, stage.password, stage.album)
        with new.person() as boss:
            _come_in(boss, first)
            _add_clerk(boss)
        with new.person(size=PHONE, scripts=False) as visitor:
            number = _ask(visitor)
        with new.person() as clerk:
            clerk.sign_in("clerk", CLERK)
            assert number in clerk.row(number).inner_text()
        seconds = time.monotonic() - begun
    with capsys.disabled():
        print(f"\nnew office to first request in its inbox: {seconds:.1f} s of script")  # noqa: T201
    assert seconds < LONGEST
    with new.person() as boss:
        boss.sign_in("admin", "我自己的一句话 my own")
        _export(boss)
    _look(stage, new)


def _make(operator: Person) -> tuple[str, str]:
    """With mouse and keyboard: only what nobody can know is typed. (address, one-time password)"""
    page = operator.page
    operator.go("/admin/offices")
    page.get_by_role("link", name="新建机构").click()
    page.fill("#c-name_zh", "滨河街道")
    page.keyboard.press("Tab")
    page.keyboard.type("Riverside Street")
    page.keyboard.press("Tab")
    page.keyboard.type("riverside")
    page.fill("#c-contact_phone", "021-5555 0000")
    page.fill("#c-most_staff", "20")
    page.fill("#c-admin_name", "周主任")
    page.focus("#c-admin_login")
    page.keyboard.press("Enter")
    page.wait_for_selector("#one-time")
    address = str(page.locator("dl a").first.get_attribute("href")).rstrip("/")
    return address, page.inner_text("#one-time")


def _come_in(boss: Person, first: str) -> None:
    page = boss.page
    boss.go("/staff/sign-in")
    page.fill("#c-login", "admin")
    page.fill("#c-password", first)
    page.click("form.sign-in button")
    page.fill("#c-old", first)
    page.fill("#c-password", "我自己的一句话 my own")
    page.click("form.sign-in button")
    page.wait_for_selector(".staff-head nav a")
    boss.go("/staff/overview")
    assert page.locator("ul.steps li").count() == 6 and page.locator("ul.steps .done").count() == 4


def _add_clerk(boss: Person) -> None:
    page = boss.page
    boss.go("/admin/people/new")
    for name, value in (("login", "clerk"), ("name", "小陈"), ("password", CLERK)):
        page.fill(f"#c-{name}", value)
    page.select_option("#c-role", "intake_clerk")
    page.select_option("#c-unit", "CYZX")
    page.click("form.card .actions button")
    page.wait_for_selector(".notice.good")


def _export(boss: Person) -> None:
    """Made by the worker beside its other work, then taken away."""
    page = boss.page
    boss.go("/admin/subscription")
    page.locator("form[action$='/exports'] button").click()
    button = page.locator("form[action*='/exports/'] button").first
    for _ in range(40):
        if button.count():
            break
        page.wait_for_timeout(500)
        boss.go("/admin/subscription")
    with page.expect_download() as download:
        button.click()
    with zipfile.ZipFile(download.value.path()) as opened:
        assert {"manifest.json", "README.md", "data/service_case.jsonl"} <= set(opened.namelist())


def _ask(visitor: Person) -> str:
    page = visitor.page
    visitor.go("/")
    page.fill("#c-text", TEXT)
    page.click("form.say button[value=begin]")
    page.fill("#c-name", "王淑芬")
    page.fill("#c-phone", "13900000123")
    page.click("form[enctype] .actions button")
    page.wait_for_selector(".number")
    return page.inner_text(".number").strip()


def _look(stage: Stage, new: Stage) -> None:
    """Each page of this work on a phone and on a desk, in both languages, fine and suspended."""
    for size, lang in ((SMALL, "en"), (DESK, "zh")):
        with stage.person(size=size) as operator, new.person(size=size) as boss:
            operator.sign_in("operator", stage.password)
            operator.go(f"/preferences?lang={lang}")
            boss.sign_in("admin", "我自己的一句话 my own")
            boss.go(f"/preferences?lang={lang}")
            for path in ("/admin/offices", "/admin/offices/new", "/admin/offices/riverside", "/admin/offices/demo"):
                operator.go(path)
                operator.look(f"{lang}{path.replace('/', '-')}")
            for path in ("/staff/overview", "/admin/subscription"):
                boss.go(path)
                boss.look(f"{lang}{path.replace('/', '-')}")
            _wrong(operator, lang)
            _suspended(operator, boss, new, lang, size)


def _wrong(operator: Person, lang: str) -> None:
    """A form with faults at its fields."""
    operator.go("/admin/offices/new")
    for name, value in (("name_zh", "某街道"), ("slug", "demo"), ("ends_on", "2020-01-01"), ("admin_name", "某")):
        operator.page.fill(f"#c-{name}", value)
    operator.page.click("form.card .actions button")
    operator.page.wait_for_selector("#c-slug-errors")
    assert operator.page.input_value("#c-name_zh") == "某街道"
    operator.problems.clear()  # the browser calls an answer of 422 an error
    operator.look(f"{lang}-new-wrong")


def _suspended(operator: Person, boss: Person, new: Stage, lang: str, size: dict[str, int]) -> None:
    operator.go("/admin/offices/riverside")
    operator.page.fill("#c-reason", "未续订")
    operator.page.click("button.danger")
    operator.page.wait_for_selector(".notice.good")
    operator.look(f"{lang}-suspended-operator")
    boss.go("/staff/overview")
    boss.look(f"{lang}-suspended-overview")
    with new.person(size=size, lang="zh-CN" if lang == "zh" else "en") as visitor:
        visitor.go("/")
        visitor.look(f"{lang}-suspended-home")
        assert not visitor.page.locator("form.say button[value=begin]").count()
        visitor.go("/submit")
        visitor.look(f"{lang}-suspended-submit")
    operator.page.locator("form[action$=resume] button").click()
    operator.page.wait_for_selector(".notice.good")
