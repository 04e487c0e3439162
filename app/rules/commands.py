"""What people do about orders from above, beside the tasks of their process."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class OpenOrder(Command):
    """A supervisor opens an order: about the case with this `number`, or about a unit as such (`number` empty).

    `unit` may be left out for a case that a unit has; `level`: order or listed. Answer {"order_id"}.
    """

    text: str
    number: str = ""
    unit: str = ""
    level: str = "order"
