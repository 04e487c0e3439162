"""What happened to public summaries: ids and codes."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.events import event


@event("case.agreement_given")
@dataclass(frozen=True)
class AgreementGiven:
    """The resident said whether the case may be shown without a name."""

    case_id: UUID
    agreed: bool


@event("case.summary_saved")
@dataclass(frozen=True)
class SummarySaved:
    """An editor wrote or changed the public summary."""

    case_id: UUID


@event("case.summary_decided")
@dataclass(frozen=True)
class SummaryDecided:
    """The public summary is shown, or no longer. `state`: published or withdrawn."""

    case_id: UUID
    state: str
