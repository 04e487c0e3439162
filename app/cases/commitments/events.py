"""What happens to a promise: ids, codes, numbers and times. The digest seals its words into the chain of events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from app.cases.events import CaseEvent
from app.kernel.events import event


@event("case.commitment_given")
@dataclass(frozen=True, kw_only=True)
class CommitmentGiven(CaseEvent):
    """A promise was made; `digest` is that of its row."""

    commitment_id: UUID
    promised_at: datetime
    amount: Decimal
    limit_unit: str
    remedy: str
    digest: str


@event("case.commitment_ended")
@dataclass(frozen=True, kw_only=True)
class CommitmentEnded(CaseEvent):
    """It was kept or broken, or another one took its place; `how` is a code of the table."""

    commitment_id: UUID
    how: str
