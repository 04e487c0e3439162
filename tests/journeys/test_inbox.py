"""The inbox at a desk with a keyboard: keys, several at once, and a new task that comes without a reload."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from app.cli.demo import office
from tests.journeys.main_path import Stage, submit
from tests.journeys.people import chromium
from tests.journeys.server import ROOT, running


@pytest.fixture
def stage(templates: Any, tmp_path: Path) -> Iterator[Stage]:
    """The running product on SQLite."""
    copies, template = templates("sqlite", "demo")
    url = copies.copy(template)
    with chromium() as browser, running(url, tmp_path) as address:
        yield Stage(browser, address, office.PASSWORD, ROOT / "instance" / "screenshots" / "inbox")
    copies.drop(url)


def test_keys_bulk_and_live_updates_at_the_desk(stage: Stage) -> None:
    first, second = submit(stage), submit(stage)
    with stage.staff("intake_clerk") as clerk:
        clerk.row(first.number)
        clerk.row(second.number)
        page = clerk.page
        for key in ("j", "x", "j", "x"):
            page.keyboard.press(key)
        focused = "document.activeElement.closest('[data-task]').dataset.task"
        here = page.evaluate(focused)
        assert page.locator("input[name=task]:checked").count() == 2
        expect(page.locator("[data-says]")).to_contain_text("2")
        third = submit(stage)
        page.wait_for_selector(f"ul.inbox > li:has-text('{third.number}')", timeout=40_000)
        assert page.evaluate(focused) == here and page.locator("input[name=task]:checked").count() == 2
        expect(page.locator("[data-says]")).to_contain_text("新任务")
        page.keyboard.press("/")
        page.keyboard.type("jx?")  # typed, not obeyed
        assert page.input_value("#q") == "jx?" and page.locator("dialog[open]").count() == 0
        page.fill("#q", "")
        page.click(".bulk button[value=claim]")
        page.wait_for_selector(".notice.good")
        clerk.go("/staff/?scope=mine")
        assert page.locator("ul.inbox > li[data-task]").count() == 2
        clerk.look("inbox-mine")
        page.keyboard.press("?")
        page.click("[data-keys-on]")
        page.keyboard.press("Escape")
        page.keyboard.press("j")  # switched off
        assert page.evaluate("document.activeElement.closest('[data-task]')") is None
        page.reload()
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.closest('[data-task]')") is None
        page.click("[data-keys]")
        page.click("[data-keys-on]")
        page.keyboard.press("Escape")
        clerk.go("/staff/?scope=group")
        page.wait_for_selector(f"li:has-text('{third.number}') [data-take]")
        while third.number not in page.evaluate("document.activeElement.closest('[data-task]')?.textContent || ''"):
            page.keyboard.press("j")
        page.keyboard.press("c")
        page.wait_for_selector("main form.card input[name=_form_hash]", state="attached")
