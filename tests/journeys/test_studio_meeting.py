"""Every editor of the Studio when something comes between: a lost connection, another person, a newer version in force.

Whatever happens, both texts are there, and the person is told."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from app.catalog import queries
from app.catalog.commands import PublishDefinition
from app.cli.demo import office
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from tests.journeys.main_path import Stage
from tests.journeys.people import DESK, PHONE, Person, chromium
from tests.journeys.server import ROOT, running
from tests.journeys.test_studio_publish import Inside

LOST = re.compile("Failed to load resource|ERR_INTERNET_DISCONNECTED|ERR_FAILED|409")


@pytest.fixture(scope="module")
def met(templates: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Inside]]:
    """The running product, and its database beside it."""
    copies, template = templates("sqlite", "demo")
    url = copies.copy(template)
    inside = Inside(url)
    with chromium() as browser, running(url, tmp_path_factory.mktemp("meeting")) as address:
        yield Stage(browser, address, office.PASSWORD, ROOT / "instance" / "screenshots" / "meeting"), inside
    inside.database.engine.dispose()
    copies.drop(url)


def draw(page: Any, words: str) -> None:
    """Another name for a task of a diagram."""
    page.locator(".djs-container > svg g[data-element-id^=task_] .djs-hit").first.dblclick()
    page.locator(".djs-direct-editing-content").fill(words)
    page.locator(".djs-direct-editing-content").press("Enter")


def fill_in(page: Any, words: str) -> None:
    """Another remark in a table's row."""
    cell = page.locator("td.annotation, td.input-cell").first
    cell.click()
    page.keyboard.press("Control+a")
    page.keyboard.type(f'"{words}"')
    page.keyboard.press("Escape")
    page.locator("th").first.click()


def ask(page: Any, words: str) -> None:
    """Another label of a field."""
    label = page.locator("#st-label-zh")
    if not label.count():  # a second click would let it go
        page.locator('.fjs-element[data-id="field_review_note"]').click()
    label.fill(words)
    page.locator("#st-label-zh").blur()


def write(page: Any, words: str) -> None:
    """A remark at the end of the first line."""
    page.locator(".cm-content").click()
    page.keyboard.press("Control+Home")
    page.keyboard.press("End")
    page.keyboard.type(f" # {words}")


KINDS: dict[str, tuple[str, Callable[[Any, str], None]]] = {
    "process": ("ask_resident", draw), "decision": ("answer_wait", fill_in), "form": ("review", ask),
    "message": ("task_assigned", write), "supervision": ("unclaimed", write)}


class Bench:
    """One person at the editor of one definition."""

    def __init__(self, person: Person, kind: str) -> None:
        self.person, self.page, self.kind = person, person.page, kind
        self.key, self.act = KINDS[kind]
        self.path = f"/studio/{kind}/{self.key}"

    def open(self) -> Bench:
        self.person.go(self.path)
        self.page.locator("[data-studio][data-ready]").wait_for()
        return self

    def change(self, words: str) -> Bench:
        self.act(self.page, words)
        return self

    def state(self, wanted: str) -> None:
        expect(self.page.locator(f'[data-saving][data-state="{wanted}"]')).to_be_visible(timeout=20_000)

    def stored(self) -> str:
        """The text of the draft, as the page without scripts has it."""
        answer = self.page.request.get(self.person.address + self.path + "?as=text").text()
        found = re.search(r"<textarea[^>]*data-source>(.*?)</textarea>", answer, re.DOTALL)
        assert found
        return html.unescape(found[1])


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost_and_nothing_is_written_over(met: tuple[Stage, Inside], kind: str) -> None:
    stage, inside = met
    with stage.person(size=DESK) as one, stage.person(size=DESK) as other:
        one.sign_in("analyst", stage.password)
        other.sign_in("administrator", stage.password)
        mine, theirs = Bench(one, kind).open(), Bench(other, kind)
        mine.change("eins").state("saved")
        theirs.open()
        expect(other.page.locator("[data-others]")).to_contain_text("刘爱莲")

        one.context.set_offline(True)
        mine.change("zwei").state("offline")
        theirs.change("drei").state("saved")
        one.context.set_offline(False)
        mine.state("conflict")
        asked = one.page.locator("[data-asking]")
        expect(asked).to_contain_text("drei")
        one.look(f"conflict-{kind}")
        assert "drei" in theirs.stored() and "zwei" not in theirs.stored()
        asked.get_by_role("button", name=re.compile("另一份|other text")).click()
        expect(asked.get_by_role("button")).to_have_count(1)
        asked.get_by_role("button").click()  # bring mine back
        mine.state("saved")
        assert "zwei" in mine.stored()

        one.page.route("**/draft", lambda route: route.abort())
        mine.change("vier").state("offline")
        one.page.on("dialog", lambda dialog: dialog.accept())
        one.go("/studio/")
        one.page.unroute("**/draft")
        mine.open().state("saved")
        assert "vier" in mine.stored()
        publish_over(one, mine, inside)
        for person in (one, other):
            person.problems = [line for line in person.problems if not LOST.search(line)]


def publish_over(person: Person, mine: Bench, inside: Inside) -> None:
    """A version came into force beside the draft: both are shown, and replacing it needs a reason."""
    with inside.database.read(inside.tenant_id) as session:
        before = queries.effective(session, inside.tenant_id, mine.kind, mine.key).data
    newer = before.replace(b"</bpmn:definitions>", b"<!-- neu --></bpmn:definitions>").replace(
        b"</definitions>", b"<!-- neu --></definitions>")
    if newer == before:
        newer = before.rstrip() + (b"\n\n" if mine.kind == "form" else b"\n# neu\n")
    dispatch(PublishDefinition(tenant_id=inside.tenant_id, actor=SYSTEM, kind=mine.kind, definition_key=mine.key,
                               data=newer, reason="neu"))
    mine.open()
    person.page.locator(".notice.warn a[href$='/publish']").first.click()
    person.page.locator("#behind").wait_for()
    for size in (PHONE, DESK):
        person.page.set_viewport_size(size)  # type: ignore[arg-type]
        person.look(f"behind-{mine.kind}-{size['width']}")
    text = mine.stored()
    person.page.fill("#c-reason-over", "meins gilt")
    person.page.locator("form:has(#c-reason-over) button").click()
    person.page.wait_for_load_state()
    with inside.database.read(inside.tenant_id) as session:
        live = queries.effective(session, inside.tenant_id, mine.kind, mine.key)
        reasons = [one.reason for one in queries.history(session, inside.tenant_id, mine.kind, mine.key)]
    assert live.data.decode().replace("mode: live\n", "") == text.replace("mode: live\n", ""), person.page.inner_text("main")[:500]
    assert reasons[:2] == ["meins gilt", "neu"]
