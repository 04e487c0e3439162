"""An administrator moves running cases in a browser: from the publishing page to a run and back, without typing an id."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.cli.demo import office
from tests.journeys.main_path import Stage, submit
from tests.journeys.people import DESK, PHONE, Person, chromium
from tests.journeys.server import ROOT, running

KEY = "service_request"
PAGE = f"/admin/definitions/process/{KEY}"


@pytest.fixture(scope="module")
def stage(templates: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The running product with one request in it."""
    copies, template = templates("sqlite", "demo")
    url = copies.copy(template)
    folder = tmp_path_factory.mktemp("moving")
    with chromium() as browser, running(url, folder) as address:
        made = Stage(browser, address, office.PASSWORD, ROOT / "instance" / "screenshots" / "moving")
        submit(made)
        yield made
    copies.drop(url)


def changed() -> bytes:
    """The shipped lifecycle with another id for the intake."""
    text = (ROOT / "processes" / "base" / KEY / f"{KEY}.bpmn").read_text(encoding="utf-8")
    return text.replace('"task_intake"', '"task_reception"').replace(">task_intake<", ">task_reception<").encode()


def until(person: Person, words: str) -> None:
    """Read the page again, by its link, until it says so."""
    for _ in range(120):
        if words in person.page.inner_text("main"):
            return
        person.page.wait_for_timeout(500)
        person.page.reload()
    raise AssertionError(f"{words}: {person.page.inner_text('main')[:800]}")


@pytest.mark.parametrize("scripts", [True, False])
def test_cases_move_and_come_back(stage: Stage, tmp_path: Path, scripts: bool) -> None:
    file = tmp_path / f"{KEY}.bpmn"
    file.write_bytes(changed() if scripts else changed().replace(b"<bpmn:process ", b"<bpmn:process  "))
    with stage.person(size=DESK, scripts=scripts) as chief:
        chief.sign_in("administrator", stage.password)
        chief.go("/preferences?lang=en")
        chief.go(PAGE)
        chief.page.locator("details:has(input[type=file]) summary").first.click()
        chief.page.set_input_files("input[type=file]", str(file))
        chief.page.click("details form[enctype] button")
        chief.page.get_by_role("link", name="Move running cases").click()
        if not scripts:
            chief.page.select_option("#c-from", index=2)
            chief.page.click("main form[method=get] button")
        if scripts:
            chief.look("choose")
        chief.page.locator('select[name="pair.task_intake"]').select_option(label="Take in the request")
        chief.page.fill("#c-reason", "a better intake")
        chief.page.get_by_role("button", name="See what would happen").click()
        until(chief, "Of 1 cases, 1 can move")
        if scripts:
            chief.look("looked")
        chief.page.get_by_role("button", name="Move those that can").click()
        until(chief, "Take it back")
        assert "1 moved, 0 stayed, 0 failed." in chief.page.inner_text("main")
        run = chief.page.url
        if scripts:
            chief.look("done")
        chief.page.locator("main summary", has_text="Take it back").click()
        chief.page.fill("#c-reason", "it was worse")
        chief.page.get_by_role("button", name="See what would go back").click()
        until(chief, "Of 1 cases, 1 can move")
        chief.page.get_by_role("button", name="Move those that can").click()
        until(chief, "1 moved, 0 stayed, 0 failed.")
    if scripts:
        with stage.person(size=PHONE) as analyst:
            analyst.sign_in("analyst", stage.password)
            analyst.go(f"/admin/moving/{KEY}")
            analyst.look("choose-phone")
            analyst.go(run)
            analyst.look("done-phone")
