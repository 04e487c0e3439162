"""What the editors complete while an expression is typed: our functions, and the variables that are known at that place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.cli.demo import office
from tests.journeys.main_path import Stage
from tests.journeys.people import DESK, Person, chromium
from tests.journeys.server import ROOT, running

PROCESS = "/studio/process/service_request"
OPTIONS = ".cm-tooltip-autocomplete li"
FLOW = "flow_accepted_to_notify_not_accepted"
STRANGERS = ("get or else", "is defined", "trim", "uuid", "from json")
"""Functions that the package knows and our engine does not have."""


@pytest.fixture(scope="module")
def analyst(templates: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    copies, template = templates("sqlite", "demo")
    url = copies.copy(template)
    with chromium() as browser, running(url, tmp_path_factory.mktemp("feel")) as address:
        stage = Stage(browser, address, office.PASSWORD, ROOT / "instance" / "screenshots" / "studio")
        with stage.person(size=DESK) as person:
            person.sign_in("analyst", stage.password)
            yield person
    copies.drop(url)


def opened(person: Person, lang: str, path: str = PROCESS) -> Page:
    person.go(f"/preferences?lang={lang}")
    person.go(path)
    person.page.locator("[data-studio][data-ready]").wait_for()
    return person.page


def select(page: Page, name: str) -> None:
    page.locator("[data-tool=search]").click()
    page.locator(".djs-search-input input").fill(name)
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)


def in_group(page: Page, group: str) -> Any:
    header = page.locator(f"[data-group-id='group-{group}'] > .bio-properties-panel-group-header")
    if "open" not in str(header.get_attribute("class")):
        header.click()
    return page.locator(f"[data-group-id='group-{group}'] .cm-content").first


def typed(page: Page, text: str, starts: str = "") -> list[str]:
    """What is offered for a text that replaces all. `starts`: waited for; else what there is after a moment."""
    page.keyboard.press("Escape")
    page.keyboard.press("Control+a")
    page.keyboard.type(text, delay=15)
    if starts:
        page.locator(OPTIONS, has_text=starts).first.wait_for()
        page.wait_for_timeout(200)  # the list takes keys a moment after it is shown
    else:
        page.wait_for_timeout(800)
    return list(page.locator(OPTIONS).all_inner_texts())


def test_a_condition_completes_with_what_was_written_before_and_with_our_functions(analyst: Person) -> None:
    page = opened(analyst, "zh")
    select(page, FLOW)
    in_group(page, "condition").click()
    offered = typed(page, "intake_de", "intake_decision")
    assert offered and offered[0].startswith("intake_decision") and "文本" in offered[0]
    expect(page.locator(".cm-completionInfo")).to_contain_text("接单登记")
    page.keyboard.press("Enter")
    field = page.locator("[data-group-id='group-condition'] .cm-content")
    expect(field).to_have_text("intake_decision")
    offered = typed(page, "coun", "count(")
    assert offered[0].startswith("count(list: list)")
    expect(page.locator(".cm-completionInfo")).to_contain_text("项数。")
    page.keyboard.press("Enter")
    expect(field).to_have_text("count(list)")
    assert any(one.startswith("date(year: number, month: number, day: number)") for one in typed(page, "date", "date("))
    for name in STRANGERS:
        assert not [one for one in typed(page, name) if one.startswith(name)], name
    assert typed(page, '"coun') == [], "inside of a text"
    assert any(one.startswith("reply") for one in typed(page, "limits.", "reply"))
    assert any(one.startswith("amount") and "数字" in one for one in typed(page, "limits.reply.", "amount"))
    assert any(one.startswith("if condition then") for one in typed(page, "if", "if condition"))
    analyst.look("studio-feel")
    page.keyboard.press("Escape")


def test_cells_and_forms_offer_nothing_that_our_engine_lacks(analyst: Person) -> None:
    page = opened(analyst, "en", "/studio/decision/urgency")
    page.locator('td[data-element-id="urgency_rule_5_input_3"]').click()
    assert any(one.startswith("count(list: list)") for one in typed(page, "> coun", "count("))
    for name in STRANGERS:
        assert not [one for one in typed(page, f"> {name}") if one.startswith(name)], name
    page.keyboard.press("Escape")
    page = opened(analyst, "en", "/studio/form/inspect_site")
    page.locator('.fjs-palette-field[data-field-type="textfield"]').focus()
    page.keyboard.press("Enter")
    in_group(page, "condition").click()
    assert any(one.startswith("count(list: list)") for one in typed(page, "coun", "count("))
    for name in STRANGERS:
        assert not [one for one in typed(page, name) if one.startswith(name)], name
