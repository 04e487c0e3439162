"""What a reader of the inbox asks for: a tab, filters, an order and a page; from and to a query string."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from app.kernel import asking

SCOPES = ("group", "mine", "standin", "unit", "all")
"""Of the reader's groups; held by the reader; held by whom the reader stands in for; of units the reader heads; all."""
SORTS = ("pressing", "due", "age", "number", "service", "follow_up")
CHOICES = {"scope": SCOPES, "sort": SORTS, "due": ("late", "soon", "none"), "taken": ("no", "yes"),
           "follow_up": ("now", "later"), "urgency": ("normal", "urgent", "emergency")}


@dataclass(frozen=True)
class InboxFilter:
    """Empty: not filtered by this. `service`: the code of a service or a module."""

    scope: str = "group"
    q: str = ""
    group: str = ""
    unit: str = ""
    service: str = ""
    urgency: str = ""
    due: str = ""
    taken: str = ""
    follow_up: str = ""
    sort: str = "pressing"

    @staticmethod
    def parse(given: Mapping[str, str]) -> InboxFilter:
        """From a query string; unknown fields and values count as not given."""
        return asking.parsed(InboxFilter, CHOICES, given)

    def document(self) -> dict[str, str]:
        """The fields that differ from the plain inbox; `parse` reads them again."""
        plain = InboxFilter()
        return {one.name: getattr(self, one.name) for one in fields(self)
                if getattr(self, one.name) != getattr(plain, one.name)}

    def narrowed(self) -> bool:
        """Whether anything beside tab and order is asked for."""
        return replace(self, scope="group", sort="pressing") != InboxFilter()
