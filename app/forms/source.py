"""JSON text to values that know the line they stand on. What the values mean for a form is not decided here."""

from __future__ import annotations

import re
from decimal import Decimal
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]
from typing import Any

from app.kernel.errors import msg

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,40})(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?(?![\w.+-])", re.ASCII)
_WORDS = {"true": True, "false": False, "null": None}


class SourceError(ValueError):
    """The text is not the JSON we accept. `message` is a message id; `line` counts from 1."""

    def __init__(self, message: str, line: int, **params: Any) -> None:
        super().__init__(message % params if params else message)
        self.message, self.line, self.params = message, line, params


class Block(dict[str, Any]):
    """A JSON object with the line of its opening brace and of each of its keys."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.key_lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        """The line of a key, or of the object when it has no such key."""
        return self.key_lines.get(key, self.line)


class _Reader:
    """Recursive descent over one text; numbers with a fraction become Decimal."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self._line, self._counted = 1, 0

    def line(self) -> int:
        """The line of the current position; positions only grow, so each character is counted once."""
        self._line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        return self._line

    def fail(self, message: str, **params: Any) -> SourceError:
        return SourceError(message, self.line(), **params)

    def skip(self) -> str:
        """Pass white space; the character after it, or an empty text at the end."""
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.text[self.at : self.at + 1]

    def value(self, depth: int = 0) -> Any:
        """Any JSON value that starts at the current position."""
        if depth > MAX_DEPTH:
            raise self.fail(msg("The JSON is nested more than %(depth)s levels deep."), depth=MAX_DEPTH)
        start = self.skip()
        if start == "{":
            return self.block(depth)
        if start == "[":
            return self.array(depth)
        if start == '"':
            return self.string()
        return self.scalar()

    def string(self) -> str:
        try:
            text, self.at = scanstring(self.text, self.at + 1, True)
        except JSONDecodeError:
            raise self.fail(msg("A text is not closed, or holds a character that must be escaped.")) from None
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise self.fail(msg("A text holds half a character (an unpaired surrogate)."))
        return str(text)

    def scalar(self) -> Any:
        for word, value in _WORDS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        found = _NUMBER.match(self.text, self.at)
        if found is None:
            raise self.fail(msg("A JSON value was expected here."))
        self.at = found.end()
        text = found.group()
        return int(text) if text.lstrip("-").isdigit() else Decimal(text)

    def array(self, depth: int) -> list[Any]:
        items: list[Any] = []
        self.at += 1
        if self.skip() == "]":
            self.at += 1
            return items
        while True:
            items.append(self.value(depth + 1))
            if not self.more("]"):
                return items

    def block(self, depth: int) -> Block:
        block = Block(self.line())
        self.at += 1
        if self.skip() == "}":
            self.at += 1
            return block
        while True:
            if self.skip() != '"':
                raise self.fail(msg("A key in double quotes was expected here."))
            line, key = self.line(), self.string()
            if key in block:
                raise SourceError(msg("The key %(key)s stands twice in one object."), line, key=key)
            if self.skip() != ":":
                raise self.fail(msg("A colon was expected here."))
            self.at += 1
            block.key_lines[key] = line
            block[key] = self.value(depth + 1)
            if not self.more("}"):
                return block

    def more(self, end: str) -> bool:
        """True after a comma, False after the closing character."""
        found = self.skip()
        if found not in (",", end) or not found:
            raise self.fail(msg("A comma or %(end)s was expected here."), end=end)
        self.at += 1
        return found == ","


def read(data: bytes) -> Any:
    """UTF-8 JSON -> values; objects are `Block`s. Raises SourceError for anything else, with the line."""
    if len(data) > MAX_BYTES:
        raise SourceError(msg("The file has more than %(limit)s bytes."), 1, limit=MAX_BYTES)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceError(msg("The file is not UTF-8 text."), line) from None
    reader = _Reader(text)
    value = reader.value()
    if reader.skip():
        raise reader.fail(msg("There is more text after the end of the JSON."))
    return value
