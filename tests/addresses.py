"""Addresses of the application for tests: what builds an address from its parts is compiled once for all applications."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


@cache
def built_once() -> None:
    """Werkzeug compiles two functions for each address of an application, which is nearly all of the time that a new one
    takes. They are the same for the same address, because a rule hands itself in; one with defaults is left alone."""
    compile_builder = Rule._compile_builder
    known: dict[tuple[str, tuple[Any, ...], bool], Builder] = {}

    def builder(self: Rule, append_unknown: bool = True) -> Builder:
        if self.defaults:
            return compile_builder(self, append_unknown)
        key = (self.rule, tuple(self._trace), append_unknown)
        if key not in known:
            known[key] = compile_builder(self, append_unknown)
        return known[key]

    Rule._compile_builder = builder  # type: ignore[method-assign]
