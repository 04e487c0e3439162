"""A unit of work that remembers which events were recorded in it: a rule does not see what it brought about."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.kernel.unit_of_work import UnitOfWork


class NotingUnit(UnitOfWork):
    """`made`: ids of the events, as texts; whoever makes one sets it to an empty list."""

    made: list[str]

    def record(self, data: object, *, case_id: UUID | None = None, definitions: dict[str, Any] | None = None) -> UUID:
        """As ever."""
        event_id = super().record(data, case_id=case_id, definitions=definitions)
        self.made.append(str(event_id))
        return event_id
