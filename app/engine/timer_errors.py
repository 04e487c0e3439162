"""What is wrong with the text of a timer."""

from __future__ import annotations

from app.kernel.errors import YikouError


class TimerError(YikouError):
    """A text that is no usable duration, date or cycle."""

    status = 422
