"""Python in the place of expressions, and a watch over what an evaluation does to the machine."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

NAMES = ("eval", "exec", "open", "compile", "getattr", "setattr", "globals", "locals", "vars", "input", "breakpoint",
         "print", "type", "super", "object", "dir", "id", "memoryview", "classmethod", "system")
ESCAPES = [
    *(f'{name}("1")' for name in NAMES),
    "__import__('os').system('id')", '__import__("os").system("id")', "().__class__.__bases__[0].__subclasses__()",
    "''.__class__.__mro__[1]", '"".__class__.__init__.__globals__["os"]()', "lambda: 0", "lambda x: x", "x := 1",
    "[x for x in (1, 2)]", "{x for x in y}", "f'{7*7}'", "'a'", "a; b", "import os", "from os import system",
    "def f(): pass", "class A: pass", "x = 1; y", "x if y else z", "a and b or c d e == f", "1 == 1", "a[::2]", "*a",
    "**a", "~1", "1 << 8", "a.b()", "a.__class__()", "`id`", "$(id)", "${7*7}", "{{7*7}}", "#{7*7}", "%x", "async x: 1",
    "await x()", "yield x()", "@decorator", "not x", "1 if 2", "raise x()", "assert x, y", "del x, y",
]
WATCHED = ("os.system", "subprocess.Popen", "exec", "open", "import", "os.exec", "os.posix_spawn", "os.fork", "os.spawn", "compile",
           "socket.connect", "shutil.", "pickle.")
_seen: list[str] | None = None


def _watch(event: str, _arguments: object) -> None:
    if _seen is not None and event.startswith(WATCHED):
        _seen.append(event)


sys.addaudithook(_watch)


@contextmanager
def watching() -> Iterator[list[str]]:
    """What was run, opened or imported meanwhile, as the interpreter itself reports it."""
    global _seen
    _seen = seen = []
    try:
        yield seen
    finally:
        _seen = None
