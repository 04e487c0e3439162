"""Drafts while one types, reply templates at the cursor, colleagues by name: what scripts add to a task and a case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.cli.demo import office
from tests.journeys.main_path import STEPS, Stage, classify, submit, take_in
from tests.journeys.people import Person, chromium
from tests.journeys.server import ROOT, running


@pytest.fixture
def stage(templates: Any, tmp_path: Path) -> Iterator[Stage]:
    """The running product with its seeded office."""
    copies, template = templates("sqlite", "demo")
    url = copies.copy(template)
    with chromium() as browser, running(url, tmp_path) as address:
        yield Stage(browser, address, office.PASSWORD, ROOT / "instance" / "screenshots" / "casework")
    copies.drop(url)


def to_reply(handler: Person, number: str) -> None:
    """Whatever the unit's process asks before the reply."""
    for _ in range(len(STEPS)):
        handler.take(number)
        if handler.page.locator('main [name="action"]').count():
            return
        key = next(name for name in STEPS if handler.page.locator(f'main [name="{name}"]').count())
        handler.fill(**STEPS[key])
        handler.finish()


def test_what_is_typed_is_kept_and_templates_go_in_at_the_cursor(stage: Stage) -> None:
    sent = submit(stage)
    take_in(stage, sent)
    classify(stage, sent)
    with stage.staff("handler_lrs") as handler:
        page = handler.page
        to_reply(handler, sent.number)
        handler.fill(action="reply", reply="开头。结尾。")
        page.locator("#f-reply").evaluate("one => one.setSelectionRange(3, 3)")
        page.click("details.replies summary")
        page.click('button[data-insert="f-reply"] >> nth=0')
        text = page.input_value("#f-reply")
        assert text.startswith("开头。\n您好!".replace("!", "！")) and text.endswith("结尾。") and sent.number in text
        page.wait_for_selector("[data-draft-said]:not(:empty):not(.failed)")
        handler.look("task-draft")
        address = page.url
        handler.go("/staff/")
        handler.go(address)
        assert page.input_value("#f-reply") == text and page.locator(".notice >> text=草稿").count()
        page.click("main .page-head a")
        page.wait_for_selector(".diagram[data-shown]")
        page.click("summary:has-text('备注')")
        page.locator("#c-text").press_sequentially("请 @head_l")
        page.wait_for_selector(".mention-list li")
        page.keyboard.press("Enter")
        assert page.input_value("#c-text") == "请 @head_lrs "
        page.locator("form:has(#c-text) button").click()
        page.wait_for_selector(".mention")
        handler.look("case-mention")
    with stage.staff("head_lrs") as head:
        for _ in range(40):
            if head.page.locator(".bell .number").count():
                break
            head.page.wait_for_timeout(250)
            head.page.reload()
        head.page.click(".bell")
        assert sent.number in head.page.inner_text("main")
