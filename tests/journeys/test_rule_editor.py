"""A rule file in the Studio with scripts: completion, faults in place under the content policy, dry run, publishing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.cli.demo import office
from tests.journeys.main_path import Stage, submit
from tests.journeys.people import DESK, PHONE, chromium
from tests.journeys.server import ROOT, running


@pytest.fixture(scope="module")
def stage(templates: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The running product with one request in it."""
    copies, template = templates("sqlite", "demo")
    url = copies.copy(template)
    folder = tmp_path_factory.mktemp("rules")
    with chromium() as browser, running(url, folder) as address:
        made = Stage(browser, address, office.PASSWORD, ROOT / "instance" / "screenshots" / "rules")
        submit(made)
        yield made
    copies.drop(url)


def choose(person: Any, typed: str, offered: str) -> str:
    """Type, see what is offered, take it; the words beside it. The editor takes no key in its first moment."""
    person.page.keyboard.type(typed)
    found = person.page.locator(".cm-tooltip-autocomplete li[aria-selected]", has_text=offered)
    found.wait_for()
    words = str(found.inner_text())
    person.page.wait_for_timeout(150)
    person.page.keyboard.press("Enter")
    return words


def text(person: Any) -> str:
    """What the editor shows."""
    return str(person.page.evaluate("""() => [...document.querySelector("[data-place]").shadowRoot
        .querySelectorAll(".cm-line")].map((line) => line.textContent).join("\\n")"""))


def test_a_rule_is_written_with_what_the_editor_offers(stage: Stage) -> None:
    with stage.person(size=DESK) as person:
        person.sign_in("administrator", stage.password)
        person.go("/preferences?lang=zh")
        person.go("/studio/?new=supervision")
        page = person.page
        page.fill("#c-name_zh", "两分")
        page.fill("#c-name_en", "Two points")
        page.get_by_role("button", name="开始", exact=True).click()
        page.wait_for_selector("[data-studio][data-ready]")
        page.locator(".cm-content").click()
        page.keyboard.press("Control+Home")
        assert text(person).startswith("rule: two_points\n") and person.problems == []
        page.keyboard.press("Control+a")
        assert "单个事件" in choose(person, "rule: two_points\nshape: ma", "match")
        choose(person, "\nevent: case.rat", "case.rated")
        choose(person, "\nwhere: 'ratin", "rating")
        page.keyboard.type(" <= two")
        page.keyboard.press("End")
        choose(person, "\nthen: [{action: notif", "notify")
        choose(person, ", params: {ro", "role")
        choose(person, "superv", "supervisor")
        assert "event: case.rated\nwhere: 'rating <= two'\n" in text(person) and "{role: supervisor}}]" in text(person)
        page.locator(".cm-lint-marker-error").first.wait_for()
        page.locator("[data-problems] li", has_text="two").first.wait_for()
        page.locator(".cm-lintRange-error").first.hover()
        tip = page.locator(".cm-diagnostic")
        tip.first.wait_for()
        assert "two" in tip.first.inner_text()
        person.look("rule-editor-fault-desk", whole=True)
        sound = text(person).replace("two'", "2'")
        page.locator(".cm-content").click()
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(sound)
        page.locator("[data-problem-state]", has_text="检查未发现问题").wait_for()
        page.locator("[data-saving][data-state=saved]").wait_for()
        page.locator(".toolbar a.button", has_text="发布").click()
        page.locator("button[value=look]").click()
        page.locator("#run").wait_for()
        person.look("rule-editor-run-desk", whole=True)
        page.fill("#c-reason", "试行")
        page.select_option("#c-way", "live")
        page.get_by_role("button", name="发布", exact=True).click()
        page.wait_for_url("**/studio/published/supervision/two_points")
        person.go("/admin/supervision-rules/two_points")
        person.look("rule-desk", whole=True)
        assert person.problems == [], person.problems


@pytest.mark.parametrize("path", ["/studio/supervision/overdue_burst", "/studio/message/task_assigned",
                                  "/admin/supervision-rules", "/admin/supervision-rules/unclaimed"])
def test_the_pages_of_rules_fit_a_phone(stage: Stage, path: str) -> None:
    with stage.person(size=PHONE) as person:
        person.sign_in("administrator", stage.password)
        person.go("/preferences?lang=en")
        person.go(path)
        if "studio" in path:
            person.page.locator(".cm-content").wait_for()
        person.look("rules-phone-" + path.strip("/").replace("/", "_"), whole=True)
        assert person.problems == [], person.problems
