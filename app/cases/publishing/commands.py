"""What can be done to the public summary of a case."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.cases.commands import CaseCommand
from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class AgreeToPublish(CaseCommand):
    """The resident lets the office show the case without a name, or no longer does. Answer {"agreed"}."""

    agreed: bool


@dataclass(frozen=True, kw_only=True)
class SaveSummary(Command):
    """An editor's own words. What was published goes back to be approved. Answer {"case_id"}."""

    case_id: UUID
    summary_zh: str
    summary_en: str = ""


@dataclass(frozen=True, kw_only=True)
class DecideSummary(Command):
    """Show the summary to everybody, or take it back. Answer {"case_id", "state"}."""

    case_id: UUID
    publish: bool
