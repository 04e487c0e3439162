"""Telling residents of a notice: a few at a time, each once, so that nothing else has to wait for thousands."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app.auth import queries as auth
from app.auth.model import User
from app.kernel import clock, database, pauses
from app.kernel.bus import subscribes
from app.kernel.commands import SYSTEM
from app.kernel.events import StoredEvent
from app.kernel.unit_of_work import UnitOfWork, transact
from app.knowledge import notices
from app.notifications import links
from app.notifications.events import NoticePushed
from app.notifications.model import NoticePush, Notification
from app.notifications.profiles.model import ContactProfile
from app.notifications.profiles.queries import Audience
from app.notifications.queueing import Manner, Recipient, queue

TEMPLATE = "notice_published"
BATCH = 50
"""Residents in one transaction: short enough that a person's click beside it waits a moment at most."""
PAUSE = timedelta(milliseconds=250)
"""Between two batches of a notice: SQLite gives no writer its turn while another writes without a break."""
LONGEST = 300
"""Characters of a notice in a message; the page has the rest."""


@subscribes("notice.published", name="notifications.push_notice")
def begin(event: StoredEvent, uow: UnitOfWork) -> None:
    """The wish is a row; the worker goes through the profiles."""
    data = event.current()
    if not data["push"]:
        return
    key = (uow.tenant_id, UUID(str(data["notice_id"])))
    row = uow.session.get(NoticePush, key, with_for_update=True)
    if row is None:
        row = NoticePush(tenant_id=key[0], id=key[1], round=1, people=0)
        uow.session.add(row)
    elif data["again"]:
        row.round, row.people = row.round + 1, 0
    row.state, row.after, row.run_at, row.done_at = "waiting", None, uow.now, None


def tick(limit: int = 5) -> int:
    """One batch of each notice that waits; the number of residents gone through."""
    query = (select(NoticePush.tenant_id, NoticePush.id)
             .where(NoticePush.state == "waiting", NoticePush.run_at <= clock.now(),
                    pauses.working(NoticePush.tenant_id))
             .order_by(NoticePush.run_at).limit(limit))
    with database.current().claim() as session:
        waiting = [(row[0], row[1]) for row in session.execute(query)]
    return sum(transact(tenant_id, SYSTEM, lambda uow, one=notice_id: step(uow, one))  # type: ignore[misc]
               for tenant_id, notice_id in waiting)


def step(uow: UnitOfWork, notice_id: UUID, batch: int = BATCH) -> int:
    """The next residents of one notice. Where it stands is stored with their messages: a crash repeats nothing."""
    query = select(NoticePush).where(NoticePush.id == notice_id, NoticePush.state == "waiting")
    push = uow.session.scalars(query.with_for_update(skip_locked=True)).one_or_none()
    if push is None:
        return 0
    notice = notices.get(uow.session, notice_id)
    if notice is None or notice.state != "published" or notice.ends_at <= uow.now:
        push.state = "stopped"
        return 0
    covered, interests = notices.meant_for(uow.session, notice)
    members = Audience(frozenset(covered), frozenset(interests)).members()
    if push.after is not None:
        members = members.where(ContactProfile.id > push.after)
    found = list(uow.session.scalars(members.order_by(ContactProfile.id).limit(batch)))
    told = _tell(uow, notice, push.round, found)
    push.people += told
    if len(found) < batch:
        push.state, push.done_at = "done", uow.now
    else:
        push.after, push.run_at = found[-1], uow.now + PAUSE
    uow.record(NoticePushed(notice_id=notice_id, people=told))
    return max(1, len(found))


def _tell(uow: UnitOfWork, notice: notices.Notice, number: int, found: Collection[UUID]) -> int:
    """Queue one message each; who has it already, and whose account is closed, is left out."""
    keys = {user_id: f"notice:{notice.id}:{number}:{user_id}" for user_id in found}
    query = select(Notification.profile_id).where(Notification.about_id == notice.id,
                                                  Notification.profile_id.in_(found),
                                                  Notification.once.startswith(f"notice:{notice.id}:{number}:"))
    known = set(uow.session.scalars(query))
    people = auth.users(uow.session, [one for one in found if one not in known])
    list(uow.session.scalars(select(ContactProfile).where(ContactProfile.id.in_(list(people)))))  # read all at once
    link, told = links.page(uow.session, uow.tenant_id, f"/notices/{notice.id}") or "", 0
    for user_id, user in people.items():
        manner = Manner(kind="notices", urgent=notice.urgent, once=keys[user_id], bulk=True, about_id=notice.id)
        told += bool(queue(uow, TEMPLATE, _recipient(user), _params(notice, _locale(user), link), manner=manner))
    return told


def _recipient(user: User) -> Recipient:
    return Recipient(user_id=user.id, phone=user.phone, person_id=user.id, locale=_locale(user))


def _locale(user: User) -> str:
    return user.locale or "zh"


def _params(notice: notices.Notice, locale: str, link: str) -> dict[str, str]:
    english = locale.startswith("en")
    title = (notice.title_en if english else "") or notice.title_zh
    body = (notice.body_en if english else "") or notice.body_zh
    return {"title": title, "text": body if len(body) <= LONGEST else body[:LONGEST] + "…",
            "starts_at": notice.starts_at.isoformat(), "ends_at": notice.ends_at.isoformat(), "link": link}
