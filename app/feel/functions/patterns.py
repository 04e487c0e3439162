"""Built-in functions with regular expressions: RE2, in linear time whatever the pattern."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import re2

from app.feel.errors import Failure
from app.feel.functions.registry import built_in

LONGEST_PATTERN = 1_000
_CODE = re.compile(r"\\(\\|u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\})")
_GROUP = re.compile(r"\\(.)|\$([0-9]{1,2})|[$\\]", re.DOTALL)
_CLASS_OR_BLANK = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\s", re.DOTALL)


@lru_cache(maxsize=512)
def _compiled(pattern: str, flags: str) -> Any:
    """The pattern for RE2; a Failure when it or its flags are not understood."""
    if len(pattern) > LONGEST_PATTERN:
        raise Failure("the pattern is too long")
    if not set(flags) <= set("smixq"):
        raise Failure("there is no such flag")
    options = re2.Options()
    options.log_errors = False
    if "q" in flags:
        source = re2.escape(pattern)
    else:
        source = _CODE.sub(lambda m: m[0] if m[1] == "\\" else rf"\x{{{m[2] or m[3]}}}", pattern)
        if "x" in flags:
            source = _CLASS_OR_BLANK.sub(lambda m: "" if m[0].isspace() else m[0], source)
    marks = "".join(flag for flag in "smi" if flag in flags)
    try:
        return re2.compile(f"(?{marks}){source}" if marks else source, options)
    except re2.error:
        raise Failure("the pattern is not understood") from None


@built_in("matches(input: string, pattern: string, flags?: string?)")
def matches(run: Any, text: str, pattern: str, flags: str | None) -> bool:
    """True when the pattern is found anywhere."""
    return _compiled(pattern, flags or "").search(text) is not None


@built_in("replace(input: string, pattern: string, replacement: string, flags?: string?)")
def replace(run: Any, text: str, pattern: str, replacement: str, flags: str | None) -> str:
    """Every match replaced; `$1` stands for a group. A pattern that matches nothing at all is refused."""
    regex, made, end, size = _compiled(pattern, flags or ""), list[str](), 0, 0
    literal = "q" in (flags or "")
    for match in _matches(run, regex, text):
        part = text[end:match.start()] + (replacement if literal else _filled(replacement, match, regex.groups))
        size += len(part)
        run.meter.characters(size)
        made.append(part)
        end = match.end()
    return "".join([*made, text[end:]])


def _matches(run: Any, regex: Any, text: str) -> Iterator[Any]:
    if regex.search("") is not None:
        raise Failure("the pattern matches an empty text")
    for match in regex.finditer(text):
        run.meter.step()
        yield match


def _filled(replacement: str, match: Any, groups: int) -> str:
    def part(found: re.Match[str]) -> str:
        if found[2] is None:
            if found[1] in ("$", "\\"):
                return found[1]
            raise Failure("the replacement is not understood")
        number, rest = int(found[2]), ""
        if number > groups and len(found[2]) == 2:
            number, rest = int(found[2][0]), found[2][1]
        return (match.group(number) or "" if number <= groups else "") + rest

    return _GROUP.sub(part, replacement)


@built_in("split(string: string, delimiter: string)")
def split(run: Any, text: str, delimiter: str) -> list[str]:
    """The parts between the matches of a pattern."""
    made, end = list[str](), 0
    for match in _matches(run, _compiled(delimiter, ""), text):
        made.append(text[end:match.start()])
        run.meter.items(len(made))
        end = match.end()
    return [*made, text[end:]]


