"""What can be done to the catalogue and the knowledge items."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class SaveService(Command):
    """Make the service of this code, or change it. Answer: {"service_id"}."""

    code: str
    module: str
    name_zh: str
    name_en: str = ""
    kind: str = "help"
    urgency: str = "normal"
    commitment_zh: str = ""
    commitment_en: str = ""
    keywords: str = ""
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class ImportServices(Command):
    """CSV with columns code, module, zh, and optionally en, kind, urgency, commitment, commitment_zh, keywords.

    Other columns (unit, limit) are decided by tables and not read. Answer: {"made", "changed"}; all or nothing.
    """

    csv_text: str


@dataclass(frozen=True, kw_only=True)
class SaveKnowledgeItem(Command):
    """Make the knowledge item of this code, or change it. Answer: {"item_id"}."""

    code: str
    question_zh: str
    question_en: str = ""
    answer_zh: str = ""
    answer_en: str = ""
    service_code: str | None = None
    owner_unit: str = ""
    source: str = ""
    reviewed_on: date | None = None
    review_days: int = 180
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class ImportKnowledge(Command):
    """CSV with columns code, question_zh, and optionally service, question_en, answer_zh, answer_en, owner, source,

    review_days. A given answer stays when the table has none. Answer: {"made", "changed"}; all or nothing.
    """

    csv_text: str


@dataclass(frozen=True, kw_only=True)
class RetrainSuggestion(Command):
    """Put a trained text model in force; `training.retrain` trains outside the transaction. Answer: {"model_id"}."""

    data: bytes
    cases: int
    codes: int
    accuracy: Decimal
    threshold: Decimal

    def __repr__(self) -> str:
        return f"RetrainSuggestion(cases={self.cases}, bytes={len(self.data)})"
