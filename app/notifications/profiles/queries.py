"""Reading profiles: one's own, and how many a notice reaches."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select, union
from sqlalchemy.orm import Session

from app.notifications.profiles import choices
from app.notifications.profiles.model import ContactProfile, ProfileInterest, ProfilePlace

NO_ONE = UUID(int=0)


@dataclass(frozen=True)
class ProfileView:
    """A profile for its page; the usual choices where nobody chose yet."""

    places: tuple[tuple[str, str], ...]
    interests: frozenset[str]
    channels: dict[str, list[str]]
    email: str | None
    email_pending: str | None
    wechat: bool
    quiet_from: str
    quiet_until: str
    urgent_at_night: bool
    stopped: bool
    known: bool


@dataclass(frozen=True)
class Audience:
    """Whom a notice is for: places with all they cover, interests; neither: every profile."""

    places: frozenset[str]
    interests: frozenset[str]

    def members(self) -> Select[UUID]:
        """Accounts of residents, each once."""
        parts: list[Select[UUID]] = []
        if self.places:
            parts.append(select(ProfilePlace.user_id).where(ProfilePlace.place_code.in_(self.places)))
        if self.interests:
            parts.append(select(ProfileInterest.user_id).where(ProfileInterest.interest.in_(self.interests)))
        everybody = select(ContactProfile.id).where(ContactProfile.resident.is_(True))
        return everybody.where(ContactProfile.id.in_(union(*parts))) if parts else everybody


def of_user(session: Session, user_id: UUID | None) -> ContactProfile | None:
    """The row of an account; None for guests and for whoever never said anything."""
    return session.get(ContactProfile, (session.info["tenant_id"], user_id)) if user_id is not None else None


def may_stop(session: Session, token: str) -> bool:
    """Whether a link of a mail still belongs to somebody."""
    query = select(ContactProfile.id).where(ContactProfile.stop_token == token[:40])
    return session.scalars(query).first() is not None


def homes(session: Session, user_id: UUID | None) -> tuple[list[str], list[str]]:
    """(codes of places, interests) of an account."""
    who = user_id or NO_ONE
    return (list(session.scalars(select(ProfilePlace.place_code).where(ProfilePlace.user_id == who))),
            list(session.scalars(select(ProfileInterest.interest).where(ProfileInterest.user_id == who))))


def view(session: Session, user_id: UUID | None) -> ProfileView:
    """For the page of the profile."""
    row, who = of_user(session, user_id), user_id or NO_ONE
    hours = choices.quiet_hours(session, row) or ("", "")
    places = session.execute(select(ProfilePlace.place_code, ProfilePlace.label)
                             .where(ProfilePlace.user_id == who).order_by(ProfilePlace.id))
    return ProfileView(
        tuple((one[0], one[1]) for one in places), frozenset(homes(session, user_id)[1]),
        choices.usual() | ({kind: list(names) for kind, names in row.channels.items()} if row else {}),
        row.email if row else None, row.email_pending if row else None, bool(row and row.wechat), *hours,
        bool(row and row.urgent_at_night), bool(row and row.stopped_at), row is not None)


def audience(session: Session, places: Collection[str], interests: Collection[str]) -> int:
    """How many residents' profiles a notice for these places and interests reaches."""
    members = Audience(frozenset(places), frozenset(interests)).members().subquery()
    return int(session.scalar(select(func.count()).select_from(members)) or 0)
