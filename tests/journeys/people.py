"""A person at a browser: goes, fills in, clicks, and looks; looking checks the page."""

from __future__ import annotations

import atexit
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, sync_playwright

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
# Without these the browser asks its maker's servers at every start, which no test needs.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        "resultTypes": ["violations"]}  # others are found and not written out: half of the time

AXE = Axe()
OUTLINE = """() => {
  const told = (node) => node.tagName + [...node.attributes].filter((one) => !/^(href|value|datetime|action|content|src|id|for|name|title|data-.*|csrf)$/.test(one.name))
    .map((one) => ` ${one.name}=${/^aria-(label|describedby|labelledby|controls)/.test(one.name) ? Boolean(one.value) : one.value}`).join("");
  const main = document.querySelector("main");
  const outline = (node, without) => {
    if (node === without) return "<main>";
    const inner = [...node.children].map((one) => outline(one, without)).filter((one, at, all) => one !== all[at - 1]);
    const text = [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
    return `<${told(node)}${node.hasAttribute("for") || node.hasAttribute("name") ? " named" : ""}${text ? " text" : ""}>${inner.join("")}`;
  };
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  const inside = main ? outline(main) : "";
  const around = document.documentElement.getAttribute("class") + outline(document.body, main);
  return [[inside, around], ids.filter((one, at) => ids.indexOf(one) !== at)];
}"""
"""What a page is made of without its words, equal neighbours once: of the main part and of what is around it."""


def _then_loaded(act: Callable[..., Any]) -> Callable[..., Any]:
    """Playwright returns when the next document begins; what is asked then may find an empty page."""
    @wraps(act)
    def loaded(self: Page | Locator, *args: Any, **options: Any) -> Any:
        answer = act(self, *args, **options)
        (self if isinstance(self, Page) else self.page).wait_for_load_state()
        return answer
    return loaded


for _kind in (Page, Locator):
    for _act in ("click", "check", "uncheck", "press", "select_option"):
        setattr(_kind, _act, _then_loaded(getattr(_kind, _act)))


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, without a screen: one for all tests of a process, whose windows share nothing."""
    yield _started()


@cache
def _started() -> Browser:
    binary = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if binary is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs Chromium on the PATH")
        pytest.skip("no Chromium on this machine")
    driver = sync_playwright().start()
    browser = driver.chromium.launch(executable_path=binary, args=QUIET)
    atexit.register(driver.stop)
    atexit.register(browser.close)  # comes first
    return browser


class Person:
    """One browser window of its own: own cookies, own width. `problems` collects errors of scripts and the console."""

    def __init__(self, browser: Browser, address: str, album: Path, *, size: dict[str, int] = DESK,
                 scripts: bool = True, lang: str = "zh-CN") -> None:
        self.address, self.album, self.problems = address, album, list[str]()
        self.context = browser.new_context(viewport=size, locale=lang, java_script_enabled=scripts)  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", lambda line: self.problems.append(f"{line.text} {line.location.get('url')}")
                     if line.type == "error" else None)

    def go(self, path: str) -> None:
        """Open a page of the office, or a whole address."""
        self.page.goto(path if path.startswith("http") else self.address + path)

    def sign_in(self, login: str, password: str) -> None:
        """As staff."""
        self.go("/staff/sign-in")
        self.page.fill("#c-login", login)
        self.page.fill("#c-password", password)
        self.page.click("form.sign-in button")
        self.page.wait_for_selector(".staff-head .me")

    def take(self, number: str) -> None:
        """Claim the waiting task of a case in the inbox; the page is then the task."""
        row = self.row(number)
        row.locator(".do [data-take]").click()
        self.page.wait_for_selector("main form.card input[name=_form_hash]", state="attached")

    def row(self, number: str) -> Locator:
        """The inbox line of a case, as soon as the worker has brought it there."""
        self.go("/staff/")
        row = self.page.locator("ul.inbox > li", has_text=number).first
        for _ in range(60):
            if row.count():
                return row
            self.page.wait_for_timeout(250)
            self.page.reload()
        raise AssertionError(f"{number} never came to this inbox: {self.page.inner_text('main')[:400]}")

    def fill(self, **values: str) -> None:
        """Answer questions of the generated form by key; those that open further ones are waited for."""
        for key, value in values.items():
            self._answer(key, value)

    def _answer(self, key: str, value: str) -> None:
        field = self.page.locator(f'main [name="{key}"]').first
        field.wait_for(state="attached")
        kind = field.get_attribute("type") or field.evaluate("one => one.tagName.toLowerCase()")
        if kind == "radio":
            self.page.locator(f'main [name="{key}"][value="{value}"]').check()
        elif kind == "checkbox":
            field.set_checked(value == "true")
        elif kind == "select":
            field.select_option(value)
        else:
            field.fill(value)
        self.page.wait_for_load_state("networkidle")

    def finish(self) -> None:
        """Send the task's form and see that it was taken."""
        self.page.locator("form.card:has(input[name=_form_hash]) .actions button").first.click()
        self.page.wait_for_selector(".flash, .notice.good, [role=status]")
        assert not self.page.locator(".notice.bad").count(), self.page.inner_text("main")[:800]

    def look(self, name: str, *, whole: bool = True, seen: set[str] | None = None) -> None:
        """No sideways scrolling, nothing for axe to find; a picture where somebody asked for them (PICTURES=1).

        `seen`: outlines of heads and of main parts that axe was shown at this size. A page of which both are there
        differs from those in its words only; it is not shown again.
        """
        if os.environ.get("PICTURES") == "1":
            self.picture(name, whole=whole)
        self.fits(name)
        parts, twice = self.page.evaluate(OUTLINE)
        assert not twice, f"{name}: the ids {twice} are there more than once"
        if seen is not None and seen.issuperset(parts):
            return
        found = AXE.run(self.page, options=WCAG)
        assert not found.violations_count, f"{name}: {found.generate_report()}"
        if seen is not None:
            seen.update(parts)

    def picture(self, name: str, *, whole: bool = True) -> None:
        """Into the album."""
        self.album.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(self.album / f"{name}.png"), full_page=whole)

    def fits(self, name: str) -> None:
        """Nothing stands beside the screen."""
        self.page.wait_for_load_state()
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name}: {wide} pixels wider than the screen"

    def close(self) -> None:
        """End the window; no script may have failed."""
        self.context.close()
        assert not self.problems, self.problems

    def __enter__(self) -> Person:
        return self

    def __exit__(self, kind: Any, *_rest: Any) -> None:
        if kind is None:
            self.close()
        else:
            self.picture("failed")
            self.context.close()
