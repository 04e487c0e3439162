"""Log lines: one line for one event; what people typed can neither break a line nor fake one."""

from __future__ import annotations

import logging
import re

from flask import Flask

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """The text with control characters written as escapes."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found.group()):02x}", text)


class OneLine(logging.Filter):
    """Works on the arguments and message, and leaves the traceback, which is ours, alone."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the record pass."""
        record.msg, record.args = plain(record.getMessage()), ()
        return True


def install(app: Flask) -> None:
    """On every handler of the root and the app, so that libraries' lines are covered too."""
    if not logging.getLogger().handlers:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for handler in [*logging.getLogger().handlers, *app.logger.handlers]:
        if not any(isinstance(one, OneLine) for one in handler.filters):
            handler.addFilter(OneLine())
