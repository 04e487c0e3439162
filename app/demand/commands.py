"""What can be done about demand."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class ComputeDemand(Command):
    """Compare all cells and raise topics. Answer {"done", "cases", "cells", "raised", "joined"}.

    By the machine at most once on a day of the office; a person may ask for it again.
    """


@dataclass(frozen=True, kw_only=True)
class NoteDemandFailure(Command):
    """Machine: the computation failed; people see it on the page of topics and may try again."""

    error: str


@dataclass(frozen=True, kw_only=True)
class ProposeTopic(Command):
    """Raise a topic by hand or by a rule, or join the one that is there. Answer {"topic_id", "raised"}.

    `case_id`: a case that shows it, whose service (or module and kind) and place count; `with_cases`: others that do.
    Without a case `level`, `code` and `place_code` are given. A rule names itself in `rule`; a person writes a `note`.
    """

    level: str = ""
    code: str = ""
    place_code: str = ""
    case_id: UUID | None = None
    with_cases: tuple[UUID, ...] = ()
    note: str = ""
    rule: str = ""


@dataclass(frozen=True, kw_only=True)
class DropTopic(Command):
    """Put a candidate aside, with a reason. Answer {"topic_id"}."""

    topic_id: UUID
    reason: str


@dataclass(frozen=True)
class Asked:
    """One question of a month, in words for residents."""

    topic_id: UUID
    question_zh: str
    question_en: str
    unit: str


@dataclass(frozen=True, kw_only=True)
class ChooseMonth(Command):
    """Write the theme and its two or three questions; `publish`: residents see them. Answer {"month_id"}."""

    month: str
    theme_zh: str
    theme_en: str = ""
    questions: tuple[Asked, ...]
    publish: bool = False


@dataclass(frozen=True, kw_only=True)
class NoteProgress(Command):
    """How far a question is, in words for residents. Answer {"question_id"}."""

    question_id: UUID
    progress_zh: str
    progress_en: str = ""


@dataclass(frozen=True, kw_only=True)
class TakeUpTopic(Command):
    """Open an internal matter that takes a topic through supply adjustment. Answer {"topic_id", "case_id"}."""

    topic_id: UUID
    unit: str


@dataclass(frozen=True, kw_only=True)
class NoteChange(Command):
    """What was changed because of a topic; its version in force is kept. Answer {"change_id", "version"}."""

    topic_id: UUID
    what: str
    key: str
    note: str = ""
