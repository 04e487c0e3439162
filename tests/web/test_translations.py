"""Every text that a person sees stands in both languages, and pages show the one that was asked for."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from app import assemble
from app.kernel.events import catalogue
from app.web.event_words import ABOUT, EVENTS
from scripts.messages import CATALOGUE, texts
from tests.web.admin_pages import HOME
from tests.web.test_security_access import path, rules
from tests.web.visiting import browsers, fill

APP = Path(__file__).resolve().parents[2] / "app"
TEMPLATES, DATA = APP / "web" / "templates", APP / "cli" / "demo" / "data"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
NAMES = {"Yikou", "CSV", "SHA", "kB", "MB", "English", "中文", "一口", "口",
         "Camunda", "ISO", "cron", "JSON", "handle", "complaint", "bpmn",  # the example of a file name
         "test"}  # events that other tests of this process declare
"""Words that are the same in both languages."""
BOTH = ("admin.service", "admin.unit", "admin.item", "admin.decision_table", "admin.template",
        "admin.templates", "admin.reply", "admin.office_settings", "studio.editor")
"""Pages where both languages of an entry are edited side by side, or the texts of a file as they stand in it."""
WITHOUT_LANGUAGE = "unavailable.html"
"""Shown when nothing can be asked, the reader's language neither: it says everything in both."""


class Seen(HTMLParser):
    """The words a reader sees or hears: text and spoken attributes. Codes and what people typed are left out, and so
    are words within a line that say which language they are in."""

    SILENT = {"script", "style", "code", "kbd", "pre", "title"}  # keys bear the same names everywhere
    SPOKEN = ("aria-label", "placeholder", "alt")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("input", "meta", "link", "br", "img", "hr"):
            self.open.append("code" if tag == "span" and dict(attrs).get("lang") else tag)
            self.tags.append(tag)
        self.found += [str(value) for name, value in attrs if name in self.SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        while self.open and (self.open.pop(), self.tags.pop())[1] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self.SILENT & set(self.open) and data.strip():
            self.found.append(data.strip())


def test_every_text_has_its_chinese_words() -> None:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="zh")
    known = {str(entry.id): entry for entry in catalogue if entry.id}
    assert set(known) == set(texts()) and len(known) > 800
    assert not catalogue.obsolete
    for message, entry in known.items():
        assert entry.string and not entry.fuzzy, message
        assert set(PLACEHOLDER.findall(message)) == set(PLACEHOLDER.findall(str(entry.string))), message


def test_every_event_has_its_words() -> None:
    assemble()
    known = {name for name in catalogue() if not name.startswith("test.")}
    assert known == set(EVENTS) and {name.partition(".")[0] for name in known} == set(ABOUT)


@pytest.mark.parametrize("file", sorted(TEMPLATES.rglob("*.html")), ids=lambda file: file.relative_to(TEMPLATES).as_posix())
def test_no_template_speaks_one_language_only(file: Path) -> None:
    source = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    source = re.sub(r'(?<![<\w])[\w-]+="[^"<>]*"(?![^<]*>)', " ", source)  # attributes that a macro hands on
    words = {word for text in Seen(source).found for word in re.findall(r"[A-Za-z]{2,}|[\u4e00-\u9fff]+", text)}
    if file.name == WITHOUT_LANGUAGE:
        assert any(word.isascii() for word in words) and any(not word.isascii() for word in words)
    else:
        assert not words - NAMES, words


@pytest.mark.parametrize(("lang", "foreign"), [("zh", r"[A-Za-z]{3,}"), ("en", r"[\u4e00-\u9fff]{2,}")])
def test_pages_speak_the_language_that_was_asked_for(app: Any, lang: str, foreign: str) -> None:
    ids, wrong, pages = fill(), {}, 0
    data = (DATA / "users.csv").read_text(encoding="utf-8") + (DATA / "places.csv").read_text(encoding="utf-8")
    data += " a.png 赵小敏 路灯坏了 "  # what `fill` sends
    for desk in browsers(app).values():
        desk.client.get(f"{HOME}/preferences?lang={lang}")
        for rule in rules(app, "GET"):
            answer = desk.client.get(HOME + path(app, rule, ids), buffered=True)
            if answer.mimetype != "text/html" or answer.status_code != 200:
                continue
            pages += 1
            found = {word for text in Seen(answer.text).found for word in re.findall(foreign, text)}
            left = {word for word in found - NAMES if word not in data}
            if left and rule.endpoint not in BOTH:
                wrong.setdefault(rule.endpoint, set()).update(left)
    assert pages > 150
    assert not wrong, "\n".join(f"{name}: {sorted(words)[:40]}" for name, words in sorted(wrong.items()))
