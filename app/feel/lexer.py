"""Text to tokens, with the place of each. Knows no grammar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.feel.errors import Failure, FeelSyntaxError
from app.feel.names import continues_name, starts_name
from app.feel.numbers import read_number
from app.kernel.errors import msg

LONGEST_TEXT, MOST_TOKENS = 100_000, 10_000
KEYWORDS = frozenset((
    "if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or", "between", "instance",
    "null", "true", "false", "function",
))
_SYMBOLS = ("..", "**", "<=", ">=", "!=", "->", "=", "<", ">", "+", "-", "*", "/", "(", ")", "[", "]", "{", "}",
            ",", ":", ".", "@", "'")
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SKIPPED = re.compile(r"(?:\s|\ufeff|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|(.))", re.DOTALL)
_SIMPLE_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is name, keyword, number, string, symbol or end; `value` holds what a literal stands for."""

    kind: str
    text: str
    at: int
    value: Decimal | str | None = None


def place(source: str, at: int) -> tuple[int, int]:
    """Line and column, from 1, of a position in the text."""
    return source.count("\n", 0, at) + 1, at - source.rfind("\n", 0, at)


def syntax_error(source: str, at: int, message: str, **params: Any) -> FeelSyntaxError:
    """The error to raise for a position in the text."""
    line, column = place(source, at)
    return FeelSyntaxError(message, line, column, **params)


def tokens_of(source: str) -> list[Token]:
    """All tokens, the last of kind `end`; a FeelSyntaxError at the first character that begins none."""
    if len(source) > LONGEST_TEXT:
        raise FeelSyntaxError(msg("The expression is longer than %(limit)s characters."), 1, 1, limit=LONGEST_TEXT)
    tokens, at = [], 0
    while True:
        skipped = _SKIPPED.match(source, at)
        at = skipped.end() if skipped else at
        if at >= len(source):
            tokens.append(Token("end", "", len(source)))
            return tokens
        token, at = _token(source, at)
        if len(tokens) >= MOST_TOKENS:
            raise syntax_error(source, token.at, msg("The expression has more than %(limit)s words and signs."),
                               limit=MOST_TOKENS)
        tokens.append(token)


def _token(source: str, at: int) -> tuple[Token, int]:
    character = source[at]
    if starts_name(character):
        end = at + 1
        while end < len(source) and continues_name(source[end]):
            end += 1
        text = source[at:end]
        return Token("keyword" if text in KEYWORDS else "name", text, at), end
    if character == '"':
        return _string(source, at)
    number = None if source.startswith("..", at) else _NUMBER.match(source, at)
    if number is not None:
        return _number(source, number)
    for symbol in _SYMBOLS:
        if source.startswith(symbol, at):
            return Token("symbol", symbol, at), at + len(symbol)
    raise syntax_error(source, at, msg("The character %(character)s begins nothing here."), character=character)


def _number(source: str, match: re.Match[str]) -> tuple[Token, int]:
    try:
        return Token("number", match[0], match.start(), read_number(match[0])), match.end()
    except Failure:
        raise syntax_error(source, match.start(), msg("The number is too large.")) from None


def _string(source: str, at: int) -> tuple[Token, int]:
    match = _STRING.match(source, at)
    if match is None:
        raise syntax_error(source, at, msg("The text in quotation marks does not end."))
    return Token("string", match[0], at, unescape(match[1])), match.end()


def unescape(body: str) -> str:
    """The text a literal's body stands for; an escape that is unknown stays as it is written."""
    if "\\" not in body:
        return body

    def replaced(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        if code:
            number = int(code, 16)
            return chr(number) if number <= 0x10FFFF else match[0]
        return _SIMPLE_ESCAPES.get(match[3], match[0])

    text = _ESCAPE.sub(replaced, body)
    if any("\ud800" <= character <= "\udfff" for character in text):  # two \u of one character; halves become U+FFFD
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
