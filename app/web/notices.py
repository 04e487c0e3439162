"""A notice as pages show it: for which places, whose it is, and what a reader may expect of its time."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.kernel import clock
from app.knowledge import notices
from app.knowledge import queries as knowledge
from app.tenancy import queries as tenancy
from app.web.names import pick
from app.web.texts import name_of

NAMED = 3
"""Places written out; the others are counted."""


@dataclass(frozen=True)
class NoticeView:
    """One notice in the reader's language."""

    notice: notices.Notice
    title: str
    body: str
    places: tuple[str, ...]
    more: int
    unit: str
    service: str
    begun: bool
    mine: bool

    @property
    def ended(self) -> bool:
        """Over by itself."""
        return self.notice.ends_at <= clock.now()


def view_of(session: Session, notice: notices.Notice, *, mine: bool = False) -> NoticeView:
    """With names instead of codes."""
    codes = notice.place_codes
    known = tenancy.places_named(session, codes[:NAMED])
    units = {unit.code: name_of(unit) for unit in tenancy.units(session)} if notice.unit else {}
    service = knowledge.service(session, notice.service_code) if notice.service_code else None
    return NoticeView(notice, pick(notice, "title"), pick(notice, "body"),
                      tuple(known[code].name for code in codes[:NAMED] if code in known), max(0, len(codes) - NAMED),
                      units.get(notice.unit or "", ""), name_of(service) if service and service.active else "",
                      notice.starts_at <= clock.now(), mine)
