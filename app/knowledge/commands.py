"""What can be done to the catalogue and the knowledge items."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class SaveService(Command):
    """Make the service of this code, or change it. Answer: {"service_id"}.

    `unit`, `at_once`, `reply_amount` and `reply_span` are written into the decision tables, which alone hold them;
    None leaves the tables as they are. `begun_from`: the version somebody changed; Conflict when there is a newer one.
    """

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
    unit: str | None = None
    at_once: bool = False
    reply_amount: int | None = None
    reply_span: str = "wd"
    begun_from: int | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ImportServices(Command):
    """CSV with columns code, module, zh, and optionally en, kind, urgency, commitment, commitment_zh, keywords.

    Other columns (unit, limit) are decided by tables and not read. Answer: {"made", "changed"}; all or nothing.
    """

    csv_text: str


@dataclass(frozen=True, kw_only=True)
class SaveKnowledgeItem(Command):
    """Make the knowledge item of this code, or change it. Answer: {"item_id"}. What is in use needs an owner.

    `begun_from`: the version somebody changed; Conflict when there is a newer one.
    """

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
    begun_from: int | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ConfirmKnowledgeItem(Command):
    """Somebody looked at the item and it is still right: it was reviewed today."""

    code: str


@dataclass(frozen=True, kw_only=True)
class TellOverdueReviews(Command):
    """Tell the head of each owning unit once that an item should be looked at again. Answer: {"told"}."""


@dataclass(frozen=True, kw_only=True)
class ImportKnowledge(Command):
    """CSV with columns code, question_zh, and optionally service, question_en, answer_zh, answer_en, owner, source,

    review_days. A given answer stays when the table has none; without an owner it is a draft.

    Answer: {"made", "changed"}; all or nothing.
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


@dataclass(frozen=True, kw_only=True)
class SaveReplyTemplate(Command):
    """Make or change the reply template with this code; what it said before is kept. Answer {"code", "version"}.

    `form`, `field`: keys of a task's form and of its text area, empty for all. Nothing is written when nothing changed.
    """

    code: str
    name_zh: str
    name_en: str = ""
    text_zh: str
    text_en: str = ""
    modules: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    form: str = ""
    field: str = ""
    active: bool = True
