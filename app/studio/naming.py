"""What definitions are called, also drafts that cannot be read as a whole: only the names are looked for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from html import unescape

LONGEST = 120
_PROCESS = re.compile(r"<(?:[\w.-]+:)?process\b([^<>]{0,2000})>(.{0,600})", re.DOTALL)
_DECISION = re.compile(r"<(?:[\w.-]+:)?decision\b([^<>]{0,2000})>(.{0,600})", re.DOTALL)
_DESCRIPTION = re.compile(r"\s*<(?:[\w.-]+:)?description>([^<]*)<")
_EXTENSIONS = re.compile(r"\s*<(?:[\w.-]+:)?extensionElements>(.*?)</", re.DOTALL)
_ENGLISH = re.compile(r'name="name_en"\s+value="([^"]*)"')
_SHOWING = r"(?:[\w.-]+:)?(?:userTask|startEvent)"
_TASK = re.compile(rf"<{_SHOWING}\b([^<>]*[^/<>])>(.*?)</{_SHOWING}>", re.DOTALL)
_FORM = re.compile(r'formId="([\w-]+)"')
_TITLE = re.compile(r"^title:[ \t]*([^\n]*)", re.MULTILINE)
_SUBJECT = r"^{}:[ \t]*\n(?:[ \t]+(?!subject:)[^\n]*\n)*?[ \t]+subject:[ \t]*([^\n]*)"
_FILLED = re.compile(r"\{\w{1,40}\}", re.ASCII)
_SUBJECTS = tuple(re.compile(_SUBJECT.format(code), re.MULTILINE) for code in ("zh", "en"))
Title = tuple[str, str]
"""(Chinese, English); the English is empty where the file has none."""


def as_text(data: bytes) -> str:
    """A definition as text that is kept as UTF-8, whatever it was written in."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = data.decode(encoding, "replace")
    return re.sub(r'(<\?xml[^>]{0,200}encoding=)["\'][^"\']{1,40}["\']', r'\1"UTF-8"', text, count=1)


@lru_cache(maxsize=512)
def title(kind: str, key: str, data: bytes) -> Title:
    """The names inside a file; ("", "") where there are none."""
    text = as_text(data[:400_000])
    if kind == "form":
        return _of_form(text)
    if kind in ("message", "supervision", "scenarios"):
        return _of_yaml(kind, text)
    for found in (_PROCESS if kind == "process" else _DECISION).finditer(text):
        if _attribute(found[1], "id") == key or kind == "process":
            return _of_process(found) if kind == "process" else _of_decision(found)
    return "", ""


@lru_cache(maxsize=64)
def form_titles(process: bytes) -> dict[str, Title]:
    """Forms by key, called as the first task of a published diagram that shows them: most bear no name of their own."""
    found: dict[str, Title] = {}
    for task in _TASK.finditer(as_text(process[:2_000_000])):
        form = _FORM.search(task[2])
        if form is not None:
            found.setdefault(form[1], (_attribute(task[1], "name"), _english(task[2])))
    return found


def titles_of_forms(processes: Iterable[bytes]) -> dict[str, Title]:
    """As `form_titles`, of several diagrams; the first counts."""
    found: dict[str, Title] = {}
    for process in processes:
        for key, name in form_titles(process).items():
            found.setdefault(key, name)
    return found


def halves(text: str) -> Title:
    """`zh / en` taken apart."""
    zh, _, en = text.partition(" / ")
    return _short(zh), _short(en)


def _of_process(found: re.Match[str]) -> Title:
    extensions = _EXTENSIONS.match(found[2])
    return _attribute(found[1], "name"), _english(extensions[1]) if extensions else ""


def _of_decision(found: re.Match[str]) -> Title:
    described = _DESCRIPTION.match(found[2])
    zh, en = halves(unescape(described[1])) if described else ("", "")
    return zh or _attribute(found[1], "name"), en


def _of_form(text: str) -> Title:
    try:
        known = json.loads(text).get("properties")
    except (ValueError, AttributeError, RecursionError):
        return "", ""
    known = known if isinstance(known, dict) else {}
    return _short(str(known.get("name") or "")), _short(str(known.get("name_en") or ""))


def _of_yaml(kind: str, text: str) -> Title:
    """A rule by its title, a message by its subjects; scenarios have no name of their own."""
    if kind == "supervision":
        found = _TITLE.search(text)
        return halves(_scalar(found[1])) if found else ("", "")
    if kind == "message":
        zh, en = (pattern.search(text) for pattern in _SUBJECTS)
        return _of_subject(zh), _of_subject(en)
    return "", ""


def _of_subject(found: re.Match[str] | None) -> str:
    """What is filled in is left open."""
    return _short(_FILLED.sub("…", _scalar(found[1]))) if found else ""


def _scalar(text: str) -> str:
    """A value as it stands on its line, without quotes."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('\\"', '"')
    return text[1:-1].replace("''", "'") if len(text) > 1 and text[0] == text[-1] == "'" else text


def _english(text: str) -> str:
    found = _ENGLISH.search(text)
    return _short(unescape(found[1])) if found else ""


def _attribute(text: str, name: str) -> str:
    found = re.search(rf"""\b{name}=(?:"([^"]*)"|'([^']*)')""", text)
    return _short(unescape(found[1] or found[2] or "")) if found else ""


def _short(text: str) -> str:
    return " ".join(text.split())[:LONGEST]
