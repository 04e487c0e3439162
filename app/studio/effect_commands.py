"""A draft comes into force and running cases go over to it, in one piece."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.studio.commands import DraftCommand
from app.studio.effects import Choice


@dataclass(frozen=True, kw_only=True)
class PublishAndMove(DraftCommand):
    """As `PublishDraft`; then a move is planned for each version that chosen cases run on, all or nothing of it.

    The look of each move is of the published version; with `at_once` it begins by itself after that. Answer as of
    `PublishDraft`, and "runs": ids of the moves, "instances": cases in them.
    """

    reason: str
    revision: int
    over: str | None = None
    meant: bool = False
    choice: Choice = field(default_factory=Choice)
    at_once: bool = True
