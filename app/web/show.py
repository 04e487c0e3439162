"""How far the demonstration is filled, for the pages of demo offices that show it."""

from __future__ import annotations

from typing import Any

from flask import Flask

from app.tenancy import show
from app.web.pages import reading
from app.web.sessions import office


def filling() -> show.Progress | None:
    """Of an office whose requests are still being brought in; None for every other one."""
    here = office()
    if here is None or not here.is_demo:
        return None
    with reading() as reader:
        found = show.progress(reader)
    return found if found is not None and not found.done else None


def install(app: Flask) -> None:
    """A name for templates; only the pages that call it ask the database."""

    @app.context_processor
    def names() -> dict[str, Any]:
        return {"filling": filling}
