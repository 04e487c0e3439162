"""Reading notices: lists of the desk, what stands for a reader, what words find."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel import clock
from app.knowledge.notices.model import Notice, NoticeVersion
from app.tenancy import place_tree
from app.tenancy import search as tenancy_search

LISTS = ("current", "coming", "draft", "ended", "withdrawn")
MOST = 200


@dataclass(frozen=True)
class Shown:
    """A notice for a reader; `near`: it names one of the reader's homes; `mine`: a home or an interest."""

    notice: Notice
    near: bool
    mine: bool


def listing(session: Session, which: str = "current", limit: int = MOST) -> list[Notice]:
    """One list of the desk: current, coming, draft, ended or withdrawn."""
    now, query = clock.now(), select(Notice)
    if which in ("draft", "withdrawn"):
        query = query.where(Notice.state == which).order_by(Notice.id.desc())
    elif which == "ended":
        query = query.where(Notice.state == "published", Notice.ends_at <= now).order_by(Notice.ends_at.desc())
    else:
        began = Notice.starts_at > now if which == "coming" else Notice.starts_at <= now
        query = query.where(Notice.state == "published", Notice.ends_at > now, began).order_by(Notice.ends_at)
    return list(session.scalars(query.limit(limit)))


def get(session: Session, notice_id: UUID) -> Notice | None:
    """One notice in any state."""
    return session.scalars(select(Notice).where(Notice.id == notice_id)).one_or_none()


def standing(session: Session, now: datetime | None = None) -> list[Notice]:
    """What residents see: published and not ended, what begins first at the top; urgent ones before all."""
    query = select(Notice).where(Notice.state == "published", Notice.ends_at > (now or clock.now()))
    return list(session.scalars(query.order_by(Notice.urgent.desc(), Notice.starts_at, Notice.id).limit(MOST)))


def for_reader(session: Session, places: Collection[str] = (), interests: Collection[str] = ()) -> list[Shown]:
    """What stands for somebody with these homes and interests; what is only for other buildings is left out.

    What is urgent comes first, then what is near, then what is of interest.
    """
    around, found = place_tree.above(session, places), []
    for notice in standing(session):
        near = bool(around & set(notice.place_codes))
        mine = near or bool(set(interests) & set(notice.interests))
        if mine or not notice.place_codes:
            found.append(Shown(notice, near, mine))
    return sorted(found, key=lambda one: (not one.notice.urgent, not one.near, not one.mine))


def meant_for(session: Session, notice: Notice) -> tuple[set[str], set[str]]:
    """(codes of all places it covers, interests): empty and empty for everybody."""
    return place_tree.below(session, notice.place_codes), set(notice.interests)


def history(session: Session, notice_id: UUID) -> list[NoticeVersion]:
    """Every act, the newest first."""
    query = select(NoticeVersion).where(NoticeVersion.notice_id == notice_id).order_by(NoticeVersion.number.desc())
    return list(session.scalars(query))


def search(session: Session, q: str, limit: int = 3, *, least: float = 0.3) -> list[Notice]:
    """Standing notices that share words with `q`, the likest first."""
    refs = [UUID(one.ref) for one in tenancy_search.find(session, q, ("notice",), limit * 4, least=least)]
    query = select(Notice).where(Notice.id.in_(refs), Notice.state == "published", Notice.ends_at > clock.now())
    found = {notice.id: notice for notice in session.scalars(query)}
    return [found[ref] for ref in refs if ref in found][:limit]
