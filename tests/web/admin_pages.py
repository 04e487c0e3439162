"""A signed-in browser for the tests of administrators' pages: every form is sent with the marks its page gave."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from typing import Any

from app.cli.demo.office import PASSWORD
from tests.factories import cheap_passwords

HOME = "/t/demo"


class Desk:
    """One signed-in person. Paths are those below the office's prefix."""

    def __init__(self, app: Any, login: str, password: str = PASSWORD) -> None:
        cheap_passwords()
        self.client = app.test_client()
        self.client.get(f"{HOME}/preferences?lang=en")
        answer = self.post("/staff/sign-in", {"login": login, "password": password})
        assert answer.status_code == 303, answer.text
        self.client.get(f"{HOME}/preferences?lang=en")

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(HOME + path)
        assert answer.status_code == status, answer.text
        return str(answer.text)

    def marks(self, path: str) -> dict[str, str]:
        text = self.client.get(HOME + path).text
        found = re.search(r'name="csrf_token" value="([^"]+)"><input type="hidden" name="_key" value="([^"]+)"', text)
        assert found, f"{path} has no form"
        return {"csrf_token": found[1], "_key": found[2]}

    def post(self, path: str, data: dict[str, Any], page: str | None = None) -> Any:
        return self.client.post(HOME + path, data={**self.marks(page or path), **data})


def upload(text: str | bytes, name: str = "table.csv") -> tuple[io.BytesIO, str]:
    return io.BytesIO(text if isinstance(text, bytes) else text.encode()), name


class Labels(HTMLParser):
    """Which controls have no name for a screen reader, and ids that stand twice."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: set[str] = set()
        self.controls: list[dict[str, str | None]] = []
        self.depth = 0
        self.headings = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "label":
            self.depth += 1
            self.targets.add(str(found.get("for")))
        if tag == "h1":
            self.headings += 1
        if tag in ("input", "select", "textarea") and found.get("type") != "hidden" and not self.depth:
            self.controls.append(found)

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "label"

    def faults(self) -> list[str]:
        nameless = [str(one) for one in self.controls if one.get("id") not in self.targets and not one.get("aria-label")]
        twice = sorted({one for one in self.ids if self.ids.count(one) > 1})
        return nameless + twice + ([] if self.headings == 1 else [f"{self.headings} h1"])
