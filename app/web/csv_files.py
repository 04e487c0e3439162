"""Tables as CSV files for spreadsheets: no text in them is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from werkzeug.wrappers import Response

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet begins to calculate at, in either width."""


def cell(value: object) -> object:
    """Numbers stay numbers; a text that a spreadsheet would calculate begins with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip(" \u00a0\u3000").startswith(FORMULA) else text


def answer(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A download in UTF-8 with the mark that spreadsheets look for."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([cell(one) for one in head])
    writer.writerows([cell(one) for one in row] for row in rows)
    made = Response("\ufeff" + out.getvalue(), mimetype="text/csv")
    made.headers.set("Content-Disposition", "attachment", filename=name)
    return made
