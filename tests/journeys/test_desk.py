"""The intake desk with the keyboard alone: a known caller to dispatch on one page, a consultation in twenty seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page
from sqlalchemy import create_engine, text

from app.cli.demo import office
from tests.journeys.main_path import Stage
from tests.journeys.people import PHONE, Person, chromium
from tests.journeys.server import ROOT, running

CALLER = "13922220001"
WATCH = """() => { window.used = []; for (const kind of ["mousedown", "pointerdown", "touchstart"])
  document.addEventListener(kind, () => window.used.push(kind), true); window.mark = Math.random(); return window.mark; }"""


@pytest.fixture(scope="module")
def stage(templates: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The running product; the intake clerk of this office also dispatches, as in a small street."""
    copies, template = templates("sqlite", "demo")
    url = copies.copy(template)
    folder = tmp_path_factory.mktemp("desk")
    _also_dispatches(url, "intake_clerk")
    with chromium() as browser, running(url, folder) as address:
        yield Stage(browser, address, office.PASSWORD, ROOT / "instance" / "screenshots" / "desk")
    copies.drop(url)


def _also_dispatches(url: str, login: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO membership (tenant_id, id, user_id, role, unit_code) SELECT tenant_id, :id, user_id, "
                                "'dispatcher', unit_code FROM membership WHERE user_id IN (SELECT id FROM \"user\" WHERE "
                                "login = :login)"), {"id": uuid4().hex, "login": login})
    engine.dispose()


class Keys:
    """Hands on the keyboard; counts the page's loads and whatever a mouse would have done."""

    def __init__(self, person: Person) -> None:
        self.page: Page = person.page
        self.loads = 0
        self.page.on("domcontentloaded", lambda _page: setattr(self, "loads", self.loads + 1))

    def open(self, person: Person) -> None:
        """Count from this page on: the one before may tell late that it was ready, which is no load of this one."""
        person.go("/staff/new")
        self.loads = 1
        self.mark = self.page.evaluate(WATCH)

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def tab_to(self, name: str) -> None:
        """With Tab only, as far as it takes."""
        for _ in range(40):
            if self.page.evaluate("document.activeElement.name || document.activeElement.id") == name:
                return
            self.press("Tab")
        raise AssertionError(f"no way to {name} by Tab")

    def wait(self, selector: str) -> None:
        self.page.wait_for_selector(selector)

    def nothing_else(self, loads: int) -> None:
        """No mouse, and this many page loads since the watch began, the first one included."""
        assert self.page.evaluate("window.used") == []
        assert self.page.evaluate("window.mark") == self.mark, "the page was loaded anew"
        assert self.loads == loads, self.loads


def test_a_known_caller_is_dispatched_without_mouse_on_one_page_load(stage: Stage) -> None:
    with stage.staff("intake_clerk") as clerk:
        keys = Keys(clerk)
        keys.open(clerk)
        keys.type(CALLER)  # the first call of this person: the name has to be typed
        keys.press("Tab")
        keys.type("王秀英")
        keys.tab_to("c-text")
        keys.type("小区门禁坏了半个月，物业一直不修。")
        keys.wait("#goes")
        keys.press("Control+Enter")
        for task in ("task_classify", "task_dispatch"):  # not sure enough: both are hers, one after the other
            keys.wait(f"[data-task={task}]")
            keys.press("Control+Enter")
        keys.wait("form[data-desk]")

        keys.open(clerk)
        begun = time.monotonic()
        keys.type("0001")
        keys.wait("[data-part=who] .caller >> text=王秀英")
        keys.press("Alt+1")
        assert clerk.page.input_value("#c-phone") == CALLER and clerk.page.input_value("#c-name") == "王秀英"
        keys.type("小区门禁坏了，物业一直不修，要求退物业费。")
        keys.wait("[data-part=known] [data-key='7']")  # the same concern is open: she sees it before opening another
        keys.press("Alt+4")  # the likeliest service, with its kind
        keys.wait("#goes")
        assert (clerk.page.input_value("#c-service"), clerk.page.input_value("#c-kind")) == ("CS05", "complaint")
        keys.press("Control+Enter")
        keys.wait("[data-task=task_dispatch]")
        assert clerk.page.input_value("[data-task] [name=unit]") != "", "the unit of the table is filled in"
        keys.press("Control+Enter")
        keys.wait("#done")
        keys.wait("form[data-desk]")
        seconds = time.monotonic() - begun
        said = clerk.page.inner_text(".notice.good:has(#done)")
        keys.nothing_else(loads=1)
        print(f"\nknown caller to dispatch: {seconds:.1f} s by script, no mouse, 1 page load")
        assert "FGS" in said or "房" in said, said
        assert seconds < 60


def test_a_consultation_is_answered_and_rated_in_twenty_seconds(stage: Stage) -> None:
    with stage.staff("intake_clerk") as clerk:
        keys = Keys(clerk)
        keys.open(clerk)
        begun = time.monotonic()
        keys.type("13922220002")
        keys.press("Tab")
        keys.type("李")
        keys.tab_to("c-text")
        keys.type("居住证怎么办理，要带什么材料？")
        keys.wait("[data-part=known] [data-key='9']")
        keys.press("Alt+9", "ArrowRight")
        keys.tab_to("c-solved")
        keys.press("ArrowRight")
        assert clerk.page.locator("[name=c-rating]:checked").get_attribute("value") == "5"
        assert clerk.page.locator("[name=c-solved]:checked").get_attribute("value") == "yes"
        keys.press("Control+Enter")
        keys.wait("#done")
        seconds = time.monotonic() - begun
        keys.nothing_else(loads=1)
        print(f"\nconsultation from phone to closed: {seconds:.1f} s by script")
        assert seconds < 20
        clerk.page.get_by_role("link", name="打开诉求").click()
        clerk.page.wait_for_selector("#journal")
        assert "居民满意" in clerk.page.inner_text(".page-head")


@pytest.mark.parametrize(("lang", "size"), [("zh", None), ("en", None), ("en", {**PHONE, "width": 360}), ("zh", {**PHONE, "width": 360})])
def test_the_desk_is_sound_while_it_is_full(stage: Stage, lang: str, size: dict[str, int] | None) -> None:
    more = {"size": size} if size else {}
    with stage.person(**more) as clerk:
        clerk.sign_in("intake_clerk", stage.password)
        clerk.go(f"/preferences?lang={lang}")
        clerk.go("/staff/new")
        clerk.page.fill("#c-phone", CALLER)
        clerk.page.fill("#c-text", "小区门禁坏了，居住证怎么办理？")
        clerk.page.wait_for_selector("[data-part=known] .card")
        clerk.page.wait_for_timeout(600)
        clerk.look(f"full-{lang}-{'360' if size else '1280'}")


def test_the_desk_works_without_scripts_on_the_same_page(stage: Stage) -> None:
    with stage.person(scripts=False) as clerk:
        clerk.sign_in("intake_clerk", stage.password)
        page = clerk.page
        clerk.go("/staff/new")
        page.fill("#c-phone", CALLER)
        page.fill("#c-text", "门禁还是坏的，没有人来修。")
        page.click("button[value=look_up]")
        page.click("[data-part=who] [data-key='1'] >> nth=0") if page.locator("[data-part=who] [data-key='1']").count() else None
        page.select_option("#c-service", "CS05")
        page.select_option("#c-kind", "complaint")
        page.click("button[value=accept]")
        assert page.url.split("?")[0].endswith("/staff/new")
        for _ in range(20):  # the worker may have the case in hand just then: without scripts one loads the page again
            if page.locator("[data-task] [name=unit]").count():
                break
            page.wait_for_timeout(250)
            page.reload()
        assert page.locator("[data-task] [name=unit]").count() == 1
        page.click("[data-task] button[data-send]")
        assert page.locator("#done").count() == 1 and page.locator("form[data-desk]").count() == 1

