"""The forms of the language that begin with a word or a bracket of their own, and the names of types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.feel.cursor import NO_TYPE, NO_VALUE
from app.feel.errors import Failure
from app.feel.temporal import read_temporal
from app.feel.tree import ContextLiteral, For, Function, If, Iterator, Literal, Node, Quantified
from app.feel.types import ANY, NAMES, FeelType
from app.kernel.errors import msg

if TYPE_CHECKING:
    from app.feel.parser import Parser

_CONSTANTS = {"null": None, "true": True, "false": False}


def keyword_form(parser: Parser) -> Node:
    """What the keyword at hand begins."""
    token = parser.token
    if token.text in _CONSTANTS:
        parser.at += 1
        return Literal(token.at, _CONSTANTS[token.text])
    form = {"if": _if, "for": _for, "some": _quantified, "every": _quantified, "function": _function}.get(token.text)
    if form is None:
        parser.fail(NO_VALUE)
    parser.at += 1
    return form(parser, token.at, token.text)


def _if(parser: Parser, at: int, _word: str) -> Node:
    test = parser.nested()
    parser.expect("then")
    yes = parser.nested()
    parser.expect("else")
    return If(at, test, yes, parser.nested())


def _iterators(parser: Parser) -> tuple[Iterator, ...]:
    found: list[Iterator] = []
    while not found or parser.take(","):
        at = parser.token.at
        name = parser.name_until("in")
        parser.expect("in")
        source = parser.nested()
        end = parser.nested() if parser.take("..") else None
        found.append(Iterator(at, name, source, end))
        parser.declare(name)
    return tuple(found)


def _close(parser: Parser, scopes: int) -> None:
    for _ in range(scopes):
        parser.lexicon.close()


def _for(parser: Parser, at: int, _word: str) -> Node:
    iterators = _iterators(parser)
    parser.expect("return")
    body = parser.nested()
    _close(parser, len(iterators))
    return For(at, iterators, body)


def _quantified(parser: Parser, at: int, word: str) -> Node:
    iterators = _iterators(parser)
    parser.expect("satisfies")
    test = parser.nested()
    _close(parser, len(iterators))
    return Quantified(at, word == "every", iterators, test)


def _function(parser: Parser, at: int, _word: str) -> Node:
    parser.expect("(")
    parameters: list[tuple[str, FeelType]] = []
    while not parser.sees(")"):
        name = parser.name_until(",", ")", ":")
        typed = parser.texts[parser.at - 1] == ":"
        parameters.append((name, type_of(parser) if typed else ANY))
        if not parser.take(","):
            break
    parser.expect(")")
    if parser.token.text == "external":
        parser.fail(msg("Functions written in another language are refused."))
    parser.declare(*(name for name, _ in parameters))
    body = parser.nested()
    parser.lexicon.close()
    return Function(at, tuple(parameters), body)


def context(parser: Parser) -> Node:
    """`{key: value, "any text": value}`."""
    at = parser.expect("{").at
    entries: list[tuple[str, Node]] = []
    while not parser.sees("}"):
        if parser.token.kind == "string":
            key = str(parser.token.value)
            parser.at += 1
            parser.expect(":")
        else:
            key = parser.name_until(":")
        entries.append((key, parser.nested()))
        parser.declare(key)
        if not parser.take(","):
            break
    parser.expect("}")
    _close(parser, len(entries))
    return ContextLiteral(at, tuple(entries))


def temporal(parser: Parser) -> Node:
    """`@"2026-03-01"`: a temporal value, read once."""
    at = parser.expect("@").at
    token = parser.token
    if token.kind != "string":
        parser.fail(msg("After @ a date, time or duration in quotation marks is expected."))
    try:
        value = read_temporal(str(token.value))
    except Failure:
        parser.fail(msg("%(found)s is no date, time or duration."))
    parser.at += 1
    return Literal(at, value)


def type_of(parser: Parser) -> FeelType:
    """The type written at hand."""
    name = _type_name(parser)
    if name in ("list", "range") and parser.take("<"):
        items = type_of(parser)
        parser.expect(">")
        return FeelType(name, items)
    if name == "context" and parser.take("<"):
        members: list[tuple[str, FeelType]] = []
        while not members or parser.take(","):
            member = parser.name_until(":")
            members.append((member, type_of(parser)))
        parser.expect(">")
        return FeelType(name, members=tuple(members))
    if name == "function" and parser.take("<"):
        return _function_type(parser)
    return parser.types[name] if name in parser.types else FeelType(name)


def _function_type(parser: Parser) -> FeelType:
    parameters: list[FeelType] = []
    while not parser.sees(">"):
        parameters.append(type_of(parser))
        if not parser.take(","):
            break
    parser.expect(">")
    parser.expect("->")
    return FeelType("function", type_of(parser), parameters=tuple(parameters))


def _type_name(parser: Parser) -> str:
    """The longest run of words that names a type."""
    words, best = list[str](), None
    for offset in range(8):
        token = parser.tokens[min(parser.at + offset, len(parser.tokens) - 1)]
        if token.kind not in ("name", "keyword") and token.text != ".":
            break
        words.append(token.text)
        name = " ".join(words).replace(" . ", ".")
        if name in NAMES or name in parser.types:
            best = offset + 1, name
    if best is None and words:
        parser.fail(msg("There is no type %(name)s."), name=" ".join(words))
    if best is None:
        parser.fail(NO_TYPE)
    parser.at += best[0]
    return best[1]
