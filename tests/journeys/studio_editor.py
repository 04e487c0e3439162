"""A window with the diagram editor in it, and what its text means: to our checks, and as a model without a drawing."""

from __future__ import annotations

import os
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from lxml import etree

from app import assemble
from app.engine.lint import lint
from app.kernel.errors import Problem
from tests.journeys.people import WCAG
from tests.journeys.server import ROOT
from tests.journeys.studio_page import Desk, base_file

ALBUM = ROOT / "instance" / "screenshots" / "studio"
BPMN, ZEEBE = "{http://www.omg.org/spec/BPMN/20100524/MODEL}", "{http://camunda.org/schema/zeebe/1.0}"


class Editor:
    """One window with the editor in it."""

    def __init__(self, browser: Any, desk: Desk, lang: str, key: str, size: dict[str, int]) -> None:
        self.context = browser.new_context(viewport=size)
        self.page, self.problems = self.context.new_page(), list[str]()
        self.page.set_default_timeout(10_000)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", lambda line: self.problems.append(line.text) if line.type == "error" else None)
        self.page.goto(f"{desk.address}/{lang}/{key}")
        self.page.wait_for_selector("[data-editor][data-ready]", state="attached")

    def show(self, element: str) -> None:
        self.page.evaluate("one => editor.show(one)", element)
        self.page.wait_for_timeout(50)

    def source(self) -> str:
        return str(self.page.evaluate("editor.source()"))

    def open(self, group: str) -> None:
        """A group of the panel; one that is open stays so."""
        header = self.page.locator(f"[data-group-id=group-{group}] > .bio-properties-panel-group-header")
        if "open" not in str(header.get_attribute("class")):
            header.click()

    def pick(self, entry: str, value: str) -> None:
        """Choose in the panel and wait until the panel shows it."""
        self.page.locator(f"[data-entry-id='{entry}'] select").select_option(value)
        self.page.wait_for_timeout(50)

    def look(self, name: str, *, check: bool = True) -> None:
        """A picture where somebody asked for it; axe finds nothing."""
        if os.environ.get("PICTURES") == "1":
            ALBUM.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(ALBUM / f"{name}.png"))
        if not check:
            return
        found = Axe().run(self.page, options=WCAG)
        assert not found.violations_count, f"{name}: {found.generate_report()}"


class Around:
    """What the file refers to is there, if it is among what ships."""

    def has(self, kind: str, key: str) -> bool:
        return {"form": (ROOT / f"forms/base/{key}.form").exists(), "process": (ROOT / f"processes/base/{key}").exists(),
                "decision": bool(list(ROOT.glob(f"rules/base/decisions/**/{key}.dmn")))}[kind]

    def data(self, kind: str, key: str) -> bytes | None:
        return base_file(key).encode() if kind == "process" and self.has(kind, key) else None


def problems_of(text: str) -> list[Problem]:
    assemble()
    return lint(text.encode(), "drawn.bpmn", Around())


def model(text: str) -> list[Any]:
    """Everything a diagram means, without its drawing. The order of a process's elements, and of what lies in a lane, says
    nothing: each part stands under the nearest id."""
    root = etree.fromstring(text.encode())
    rows = []
    for one in root.iter():
        line = [one, *one.iterancestors()]
        if any(part.tag.endswith("}BPMNDiagram") for part in line):
            continue
        named = next((part.get("id") for part in line if part.get("id")), "")
        said = {name: value for name, value in one.attrib.items() if not name.startswith("exporter")}
        inside = [part.tag for part in line[:next(at for at, part in enumerate(line) if part.get("id")) + 1]]
        rows.append((named, inside, said, (one.text or "").strip()))
    lanes = sorted((row for row in rows if row[1][0].endswith("flowNodeRef")), key=repr)
    others = [row for row in rows if not row[1][0].endswith("flowNodeRef")]
    return [*sorted(others, key=lambda row: row[0]), *lanes]


def moved(editor: Editor, key: str) -> None:
    """The start event one step to the right and back."""
    start = etree.fromstring(base_file(key).encode()).find(f".//{BPMN}startEvent").get("id")
    editor.show(start)
    editor.page.locator(".djs-container > svg").focus()
    editor.page.keyboard.press("ArrowRight")
    editor.page.keyboard.press("ArrowLeft")
