"""Applications for tests cost a tenth of a second less: what is the same in each of them is compiled once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class Templates(BytecodeCache):
    """Compiled templates of this process, by name and content."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Put in what is known; without it the template is compiled."""
        bucket.code = self.known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        if bucket.code is not None:
            self.known[bucket.key, bucket.checksum] = bucket.code


@cache
def share_what_is_compiled() -> None:
    """For all applications that are made from now on."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Templates()}
    _addresses()


def _addresses() -> None:
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
