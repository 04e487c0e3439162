"""What people do with orders from above, and with what was put aside."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class AnswerOrder(Command):
    """The head of the unit answers an open order. Answer {"order_id"}."""

    order_id: UUID
    text: str


@dataclass(frozen=True, kw_only=True)
class VerifyOrder(Command):
    """The supervisor looks at an answer: 1 to 5 points, and a remark. Answer {"order_id"}."""

    order_id: UUID
    score: int
    remark: str = ""
