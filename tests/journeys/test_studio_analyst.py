"""The whole of an analyst's work on a running lifecycle: a task with a form and a clock of two working days is drawn, its
faults are seen and mended, it is walked through, tried on what was done, published with two hundred running cases, watched
and taken back. No id is typed and no file is touched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree
from playwright.sync_api import expect

from app import catalog
from app.cli.demo import office
from app.studio import drafts
from tests.journeys.main_path import Stage
from tests.journeys.people import Person, chromium
from tests.journeys.server import ROOT, running
from tests.journeys.studio_editor import BPMN, ZEEBE
from tests.journeys.test_studio_publish import KEY, Inside, until
from tests.journeys.test_walks import SUGGESTION

CASES, NAME = 200, "补充核实"
WIDE = {"width": 1600, "height": 1000}
BEFORE, AFTER, OLD_FLOW = "task_notify_accepted", "task_decide_confidence", "flow_notify_accepted_to_decide_confidence"
SHEET = ".djs-container > svg"  # the minimap has the same elements
ON_IT = """id => { const path = document.querySelector(`.djs-container > svg [data-element-id="${id}"] .djs-visual > path`);
  const at = path.getPointAtLength(path.getTotalLength() * 0.75), own = path.getBBox(), seen = path.getBoundingClientRect();
  return [seen.x + (at.x - own.x) * seen.width / own.width, seen.y + (at.y - own.y) * seen.height / own.height]; }"""


@pytest.fixture(scope="module")
def played(templates: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Inside]]:
    """The running product with two hundred requests on their way to the intake."""
    copies, template = templates("sqlite", "demo")
    url = copies.copy(template)
    inside = Inside(url)
    inside.submit(CASES)
    with chromium() as browser, running(url, tmp_path_factory.mktemp("analyst")) as address:
        yield Stage(browser, address, office.PASSWORD, ROOT / "instance" / "screenshots" / "analyst"), inside
    inside.database.engine.dispose()
    copies.drop(url)


def all_at(inside: Inside, person: Person, element: str) -> dict[str, tuple[Any, ...]]:
    for _ in range(240):
        found = inside.standing()
        if len(found) == CASES and all(tasks == [element] for _pin, tasks, _clocks in found.values()):
            return found
        person.page.wait_for_timeout(500)
    raise AssertionError(list(inside.standing().values())[:5])


class Drawing:
    """The editor on its real page, by mouse and keyboard."""

    def __init__(self, person: Person) -> None:
        self.page = person.page
        self.page.locator("[data-studio][data-ready]").wait_for()

    def find(self, name: str) -> None:
        """Select an element by its name, as a person does who does not see it."""
        self.page.locator("[data-tool=search]").click()
        self.page.locator(".djs-search-input input").fill(name)
        self.page.keyboard.press("Enter")
        self.page.wait_for_timeout(300)

    def remove_flow(self, flow: str) -> None:
        self.page.mouse.click(*self.page.evaluate(ON_IT, flow))
        self.page.keyboard.press("Delete")
        expect(self.page.locator(f'{SHEET} [data-element-id="{flow}"]')).to_have_count(0)

    def append_task(self, name: str) -> None:
        self.page.locator(".djs-context-pad [data-action='append.append-task']").click()
        self.page.keyboard.type(name)
        self.page.keyboard.press("Enter")

    def connect(self, target: str) -> None:
        self.page.mouse.move(1, 1)  # where the pointer rests a mark may have come up, which covers the pad
        self.page.locator(".djs-context-pad [data-action='connect']").click()
        box = self.page.locator(f'{SHEET} [data-element-id="{target}"] .djs-visual').first.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x - 5, y, steps=4)
        self.page.mouse.click(x, y)

    def pick(self, group: str, **chosen: str) -> None:
        """In the panel: label of an entry's id -> the words that are chosen."""
        header = self.page.locator(f"[data-group-id=group-{group}] > .bio-properties-panel-group-header")
        if "open" not in str(header.get_attribute("class")):
            header.click()
        for entry, words in chosen.items():
            self.page.locator(f"[data-entry-id='yikou-{entry.replace('_', '-')}'] select").select_option(label=words)
            self.page.wait_for_timeout(100)

    def faults(self) -> list[str]:
        return list(self.page.locator("[data-problems] ol li").all_inner_texts())

    def saved(self) -> None:
        expect(self.page.locator('[data-saving][data-state="saved"]')).to_be_visible(timeout=20_000)


def test_an_analyst_changes_the_running_lifecycle(played: tuple[Stage, Inside]) -> None:
    stage, inside = played
    with stage.person(size=WIDE) as analyst:
        analyst.sign_in("analyst", stage.password)
        before = all_at(inside, analyst, "task_intake")
        analyst.go("/studio/")
        analyst.page.get_by_role("link", name="居民诉求办理").click()
        draw(Drawing(analyst), analyst)
        said(inside)
        walk(analyst)
        rehearse(analyst)
        publish_and_take_back(analyst, inside, before)


def draw(drawing: Drawing, analyst: Person) -> None:
    page = drawing.page
    drawing.find("告知已受理")
    drawing.remove_flow(OLD_FLOW)
    drawing.find("告知已受理")
    drawing.append_task(NAME)
    drawing.connect(AFTER)
    drawing.find(NAME)
    drawing.saved()
    expect(page.locator("[data-problems] ol li", has_text=NAME).first).to_be_visible(timeout=20_000)
    seen = " ".join(drawing.faults())
    assert "选择“表单”" in seen and "选择“由谁办理”" in seen, seen
    analyst.look("faults")
    drawing.pick("yikou-handling", group_1="分拣员", form="核对材料 · check_papers")
    drawing.pick("yikou-clocks", clock_start="差评整改")
    page.locator("[data-entry-id=yikou-limit-start-amount] input").fill("2")
    page.wait_for_timeout(500)
    drawing.pick("yikou-clocks", clock_stop="差评整改")
    drawing.pick("yikou-phase", phase="已接单")
    drawing.saved()
    expect(page.locator("[data-problems] ol li.error")).to_have_count(0, timeout=20_000)
    analyst.look("mended")


def said(inside: Inside) -> None:
    """What was picked is in the draft, as our files say it."""
    with inside.database.read(inside.tenant_id) as session:
        draft = drafts.draft(session, inside.tenant_id, "process", KEY)
        live = catalog.live(session, inside.tenant_id, "process", KEY)
    assert draft is not None and live is not None and draft.based_on == live.hash
    task = etree.fromstring(draft.data).find(f".//{BPMN}userTask[@name='{NAME}']")
    properties = {one.get("name"): one.get("value") for one in task.iter(f"{ZEEBE}property")}
    assert properties["deadline.start"] == properties["deadline.stop"]
    assert re.match(r'=\{amount: 2, unit: "wd"', properties["deadline.budget"])


def walk(analyst: Person) -> None:
    page = analyst.page
    page.locator(".toolbar a", has_text="试走一遍").click()
    page.fill("#c-name", "新的一步")
    page.fill("#c-at", "2026-11-23T10:00")
    page.select_option("#c-service", "CS01")
    page.locator("form:has(#c-name) button").click()
    page.locator("section:has(code:text-is('suggest')) textarea").fill(SUGGESTION)
    page.locator("section:has(code:text-is('suggest')) .actions button").click()
    analyst.fill(intake_decision="accept", kind="complaint", person_checked="true", happened_at="昨天", place_note="三号楼",
                 cause="没有清运", course="三天没有清运")
    page.locator("section:has(#tasks) .actions button").click()
    page.locator("section:has(#tasks)", has_text=NAME).wait_for()
    clock = page.locator("section", has_text="差评整改").last.inner_text()
    assert re.search(r"11月25日.* 10:00", clock), "two working days after Monday: " + clock
    analyst.look("walked")


def rehearse(analyst: Person) -> None:
    page = analyst.page
    analyst.go(f"/studio/walk/{KEY}")
    page.locator("section:has(#past) button").click()
    page.wait_for_load_state()
    assert page.locator("h1").count() == 1 and "200" in page.inner_text("main")
    analyst.look("rehearsed")


def publish_and_take_back(analyst: Person, inside: Inside, before: dict[str, tuple[Any, ...]]) -> None:
    page = analyst.page
    analyst.go(f"/studio/process/{KEY}")
    page.locator("[data-studio][data-ready]").wait_for()
    page.locator(".toolbar a.button", has_text="发布").click()
    page.wait_for_load_state()
    assert "200" in page.inner_text("#running >> xpath=..")
    analyst.look("effect")
    page.fill("#c-reason", "受理后先核实")
    page.locator("button[name=_action][value=publish]").click()
    until(analyst, f"迁移 {CASES}", 240)
    after = inside.standing()
    assert {one: row[1:] for one, row in after.items()} == {one: row[1:] for one, row in before.items()}, "tasks and clocks"
    assert {row[0] for row in after.values()}.isdisjoint({row[0] for row in before.values()}), "all go on by the new one"
    analyst.look("moved")
    page.locator("summary", has_text="撤回").click()
    page.locator("details[open] #c-reason").fill("先不核实了")
    page.locator("details[open] button").first.click()
    until(analyst, f"{CASES} 件可以迁移", 120)
    page.get_by_role("button", name="迁移可以迁移的").click()
    until(analyst, f"迁移 {CASES}", 240)
    assert inside.standing() == before, "nothing is lost, and every clock is as it was"
