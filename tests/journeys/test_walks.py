"""An analyst walks through the lifecycle in a browser, at a desk and on a phone, with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.cli.demo import office
from tests.journeys.main_path import Stage
from tests.journeys.people import DESK, PHONE, Person, chromium
from tests.journeys.server import ROOT, running

PAGE = "/studio/walk/service_request"
SUGGESTION = '{"suggestion": {"code": "CS01", "confidence": 0.93, "codes": [], "source": "model"}}'


@pytest.fixture(scope="module")
def stage(templates: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The running product."""
    copies, template = templates("sqlite", "demo")
    url = copies.copy(template)
    folder = tmp_path_factory.mktemp("walks")
    with chromium() as browser, running(url, folder) as address:
        yield Stage(browser, address, office.PASSWORD, ROOT / "instance" / "screenshots" / "walks")
    copies.drop(url)


def begin(person: Person, name: str) -> None:
    person.go(PAGE)
    person.page.fill("#c-name", name)
    person.page.fill("#c-at", "2026-11-23T10:00")
    person.page.select_option("#c-service", "CS01")
    person.page.locator("form:has(#c-name) button").click()


def take_in(person: Person) -> None:
    person.page.locator("section:has(code:text-is('suggest')) textarea").fill(SUGGESTION)
    person.page.locator("section:has(code:text-is('suggest')) .actions button").click()
    person.fill(intake_decision="accept", kind="complaint", person_checked="true", happened_at="昨天", place_note="三号楼",
                cause="没有清运", course="三天没有清运")
    person.page.locator("section:has(#tasks) .actions button").click()
    person.page.wait_for_selector("text=case_accepted")


@pytest.mark.parametrize(("size", "scripts", "lang"), [(DESK, True, "zh"), (PHONE, True, "en"), (DESK, False, "en")])
def test_a_walk_through_the_lifecycle(stage: Stage, size: dict[str, int], scripts: bool, lang: str) -> None:
    with stage.person(size=size, scripts=scripts) as analyst:
        name = f"{lang}-{'phone' if size is PHONE else 'desk'}{'' if scripts else '-plain'}"
        analyst.sign_in("analyst", stage.password)
        analyst.go(f"/preferences?lang={lang}")
        begin(analyst, name)
        take_in(analyst)
        if scripts:
            analyst.page.wait_for_selector("[data-diagram][data-shown]")
            analyst.look(f"walk-{name}")
            analyst.picture(f"top-{name}", whole=False)
        page = analyst.page
        page.fill("#w-amount", "2")
        page.select_option("#w-unit", "wd")
        page.locator("form:has(#w-amount) button").click()
        assert page.locator("ol.journal > li").count() == 4
        page.locator("#now form button").first.click()
        assert page.locator("ol.journal > li").count() == 3
        page.fill("#c-name", f"taken in {name}")
        page.locator("form:has(#c-name) button").click()
        page.wait_for_selector(f"#scenarios >> xpath=.. >> text=taken in {name}")
        page.locator("li", has_text=f"taken in {name}").locator("a.button").click()
        assert page.locator("li.green", has_text=f"taken in {name}").count() == 1
        if scripts:
            analyst.look(f"start-{name}")
