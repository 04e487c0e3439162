"""How much of a request's body is read, by what it is: some are read at once and grow to a multiple of their size."""

from __future__ import annotations

from flask import Flask, Request

MB = 1024 * 1024
MOST_FIELDS, MOST_JSON, MOST_DRAFT = 2 * MB, 1 * MB, 12 * MB
"""Fields of a form that are not sent in parts (each encoded character becomes an object while they are read), JSON, and
JSON that brings a draft: 5 MB of text, in which characters may be escaped."""
DRAFTS = frozenset({"studio.autosave", "studio.check"})


class Body(Request):
    """Refuses with 413 before anything is read. What is sent in parts is read bit by bit, under the usual limits."""

    @property
    def max_content_length(self) -> int | None:
        """Bytes."""
        usual = super().max_content_length
        most = usual if usual is not None else MOST_DRAFT
        if self.mimetype == "application/x-www-form-urlencoded":
            return min(most, MOST_FIELDS)
        if self.is_json:
            return min(most, MOST_DRAFT if self.endpoint in DRAFTS else MOST_JSON)
        return usual

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        Request.max_content_length.fset(self, value)  # type: ignore[attr-defined]


def install(app: Flask) -> None:
    """For every request of the application."""
    app.request_class = Body
