"""What a supervisor asks for: a reason to look, filters and a page; from and to a query string."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from app.kernel import asking

REASONS = ("late", "soon", "returned", "reopened", "ruling", "unhappy", "incident")
"""A clock has passed; will soon; a unit sent it back; handled again; a ruling is awaited; badly rated; stopped."""
PERIODS = {"7": 7, "30": 30, "90": 90, "365": 365}
"""Days since the request came in."""
CHOICES: dict[str, tuple[str, ...]] = {
    "reason": REASONS, "period": tuple(PERIODS),
    "phase": ("submit", "intake", "classify", "dispatch", "reply", "feedback")}


@dataclass(frozen=True)
class OversightFilter:
    """Empty: not filtered by this. `service`: code of a service or module; `place`: code, with all that lies in it."""

    reason: str = "late"
    clock: str = ""
    unit: str = ""
    service: str = ""
    phase: str = ""
    place: str = ""
    period: str = ""

    @staticmethod
    def parse(given: Mapping[str, str]) -> OversightFilter:
        """From a query string; unknown fields and values count as not given."""
        return asking.parsed(OversightFilter, CHOICES, given)

    def document(self) -> dict[str, str]:
        """The fields that are asked for; `parse` reads them again."""
        return {one.name: value for one in fields(self) if (value := getattr(self, one.name))}

    def narrowed(self) -> bool:
        """Whether anything beside the reason is asked for."""
        return replace(self, reason="late") != OversightFilter()
