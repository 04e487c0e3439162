"""What happens beside the six steps: internal matters begin, returns are judged. Ids, codes and times only."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.cases.events import CaseEvent
from app.kernel.events import event


@event("case.matter_opened")
@dataclass(frozen=True, kw_only=True)
class MatterOpened(CaseEvent):
    """An internal matter began: an order from above, a topic of demand. `subject_id`: what it is about."""

    nature: str
    subject_id: UUID | None
    process_id: str


@event("case.return_judged")
@dataclass(frozen=True, kw_only=True)
class CaseReturnJudged(CaseEvent):
    """A return was found proper or improper; told again when that changes. `by_unit` returned it, `ground`: a code."""

    return_id: UUID
    by_unit: str
    judgement: str
    ground: str
