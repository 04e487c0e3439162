"""A resident on a small phone: four taps, a bad line, the elder view measured, no map, and the home screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.cli.demo import office
from tests.journeys.main_path import Stage, photo
from tests.journeys.people import Person, chromium
from tests.journeys.server import ROOT, running

SMALL, ZOOMED = {"width": 360, "height": 740}, {"width": 320, "height": 640}
TEXT = "三号楼的楼道灯坏了三天,老人晚上不敢下楼。"
PAGES = ("/", "/?q=居住证", "/services/LS", "/service/LS03", "/submit?service=LS03", "/submit?call_back=on", "/find", "/sign-in",
         "/offline")
LEAST_TEXT, LEAST_TARGET, LEAST_LINE = 24, 60, 1.3
COUNT_TAPS = "window.taps = 0; addEventListener('pointerdown', () => { sessionStorage.taps = Number(sessionStorage.taps || 0) + 1; }, true)"
MEASURE = """() => {
  const shown = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().width > 2;
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), texts = [], targets = [];
  while (words.nextNode()) {
    const one = words.currentNode.parentElement;
    if (!words.currentNode.data.trim() || !shown(one) || one.closest('.hidden-label, .skip, svg, option, [aria-hidden=true]')) continue;
    const style = getComputedStyle(one);
    texts.push([words.currentNode.data.trim().slice(0, 30), parseFloat(style.fontSize), parseFloat(style.lineHeight) / parseFloat(style.fontSize)]);
  }
  for (const one of document.querySelectorAll('a, button, select, textarea, summary, input:not([type=hidden])')) {
    if (!shown(one) || one.closest('.hidden-label, .skip') || one.matches('.hidden-label, .skip, p a:not(:only-child)')) continue;
    const box = (one.matches('[type=radio], [type=checkbox]') ? one.closest('label') : one).getBoundingClientRect();
    targets.push([(one.innerText || one.name || one.id).slice(0, 30), Math.round(box.width), Math.round(box.height)]);
  }
  return { texts, targets };
}"""


@pytest.fixture(scope="module")
def stage(templates: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The running product."""
    copies, template = templates("sqlite", "demo")
    url = copies.copy(template)
    with chromium() as browser, running(url, tmp_path_factory.mktemp("residents")) as address:
        yield Stage(browser, address, office.PASSWORD, ROOT / "instance" / "screenshots" / "residents")
    copies.drop(url)


def taps(person: Person) -> int:
    return int(person.page.evaluate("sessionStorage.taps || 0"))


def test_a_request_takes_four_taps_besides_typing(stage: Stage) -> None:
    with stage.person(size=SMALL) as resident:
        page = resident.page
        page.add_init_script(COUNT_TAPS)
        resident.go("/")
        page.click("#c-text")
        page.keyboard.type(TEXT)
        page.wait_for_selector("[data-answers] [data-said]", state="attached")
        page.click("form.say button[value=begin]")
        page.click("#c-phone")
        page.keyboard.type("13900000124")
        page.click("form[data-draft] .actions button")
        page.wait_for_selector(".number")
        assert 2 <= taps(resident) <= 4
        resident.go(page.inner_text(".link-box").strip())
        assert TEXT in page.inner_text("main")


def test_the_box_answers_words_of_two_characters_while_one_types(stage: Stage) -> None:
    with stage.person(size=SMALL) as resident:
        page = resident.page
        resident.go("/")
        page.fill("#c-text", "居住")
        page.wait_for_selector(".known details, .known .links a")
        assert page.locator("[data-told]").inner_text()
        box, send = page.locator("[data-answers]").bounding_box(), page.locator("button[value=begin]").bounding_box()
        assert box and send and box["y"] + box["height"] <= send["y"]
        resident.look("answers")
        page.fill("#c-text", "zzzz qqqq")
        page.wait_for_selector("[data-answers] p[data-said]:visible")
        assert page.locator("button[value=begin]").is_visible()


def test_a_photo_on_a_bad_line_is_tried_again_and_the_words_are_safe(stage: Stage) -> None:
    with stage.person(size=SMALL) as resident:
        page, failures = resident.page, iter((True, True, False))
        page.clock.install()
        page.route("**/photos", lambda route: route.abort() if next(failures, False) else route.continue_())
        resident.go("/submit")
        page.fill("#c-text", TEXT)
        page.set_input_files("#c-photos", {"name": "近.png", "mimeType": "image/png", "buffer": photo()})
        page.wait_for_selector("text=正在自动重试")
        page.click("form[data-draft] .actions button")  # does not wait for the resident: goes off when the photo is there
        page.wait_for_selector("text=照片还在上传")
        assert page.input_value("#c-text") == TEXT
        resident.look("bad-line")
        page.clock.run_for(1500)
        page.wait_for_selector("text=正在自动重试")
        page.clock.run_for(4000)
        page.wait_for_selector(".number")
        resident.go(page.inner_text(".link-box").strip())
        assert "近.png" in page.inner_text("main")
        resident.problems = [one for one in resident.problems if "ERR_FAILED" not in one]


def test_a_draft_outlives_a_lost_line_and_is_sent_later(stage: Stage) -> None:
    with stage.person(size=SMALL) as resident:
        page = resident.page
        resident.go("/submit")
        page.fill("#c-text", TEXT)
        page.evaluate("navigator.serviceWorker.ready")
        resident.context.set_offline(True)
        page.click("form[data-draft] .actions button")
        page.wait_for_selector(".notice.warn")
        page.goto(resident.address + "/find")
        assert page.inner_text("h1") == "没有网络"
        resident.context.set_offline(False)
        resident.go("/submit")
        assert page.input_value("#c-text") == TEXT
        resident.context.set_offline(True)
        page.click("form[data-draft] .actions button")
        page.wait_for_selector(".notice.warn")
        resident.context.set_offline(False)
        page.click(".notice.good button")
        page.wait_for_selector(".number")
        resident.go("/submit")
        assert page.input_value("#c-text") == ""
        resident.problems = [one for one in resident.problems if "ERR_INTERNET_DISCONNECTED" not in one]


def test_a_place_is_named_by_two_lists_or_by_the_device(stage: Stage) -> None:
    with stage.person(size=SMALL) as resident:
        page = resident.page
        resident.context.grant_permissions(["geolocation"])
        resident.context.set_geolocation({"latitude": 31.2791, "longitude": 121.52066})
        resident.go("/submit")
        page.select_option("#c-place-outer", label="梧桐苑")
        assert page.locator("#c-place option").count() > 1
        page.click(".here button")
        page.wait_for_selector(".here p:has-text('梧桐苑1号楼')")
        assert "梧桐苑1号楼" in page.locator("#c-place option:checked").inner_text()
        assert not page.is_checked('[name="c-exact"]')
        page.select_option("#c-place-outer", label="网格")
        assert page.input_value("#c-place") == ""
        resident.look("place")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_elder_view_is_large_and_stays(stage: Stage, lang: str) -> None:
    with stage.person(size=SMALL) as resident:
        page, small, wrong = resident.page, [], []
        resident.go(f"/preferences?lang={lang}&large=1")
        for path in PAGES:
            resident.go(path)
            found = page.evaluate(MEASURE)
            assert len(found["texts"]) > 5 and len(found["targets"]) > 3
            small += [(path, *one) for one in found["texts"] if one[1] < LEAST_TEXT or one[2] < LEAST_LINE]
            wrong += [(path, *one) for one in found["targets"] if one[1] < LEAST_TARGET or one[2] < LEAST_TARGET]
            resident.look(f"elder-{lang}-" + re.sub(r"\W+", "_", path))
        assert not small, small[:20]
        assert not wrong, wrong[:20]
        cookies = [one for one in resident.context.cookies() if one["name"] == "yikou-view"]
        assert cookies[0]["expires"] > page.evaluate("Date.now() / 1000") + 300 * 86400


@pytest.mark.parametrize("large", [0, 1])
def test_every_page_stands_at_four_hundred_per_cent(stage: Stage, large: int) -> None:
    with stage.person(size=ZOOMED, lang="en") as resident:
        resident.go(f"/preferences?lang=en&large={large}")
        for path in PAGES:
            resident.go(path)
            resident.look(f"zoomed-{large}-" + re.sub(r"\W+", "_", path))


def test_chromium_can_install_it(stage: Stage) -> None:
    with stage.person(size=SMALL) as resident:
        resident.go("/")
        resident.page.evaluate("navigator.serviceWorker.ready")
        session = resident.context.new_cdp_session(resident.page)
        errors = [one["errorId"] for one in session.send("Page.getInstallabilityErrors")["installabilityErrors"]]
        assert [one for one in errors if one != "in-incognito"] == []
        manifest = session.send("Page.getAppManifest")
        assert manifest["errors"] == [] and "standalone" in manifest["data"]
