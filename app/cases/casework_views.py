"""What pages get to see of drafts and of tries to speak with the resident."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class ContactView:
    """A try to speak with the resident. `told`: the message id of what the resident reads."""

    channel: str
    reached: bool
    with_whom: str
    next_try_on: date | None
    told: str


@dataclass(frozen=True)
class DraftView:
    """What the reader typed into a task's form and has not sent. `fits`: the form is still the same."""

    data: Mapping[str, Any]
    kept_at: datetime
    fits: bool
