"""How long an administrator needs for a change that takes no code: a limit, and a new service. The seconds are printed."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from app.cli.demo import office
from tests.journeys.main_path import Stage
from tests.journeys.people import PHONE, Person, chromium
from tests.journeys.server import ROOT, running

MOST_SECONDS = 60.0


@pytest.fixture(scope="module")
def stage(templates: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, str]]:
    copies, template = templates("sqlite", "demo")
    url = copies.copy(template)
    folder = tmp_path_factory.mktemp("without_code")
    with chromium() as browser, running(url, folder) as address:
        yield Stage(browser, address, office.PASSWORD, ROOT / "instance" / "screenshots" / "without_code"), url
    copies.drop(url)


def ask(stage: Stage, words: str, service: str = "") -> None:
    """A resident hands something in, without scripts."""
    with stage.person(size=PHONE, scripts=False) as resident:
        resident.go(f"/submit?service={service}" if service else "/submit")
        resident.page.fill("#c-text", words)
        resident.page.fill("#c-name", "王淑芬")
        resident.page.fill("#c-phone", "13900000123")
        resident.page.click("form[enctype] .actions button")
        resident.page.wait_for_selector(".number")


def accept_limit(url: str) -> tuple[int, str]:
    """The limit to take in the newest case, once the worker has started its clock."""
    query = text("SELECT budget FROM deadline JOIN service_case c ON c.id = case_id WHERE name = 'accept' "
                 "ORDER BY c.id DESC LIMIT 1")
    newest = text("SELECT count(*) FROM service_case c WHERE NOT EXISTS "
                  "(SELECT 1 FROM deadline d WHERE d.case_id = c.id AND d.name = 'accept')")
    engine = create_engine(url)
    try:
        for _ in range(80):
            with engine.connect() as connection:
                if not connection.scalar(newest):
                    found = json.loads(str(connection.scalar(query)))
                    return int(found["amount"]), str(found["unit"])
            time.sleep(0.25)
    finally:
        engine.dispose()
    raise AssertionError("the clock of the newest case never started")


def test_a_limit_is_changed_effective_on_the_next_case_and_taken_back_within_a_minute(stage: tuple[Stage, str]) -> None:
    here, url = stage
    ask(here, "路灯坏了。")
    before = accept_limit(url)
    with here.person(lang="en") as person:
        person.sign_in("administrator", here.password)
        begun = time.monotonic()
        person.go("/admin/tables")
        person.page.click("a[href$='/tables/time_limit']")
        last = person.page.locator("section.card").first.locator("tbody tr").last
        amount = last.locator("textarea").first
        assert amount.input_value() == str(before[0])
        amount.fill("")
        amount.press_sequentially("3", delay=80)
        _type(person, "reason", "Decided at the meeting")
        person.page.click(".publish button[value=check]")
        person.page.locator("ins", has_text="3").first.wait_for()
        person.page.click(".publish button[value=publish]")
        person.page.wait_for_selector("[role=status]")
        seconds = time.monotonic() - begun
        ask(here, "楼道灯坏了。")
        assert accept_limit(url) == (3, before[1])
        begun = time.monotonic()
        person.go("/admin/definitions/decision/time_limit")
        person.look("limit-versions")
        person.page.click("form[action$='/withdraw'] button")
        person.page.wait_for_load_state()
        back = time.monotonic() - begun
    ask(here, "树倒了。")
    assert accept_limit(url) == before
    _say(f"a limit changed, seen and published in {seconds:.1f} s, taken back in {back:.1f} s")
    assert seconds + back < MOST_SECONDS


def test_a_new_service_can_be_asked_for_within_a_minute(stage: tuple[Stage, str]) -> None:
    here, _url = stage
    with here.person(lang="en") as person:
        person.sign_in("administrator", here.password)
        begun = time.monotonic()
        person.go("/admin/services/new")
        for name, value in (("code", "LS77"), ("name_zh", "磨刀修伞"), ("name_en", "Knives and umbrellas"),
                            ("commitment_zh", "三天内磨好"), ("keywords", "菜刀")):
            _type(person, name, value)
        person.page.select_option("#c-unit", "LRS")
        person.page.check("input[name=at_once]")
        person.page.fill("#c-reply_amount", "3")
        person.page.click(".publish button:not([name])")
        person.page.wait_for_selector("[role=status]")
        with here.person(size=PHONE, scripts=False) as resident:
            resident.go("/?q=菜刀")
            resident.page.click("a[href*='/service/LS77']")
            assert "三天内磨好" in resident.page.inner_text("main")
        ask(here, "两把菜刀要磨。", "LS77")
        seconds = time.monotonic() - begun
        person.page.click("button[value='preview:zh']")
        person.look("service-preview")
        assert "磨刀修伞" in person.page.inner_text(".phone")
    _say(f"a new service was made, found and asked for in {seconds:.1f} s, typed at 12 characters a second")
    assert seconds < MOST_SECONDS


def _type(person: Person, name: str, value: str) -> None:
    """At the pace of somebody who types well."""
    person.page.locator(f"#c-{name}").press_sequentially(value, delay=80)


def _say(line: str) -> None:
    """On the terminal, and kept beside the pictures."""
    folder = Path(ROOT) / "instance"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "without_code.txt").open("a", encoding="utf-8") as file:
        file.write(re.sub(r"\s+", " ", line) + "\n")
    print(line)  # noqa: T201  the measure is what the test is for
