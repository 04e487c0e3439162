"""What happened to the catalogue, the knowledge items and the text model."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from app.kernel.events import event


@event("service.saved")
@dataclass(frozen=True)
class ServiceSaved:
    """A service was made or changed."""

    service_id: UUID
    code: str
    active: bool


@event("services.imported")
@dataclass(frozen=True)
class ServicesImported:
    """Services came from a table."""

    made: int
    changed: int


@event("knowledge.item_saved")
@dataclass(frozen=True)
class KnowledgeItemSaved:
    """A knowledge item was made or changed."""

    item_id: UUID
    code: str
    active: bool


@event("knowledge.confirmed")
@dataclass(frozen=True)
class KnowledgeConfirmed:
    """Somebody looked at an item: it is still right."""

    item_id: UUID
    code: str


@event("knowledge.overdue")
@dataclass(frozen=True)
class ReviewsOverdue:
    """A unit was told that items it answers for are due for review."""

    unit: str
    items: int


@event("knowledge.imported")
@dataclass(frozen=True)
class KnowledgeImported:
    """Knowledge items came from a table."""

    made: int
    changed: int


@event("knowledge.model_trained")
@dataclass(frozen=True)
class TextModelTrained:
    """A new text model is in force. `accuracy` is that of held-out texts, `threshold` the confidence asked for."""

    model_id: UUID
    cases: int
    codes: int
    accuracy: Decimal
    threshold: Decimal


@event("knowledge.reply_saved")
@dataclass(frozen=True)
class ReplyTemplateSaved:
    """A reply template was made or changed."""

    template_id: UUID
    code: str
    version: int
    active: bool
