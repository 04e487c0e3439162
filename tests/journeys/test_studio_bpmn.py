"""The diagram editor in a browser, by itself: an analyst draws and picks, and what comes out is what our files look like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree

from tests.journeys.people import PHONE, chromium
from tests.journeys.server import ROOT
from tests.journeys.studio_editor import BPMN, ZEEBE, Editor, model, moved, problems_of
from tests.journeys.studio_page import Desk, base_file, editor_page

DESK = {"width": 1280, "height": 800}
HAN = re.compile(r"[\u4e00-\u9fff]")
FLAGSHIP = "service_request"
HOSTILE = "<img src=x onerror=window.hacked=1>\"'><script>window.hacked=1</script>"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Desk]]:
    with chromium() as browser, editor_page(tmp_path_factory.mktemp("editor")) as desk:
        yield browser, desk


@pytest.fixture
def opened(house: tuple[Any, Desk]) -> Iterator[Any]:
    """(language, key, size) -> an editor; at the end nothing may have failed in any."""
    made: list[Editor] = []

    def open_(lang: str = "zh", key: str = FLAGSHIP, size: dict[str, int] = DESK) -> Editor:
        made.append(Editor(*house, lang, key, size))
        return made[-1]

    yield open_
    for one in made:
        one.context.close()
    assert not [one.problems for one in made if one.problems]


def test_an_analyst_adds_a_task_and_picks_everything(opened: Any) -> None:
    editor = opened()
    page = editor.page
    assert editor.source() == base_file(FLAGSHIP)
    editor.show("task_intake")
    page.locator(".djs-context-pad [data-action='append.append-task']").click()
    page.keyboard.type("补充核实")
    page.keyboard.press("Enter")
    page.locator("[data-group-id=group-yikou-handling]").wait_for()
    editor.open("yikou-handling")
    editor.pick("yikou-group-1", '=["handler@" + unit]')
    editor.pick("yikou-form", "handle")
    editor.pick("yikou-exclude-1", "did:task_intake")
    page.locator("[data-entry-id=yikou-exclude-unit] input").click()
    editor.open("yikou-clocks")
    editor.pick("yikou-clock-start", "reply")
    number = page.locator("[data-entry-id=yikou-limit-start-amount]")
    number.locator("input").fill("three")
    number.locator(".bio-properties-panel-error", has_text="请填写数字").wait_for()
    number.locator("input").fill("3")
    editor.pick("yikou-clock-stop", "reply")
    editor.open("yikou-phase")
    editor.pick("yikou-phase", "intake")
    page.wait_for_timeout(400)  # typed numbers are taken after a moment
    assert page.evaluate("changes") > 5
    text = editor.source()
    task = etree.fromstring(text.encode()).find(f".//{BPMN}userTask[@id='task_1']")
    assert task is not None and task.get("name") == "补充核实"
    extensions = task.find(f"{BPMN}extensionElements")
    said = {one.get("name"): one.get("value") for one in extensions.iter(f"{ZEEBE}property")}
    assert said == {"assign.exclude": '=["@" + unit, "did:task_intake"]', "deadline.start": "reply", "deadline.stop": "reply",
                    "deadline.budget": '={amount: 3, unit: "wd", warn: 0.8}', "phase": "intake"}
    assert extensions.find(f"{ZEEBE}formDefinition").attrib == {"formId": "handle"}
    assert extensions.find(f"{ZEEBE}assignmentDefinition").attrib == {"candidateGroups": '=["handler@" + unit]'}
    assert extensions.find(f"{ZEEBE}userTask") is not None
    assert [one for one in problems_of(text) if one.severity == "error"] == []
    while not page.locator("[data-tool=undo]").is_disabled():
        page.locator("[data-tool=undo]").click()
    assert editor.source() == base_file(FLAGSHIP)
    assert page.locator("a[href*='bpmn.io']").first.is_visible()


def test_what_is_called_is_picked(opened: Any) -> None:
    editor = opened(key="unit_work")
    editor.show("task_ask_resident")
    editor.pick("yikou-process-key", "follow_up")
    editor.show("task_decide_review")
    editor.pick("yikou-decision-key", "urgency")
    assert "kind" in editor.page.locator("[data-entry-id=yikou-decision-inputs]").inner_text()
    editor.show("task_notify_extended")
    editor.pick("yikou-job-template", "case_replied")
    tree = etree.fromstring(editor.source().encode())
    assert tree.find(f".//{BPMN}callActivity[@id='task_ask_resident']//{ZEEBE}calledElement").attrib == {
        "processId": "follow_up", "propagateAllParentVariables": "false", "propagateAllChildVariables": "false"}
    decided = tree.find(f".//{BPMN}businessRuleTask[@id='task_decide_review']//{ZEEBE}calledDecision")
    assert decided.attrib == {"decisionId": "urgency", "resultVariable": "reviewer"}
    headers = tree.findall(f".//{BPMN}serviceTask[@id='task_notify_extended']//{ZEEBE}header")
    assert {one.get("key"): one.get("value") for one in headers} == {"template": "case_replied", "to": "resident"}


def test_a_template_makes_a_service_task_and_a_timer_goes_by_a_clock(opened: Any) -> None:
    editor = opened(key="supervision_order")
    page = editor.page
    start = page.evaluate("document.querySelector('[data-element-id^=start]').dataset.elementId")
    editor.show(start)
    page.locator(".djs-context-pad [data-action=append]").click()
    page.locator(".djs-popup-search input").fill("发通知")
    page.locator(".djs-popup .entry", has_text="发通知").first.click()
    page.keyboard.press("Escape")
    text = editor.source()
    assert [one for one in problems_of(text) if one.element == "task_1" and one.severity == "error"] == []
    tree = etree.fromstring(text.encode())
    made = tree.find(f".//{BPMN}serviceTask[@id='task_1']")
    assert made is not None and made.find(f".//{ZEEBE}taskDefinition").attrib == {"type": "notify", "retries": "3"}
    assert made.get("name") == "发通知", "of the template, until another is typed"
    assert page.locator("[data-group-id^='group-ElementTemplates__CustomProperties']").first.is_visible()
    editor.look("template-zh")
    boundary = next(one.getparent().get("id") for one in tree.iter(f"{BPMN}timerEventDefinition")
                    if one.getparent().tag == f"{BPMN}boundaryEvent")
    editor.show(boundary)
    editor.open("timer")
    editor.pick("yikou-timer-clock", "dispatch.warn_at")
    changed = etree.fromstring(editor.source().encode()).find(f".//{BPMN}boundaryEvent[@id='{boundary}']//{BPMN}timeDate")
    assert changed is not None and changed.text == '=deadline("dispatch").warn_at'


@pytest.mark.parametrize(("lang", "searched", "shown"), [("zh", "并入较早的办件", "并入较早的办件"), ("en", "Join to an earlier case", "Join to an earlier case")])
def test_a_task_of_a_template_is_called_by_it_in_both_languages_and_renamed(opened: Any, lang: str, searched: str, shown: str) -> None:
    editor = opened(lang, key="supervision_order")
    page = editor.page
    editor.show(page.evaluate("document.querySelector('[data-element-id^=start]').dataset.elementId"))
    page.locator(".djs-context-pad [data-action=append]").click()
    page.locator(".djs-popup-search input").fill(searched)
    page.locator(".djs-popup .entry", has_text=searched).first.click()
    page.keyboard.press("Escape")
    made = etree.fromstring(editor.source().encode()).find(f".//{BPMN}serviceTask[@id='task_1']")
    said = {one.get("name"): one.get("value") for one in made.iter(f"{ZEEBE}property")}
    assert made.get("name") == "并入较早的办件" and said == {"name_en": "Join to an earlier case"}
    editor.show("task_1")
    assert page.locator(".bio-properties-panel-header-label").inner_text() == shown
    page.locator("[data-element-id=task_1]").first.dblclick(position={"x": 12, "y": 12})
    page.keyboard.press("Control+a")
    page.keyboard.type("Other")
    page.keyboard.press("Enter")
    assert page.locator(".bio-properties-panel-header-label").inner_text() == "Other"


def test_the_panel_is_headed_by_the_name_that_is_drawn(opened: Any) -> None:
    editor = opened("en", key="supervision_order")
    head = editor.page.locator(".bio-properties-panel-header-label")
    source = etree.fromstring(base_file("supervision_order").encode())
    for one in source.iter(f"{BPMN}userTask", f"{BPMN}participant"):
        said = source.find(f"{BPMN}process") if one.tag.endswith("participant") else one
        english = next(each.get("value") for each in said.iterfind(
            f"{BPMN}extensionElements/{ZEEBE}properties/{ZEEBE}property") if each.get("name") == "name_en")
        editor.show(one.get("id"))
        assert head.inner_text() == english


KEYS = sorted(path.stem for path in ROOT.glob("processes/base/*/*.bpmn"))


def test_files_that_were_only_moved_about_keep_all_they_say(opened: Any) -> None:
    """An element moved there and back makes the editor write the file itself; nothing may be lost or turned round."""
    editor = opened(key=KEYS[0])
    for key in KEYS:
        editor.page.evaluate("key => open_(key)", key)
        assert editor.page.locator(".bpmn-studio").count() == 1 and editor.source() == base_file(key)
        moved(editor, key)
        text = editor.source()
        assert text != base_file(key)
        assert model(base_file(key)) == model(text), key


def test_problems_stand_at_their_elements(opened: Any) -> None:
    editor = opened("en")
    page = editor.page
    problems = [{"severity": "error", "element": "task_intake", "text": f"No form {HOSTILE}"},
                {"severity": "warning", "element": "task_classify", "text": "A hint"},
                {"severity": "error", "element": "gone", "text": "nowhere"}]
    page.evaluate("found => editor.mark(found)", problems)
    assert page.locator(".bpmn-mark").count() == 2
    bad = page.locator("[data-container-id=task_intake] .bpmn-mark.is-error")
    assert str(bad.get_attribute("aria-label")).startswith("Error: No form <img")
    editor.show("task_intake")
    bad.hover()
    assert page.locator(".bpmn-mark-tip", has_text="No form").is_visible()
    assert page.locator("[data-container-id=task_classify] .is-hint").count() == 1
    editor.look("marks-en")
    page.evaluate("editor.mark([])")
    assert page.locator(".bpmn-mark").count() == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_everything_is_said_in_the_readers_language(opened: Any, lang: str) -> None:
    editor = opened(lang)
    page = editor.page
    editor.show("task_intake")
    page.locator(".djs-context-pad").wait_for()
    page.evaluate("document.querySelectorAll('.bio-properties-panel-group-header:not(.open)').forEach(one => one.click())")
    page.wait_for_timeout(100)
    editor.look(f"panel-{lang}", check=lang == "zh")
    said = page.locator(".bio-properties-panel-group-header-title, .bio-properties-panel-label").all_inner_texts()
    said += page.evaluate("""[...document.querySelectorAll('.djs-palette .entry, .djs-context-pad .entry, .bpmn-side [title]')]
        .map(one => one.getAttribute('aria-label') || one.title)""")
    formula = page.locator("[data-entry-id='yikou-entry.body'] .bio-properties-panel-feel-container, [data-entry-id='yikou-entry.body']").first
    formula.hover()
    formula.locator(".bio-properties-panel-open-feel-popup").click()
    page.locator(".bio-properties-panel-popup").wait_for()
    page.wait_for_timeout(100)
    heading = page.locator(".bio-properties-panel-popup__title").inner_text()
    assert heading.startswith({"zh": "用户任务 / ", "en": "User Task / "}[lang]), heading
    said.append(str(page.locator(".bio-properties-panel-popup__close").get_attribute("title")))
    page.locator(".bio-properties-panel-popup__close").click()
    page.locator(".djs-context-pad [data-action=replace]").click()
    page.locator(".djs-popup").wait_for()
    said += page.locator(".djs-popup .djs-popup-label, .djs-popup .djs-popup-entry-description, .djs-popup-title").all_inner_texts()
    editor.look(f"menu-{lang}", check=lang == "zh")
    page.keyboard.press("Escape")
    page.locator("[data-tool=simulate]").click()
    said += [str(one.get_attribute("title")) for one in page.locator(".bts-palette [title]").all()]
    editor.look(f"simulation-{lang}", check=lang == "zh")
    page.locator("[data-tool=simulate]").click()
    drawn = page.locator("[data-element-id=task_intake] text").first.text_content()
    assert str(drawn).replace(" ", "") == {"zh": "接单登记", "en": "Takeintherequest"}[lang]
    page.locator("[data-tool=names]").click()
    assert bool(HAN.search(str(page.locator("[data-element-id=task_intake] text").first.text_content()))) == (lang == "en")
    assert editor.source() == base_file(FLAGSHIP)
    said = [one.strip() for one in said if one.strip() and not re.fullmatch(r"[a-z_.]+|发通知", one.strip())]
    assert len(said) > 60
    assert [one for one in said if bool(HAN.search(one)) != (lang == "zh")] == []


def test_the_keyboard_draws(opened: Any) -> None:
    editor = opened(key="ask_resident")
    page = editor.page
    page.locator(".djs-container > svg").focus()
    page.keyboard.press("Control+f")
    page.keyboard.type("居民")
    page.locator(".djs-search-result").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_timeout(100)
    page.keyboard.press("Delete")
    assert editor.source() != base_file("ask_resident")
    page.keyboard.press("Control+z")
    assert editor.source() == base_file("ask_resident")
    editor.show("task_decide_answer_wait")
    page.locator(".djs-container > svg").focus()
    page.keyboard.press("a")  # what may be appended, as a menu that is searched by typing
    page.locator(".djs-popup-search input").wait_for()
    page.keyboard.insert_text("用户任务")
    page.wait_for_timeout(150)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert etree.fromstring(editor.source().encode()).find(f".//{BPMN}userTask[@id='task_1']") is not None
    for entry in page.locator(".djs-palette .entry").all():
        assert entry.get_attribute("tabindex") == "0" and entry.get_attribute("aria-label")


def test_security_16_names_in_a_file_never_become_markup(opened: Any, house: tuple[Any, Desk]) -> None:
    """Drawing, search, panel, menus, simulation log and problems show a hostile name as the text that it is."""
    desk = house[1]
    safe = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    text = re.sub(r'( id="\w+") name="[^"]*"', rf'\1 name="{safe}"', base_file("ask_resident"))
    text = text.replace("<bpmn:userTask", "<bpmn:userTask", 1)
    desk.files["hostile"] = text
    desk.options["forms"].append({"key": "evil", "label": HOSTILE})
    desk.options["connectors"].append({"type": "evil", "label": HOSTILE, "parameters": [{"name": "p", "as": "input", "label": HOSTILE}]})
    try:
        editor = opened(key="hostile")
        page = editor.page
        task = page.evaluate("document.querySelector('[data-element-id^=task]').dataset.elementId")
        editor.show(task)
        page.locator("[data-tool=search]").click()
        page.locator(".djs-search-input input").wait_for()
        page.keyboard.type("img src")
        page.locator(".djs-search-result").first.wait_for()
        page.keyboard.press("Enter")
        editor.show(task)
        page.locator(".djs-context-pad [data-action=append]").click()
        page.locator(".djs-popup-search input").fill("img")
        page.locator(".djs-popup .entry").first.wait_for()
        page.keyboard.press("Escape")
        page.locator("[data-tool=minimap]").click()
        page.evaluate("one => editor.mark([{severity: 'error', element: one[0], text: one[1]}])", [task, HOSTILE])
        page.locator("[data-tool=simulate]").click()
        page.locator(".bts-palette button[title]").first.wait_for()
        page.locator("[data-container-id^=start] .bts-context-pad:visible").first.click()
        page.wait_for_timeout(1500)
        assert page.locator(".bts-log .bts-text", has_text="img").count()
        assert page.evaluate("window.hacked") is None
        assert page.locator("img[src=x], .bpmn-studio script").count() == 0
    finally:
        del desk.options["forms"][-1], desk.options["connectors"][-1]


def test_a_file_that_cannot_be_drawn_is_refused_and_leaves_the_place_clean(opened: Any, house: tuple[Any, Desk]) -> None:
    """The shell then shows the text."""
    house[1].files["broken"] = "<bpmn:definitions <oops"
    page = opened(key="broken").page
    assert "unparsable" in page.evaluate("refused") and page.locator(".bpmn-studio").count() == 0


def test_a_phone_shows_the_diagram_and_says_what_is_better(opened: Any) -> None:
    editor = opened(size=PHONE)
    page = editor.page
    assert page.locator(".bpmn-narrow").is_visible() and page.locator("[data-element-id=task_intake]").count() > 0
    assert page.locator(".djs-palette").bounding_box()["width"] < 60
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    editor.show("task_intake")
    page.locator("[data-group-id=group-yikou-handling]").scroll_into_view_if_needed()
    editor.look("phone-zh")
