"""Message templates: a file with subject and body in Chinese and English, and `{names}` to fill in. No logic at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.catalog import YamlBlock, read_yaml
from app.kernel.errors import DefinitionError, Invalid, Problem, msg

LANGUAGES = ("zh", "en")
LIMITS = {"subject": 120, "body": 4_000}
LONGEST_VALUE = 2_000
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,99}", re.ASCII)
_PIECE = re.compile(r"\{\{|\}\}|\{([a-z][a-z0-9_]{0,39})\}|[{}]", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True)
class MessageText:
    """Subject and body, filled or not; plain text."""

    subject: str
    body: str


@dataclass(frozen=True)
class MessageTemplate:
    """A template by language. `placeholders` are the names that must be given."""

    id: str
    texts: Mapping[str, MessageText]
    placeholders: frozenset[str]


def load_template(data: bytes, file: str) -> MessageTemplate:
    """The template. Raises DefinitionError with every problem."""
    top, problems = _read(data, file)
    if problems:
        raise DefinitionError(problems)
    texts = {code: MessageText(top[code]["subject"].strip(), top[code]["body"].strip()) for code in LANGUAGES}
    names = frozenset(name for text in texts.values() for part in (text.subject, text.body) for name in _names(part))
    return MessageTemplate(top["id"], texts, names)


def lint_template(data: bytes, file: str) -> list[Problem]:
    """Every problem of the file."""
    return _read(data, file)[1]


def render(template: MessageTemplate, params: Mapping[str, Any], locale: str) -> MessageText:
    """The text for a person. Values are text only: no markup, no further placeholders, no line breaks in subjects.

    Raises Invalid when a value is missing.
    """
    missing = sorted(template.placeholders - params.keys())
    if missing:
        raise Invalid(msg("The message %(template)s needs %(names)s."), template=template.id, names=", ".join(missing))
    text = template.texts["en" if locale.lower().startswith("en") else "zh"]
    subject = " ".join(_fill(text.subject, params).split())
    return MessageText(subject, _fill(text.body, params))


def _fill(text: str, params: Mapping[str, Any]) -> str:
    """One pass: what a value brings along is never read as a placeholder."""

    def replace(found: re.Match[str]) -> str:
        name = found.group(1)
        return _shown(params[name]) if name else found.group(0)[0]

    return _PIECE.sub(replace, text)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text)[:LONGEST_VALUE]


def _names(text: str) -> set[str]:
    return {name for name in _PIECE.findall(text) if name}


def _read(data: bytes, file: str) -> tuple[YamlBlock, list[Problem]]:
    """The file as a block, and its problems."""
    problems: list[Problem] = []

    def add(code: str, line: int, message: str, **params: Any) -> None:
        problems.append(Problem(code, message, params, file=file, line=line))

    try:
        top = read_yaml(data, file)
    except DefinitionError as error:
        return YamlBlock(1), error.problems
    if not isinstance(top, YamlBlock):
        add("template", 1, msg("A message template is a mapping with id, zh and en."))
        return YamlBlock(1), problems
    for key in top.keys() - {"id", "description", *LANGUAGES}:
        add("unknown_key", top.line_of(key), msg("A message template has no key %(key)s."), key=key)
    if not isinstance(top.get("id"), str) or not _ID.fullmatch(top["id"]):
        add("id", top.line_of("id"), msg("A message template needs an id of letters, digits, - and _."))
    names = {code: _check_language(top, code, add) for code in LANGUAGES}
    for name in sorted(names["zh"] ^ names["en"]):
        add("placeholders", top.line_of("zh" if name in names["zh"] else "en"),
            msg("{%(name)s} stands in one language only."), name=name)
    return top, problems


def _check_language(top: YamlBlock, code: str, add: Any) -> set[str]:
    """The placeholders of one language; what is wrong with its texts goes to `add`."""
    block = top.get(code)
    if not isinstance(block, YamlBlock):
        add("missing_language", top.line_of(code), msg("The language %(language)s is missing."), language=code)
        return set()
    for key in block.keys() - LIMITS.keys():
        add("unknown_key", block.line_of(key), msg("A message template has no key %(key)s."), key=key)
    names: set[str] = set()
    for key, limit in LIMITS.items():
        text, line = block.get(key), block.line_of(key)
        if not isinstance(text, str) or not text.strip() or len(text) > limit:
            add("text", line, msg("%(key)s must be a text of at most %(limit)s characters."), key=key, limit=limit)
            continue
        if key == "subject" and "\n" in text.strip():
            add("text", line, msg("A subject has one line."))
        if any(found.group(0) in "{}" for found in _PIECE.finditer(text)):
            add("braces", line, msg("A brace stands alone; write {name}, or {{ and }} for braces themselves."))
        names |= _names(text)
    return names
