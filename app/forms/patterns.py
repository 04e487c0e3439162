"""Regular expressions of form files, in linear time: JavaScript's spelling in, google-re2 out."""

from __future__ import annotations

import functools
import re
from typing import Any

import re2

MAX_PATTERN = 1_000
_ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|(.))", re.DOTALL)

EMAIL = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?" \
        r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$"
PHONE = r"^(?:\+|00)?[0-9](?:[ ()-]{0,2}[0-9]){4,19}$"
"""National numbers too, unlike form-js, which knows only the international spelling."""


class PatternError(ValueError):
    """A pattern that re2 does not take; the text says why."""


def translate(pattern: str) -> str:
    r"""`\u4e00` and `\u{4e00}` to `\x{4e00}`; every other escape stays."""

    def replace(found: re.Match[str]) -> str:
        digits = found.group(1) or found.group(2)
        return rf"\x{{{digits}}}" if digits else found.group(0)

    return _ESCAPE.sub(replace, pattern)


@functools.lru_cache(maxsize=512)
def compile_pattern(pattern: str) -> Any:
    """A compiled re2 pattern. Raises PatternError; look-around and back-references are not taken."""
    if len(pattern) > MAX_PATTERN:
        raise PatternError(f"longer than {MAX_PATTERN} characters")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 22
    try:
        return re2.compile(translate(pattern), options)
    except re2.error as error:
        reason = error.args[0] if error.args else "invalid"
        raise PatternError(reason.decode() if isinstance(reason, bytes) else str(reason)) from None


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the text, as JavaScript's `test` says."""
    return compile_pattern(pattern).search(text) is not None
