"""What surrounds the Studio's editors, in browsers: it saves by itself, two people meet, a lost connection loses nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from app.cli.demo import office
from tests.journeys.main_path import Stage
from tests.journeys.people import DESK, Person, chromium
from tests.journeys.server import ROOT, running

PAGE = "/studio/decision/review?as=text"
STATUS = "[data-saving]"


@pytest.fixture(scope="module")
def stage(templates: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The running product."""
    copies, template = templates("sqlite", "demo")
    url = copies.copy(template)
    with chromium() as browser, running(url, tmp_path_factory.mktemp("studio")) as address:
        yield Stage(browser, address, office.PASSWORD, ROOT / "instance" / "screenshots" / "studio")
    copies.drop(url)


def opened(person: Person) -> Any:
    """The editor, ready to be typed in; its content."""
    person.go(PAGE)
    person.page.locator("[data-studio][data-ready]").wait_for()
    return person.page.locator(".cm-content")


def typed(person: Person, text: str) -> None:
    """At the end of the first line, which is always on the screen."""
    person.page.locator(".cm-content").click()
    person.page.keyboard.press("Control+Home")
    person.page.keyboard.press("End")
    person.page.keyboard.type(text)


def state(person: Person, wanted: str) -> None:
    expect(person.page.locator(f'{STATUS}[data-state="{wanted}"]')).to_be_visible(timeout=15_000)


def test_two_people_a_lost_connection_and_nothing_lost(stage: Stage) -> None:
    with stage.person(size=DESK) as one, stage.person(size=DESK) as other:
        one.sign_in("analyst", stage.password)
        other.sign_in("administrator", stage.password)
        opened(one)
        typed(one, "<!-- eins -->")
        state(one, "saved")  # by itself
        opened(other)
        expect(other.page.locator(".cm-content")).to_contain_text("<!-- eins -->")
        expect(other.page.locator("[data-others]")).to_contain_text("刘爱莲")
        other.look("studio-text")

        one.context.set_offline(True)
        typed(one, "<!-- zwei -->")
        state(one, "offline")
        one.page.wait_for_timeout(300)
        one.context.set_offline(False)
        state(one, "saved")  # sent by itself

        typed(other, "<!-- drei -->")  # on a text that is no longer the stored one
        state(other, "conflict")
        asked = other.page.locator("[data-asking]")
        expect(asked).to_contain_text("zwei")
        other.look("studio-conflict")
        asked.get_by_role("button", name=re.compile("另一份|other text")).click()
        expect(other.page.locator(".cm-content")).to_contain_text("<!-- zwei -->")
        expect(other.page.locator(".cm-content")).not_to_contain_text("drei")
        asked.get_by_role("button").click()  # bring mine back
        expect(other.page.locator(".cm-content")).to_contain_text("<!-- drei -->")
        state(other, "saved")
        lost = re.compile("Failed to load resource|ERR_INTERNET_DISCONNECTED|409")
        one.problems = [line for line in one.problems if not lost.search(line)]
        other.problems = [line for line in other.problems if not lost.search(line)]


def test_what_a_closed_page_had_not_sent_is_there_again(stage: Stage) -> None:
    with stage.person(size=DESK) as one:
        one.sign_in("analyst", stage.password)
        opened(one)
        one.page.route("**/draft", lambda route: route.abort())
        typed(one, "<!-- vier -->")
        state(one, "offline")
        one.page.on("dialog", lambda dialog: dialog.accept())
        one.go("/studio/")
        one.page.unroute("**/draft")
        opened(one)
        expect(one.page.locator(".cm-content")).to_contain_text("<!-- vier -->")
        state(one, "saved")
        one.page.route("**/draft", lambda route: (route.fetch(), route.abort()))  # it arrives, the answer does not
        typed(one, "<!-- fünf -->")
        state(one, "offline")
        typed(one, "<!-- sechs -->")
        one.page.unroute("**/draft")
        state(one, "saved")
        assert one.page.locator("[data-asking] button").count() == 0
        one.context.clear_cookies()
        typed(one, "<!-- sieben -->")
        state(one, "refused")  # signed out: the text waits
        door = one.context.new_page()
        door.goto(one.address + "/staff/sign-in")
        door.fill("#c-login", "analyst")
        door.fill("#c-password", stage.password)
        door.click("form.sign-in button")
        door.wait_for_selector(".staff-head .me")
        one.page.bring_to_front()
        one.page.keyboard.press("Control+s")
        state(one, "saved")
        typed(one, "<")
        faults = one.page.locator("[data-problems] li button.wrong")
        faults.first.wait_for()
        one.page.keyboard.press("Control+Shift+P")
        assert one.page.evaluate("document.activeElement.closest('[data-problems]') !== null")
        one.page.locator("[data-do=undo]").click()
        expect(faults).to_have_count(0, timeout=15_000)
        one.look("studio-home")
        one.problems = [line for line in one.problems if "Failed to load resource" not in line]
