"""The inbox: one page of open tasks for a reader, the tabs with their counts, and the reader's saved views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from app.auth import policy
from app.auth import queries as auth
from app.cases import handing
from app.cases.inbox_filter import InboxFilter
from app.cases.inbox_model import InboxView
from app.cases.inbox_views import MOST_COUNTED, InboxPage, InboxRow, InboxViewRow
from app.cases.model import Case
from app.cases.queries import inbox_order, inbox_scope
from app.cases.queries.inbox_order import Asked, From
from app.cases.queries.inbox_scope import BY_DATE, CLOCK_DUE, TITLE, WARN, Reader, scoped
from app.cases.queries.rows import Names, clocks_of, places_of
from app.deadlines import Countdown, Remaining, calendar_of
from app.deadlines.model import Deadline
from app.engine.model import OpenTaskRow
from app.kernel import clock
from app.kernel.commands import Actor
from app.kernel.events import StoredEvent
from app.kernel.sequencer import EventNumber
from app.tenancy import zones

SIZE = 50


@dataclass(frozen=True)
class Beside:
    """Where to read on in a long list: what a page said of itself as `before` and `after`. One of them."""

    before: str = ""
    after: str = ""


BEAT = 120
"""Seconds after which a page is built anew though nothing happened: time itself moves dates and words."""


def inbox_page(session: Session, actor: Actor, wanted: InboxFilter | None = None, page: int = 1,
               size: int = SIZE, beside: Beside = Beside()) -> InboxPage:
    """What is asked for, in its order; a page beyond the last is the last. Raises Forbidden.

    `beside`: from where a long list is read on.
    """
    wanted, reader = wanted or InboxFilter(), _reader(session, actor)
    asked = _asked(session, reader, wanted)
    counts = _counts(session, reader)
    ids = inbox_order.first_ids(session, asked)
    if len(ids) > MOST_COUNTED:
        return _long(session, asked, page, size, beside, counts)
    pages = max(1, -(-len(ids) // size))
    page = min(max(1, page), pages)
    rows = _rows(session, reader, ids[(page - 1) * size:page * size])
    return InboxPage(rows, len(ids), page, pages, counts)


def _long(session: Session, asked: Asked, page: int, size: int, beside: Beside, counts: Mapping[str, int]) -> InboxPage:
    """A part of a list whose length nobody knows: beside a known row, or one of the first pages by its number."""
    page, back = max(1, page), bool(beside.before)
    key = inbox_order.key_of(beside.before or beside.after, asked) if page > 1 else None
    if key is None:
        back, page = False, min(page, max(1, MOST_COUNTED // size))
    skip = (page - 1) * size if key is None else 0
    found = inbox_order.part(session, asked, From(key, back), skip + size + 1)
    more = back or len(found) > skip + size
    keys = found[-size:] if back else found[skip:skip + size]
    if not keys and page > 1:  # what followed is done by now
        return _long(session, asked, 1, size, Beside(), counts)
    ends = [inbox_order.mark(one) for one in (keys[0], keys[-1])] if keys else ["", ""]
    rows = _rows(session, asked.reader, [one[-1] for one in keys])
    return InboxPage(rows, MOST_COUNTED + 1, page, page + more, counts,
                     before=ends[0] if page > 1 else "", after=ends[1] if more else "")


def inbox_views(session: Session, actor: Actor) -> tuple[InboxViewRow, ...]:
    """The reader's saved views by name, with the tasks in each."""
    views = list(session.scalars(select(InboxView).where(InboxView.user_id == actor.user_id).order_by(InboxView.name)))
    if not views:
        return ()
    reader, found = _reader(session, actor), []
    for row in views:
        wanted = InboxFilter.parse(row.wanted)
        total = 0
        if wanted.scope in reader.scopes():  # a role may have gone since it was saved
            total = session.scalar(scoped(inbox_order.count(_asked(session, reader, wanted).all()))) or 0
        found.append(InboxViewRow(row.id, row.name, wanted.document(), row.is_default, total))
    return tuple(found)


def default_view(session: Session, actor: Actor) -> InboxViewRow | None:
    """The view the reader's inbox opens with."""
    row = session.scalars(select(InboxView).where(InboxView.user_id == actor.user_id,
                                                  InboxView.is_default.is_(True))).first()
    return InboxViewRow(row.id, row.name, InboxFilter.parse(row.wanted).document(), True, 0) if row else None


def inbox_mark(session: Session) -> str:
    """Changes when anything happened in the office, and every two minutes. Two look-ups by key, no list is built.

    The newest event is seen at once; one that was committed late, behind it, is seen when it is numbered.
    """
    newest = session.scalars(select(StoredEvent.id).order_by(StoredEvent.id.desc()).limit(1)).first()
    numbered = session.scalar(select(func.max(EventNumber.number)))
    return f"{newest.hex if newest else 0}-{numbered or 0}-{int(clock.now().timestamp()) // BEAT}"


def _reader(session: Session, actor: Actor) -> Reader:
    now = clock.now()
    today = now.astimezone(zones.zone_of(session, session.info["tenant_id"])).date()
    return inbox_scope.reader_of(session, actor, now, today)


def _asked(session: Session, reader: Reader, wanted: InboxFilter) -> Asked:
    return Asked(reader, wanted.scope, inbox_scope.in_scope(reader, wanted.scope),
                 tuple(inbox_scope.filtered(session, reader, wanted)), wanted.sort)


def _counts(session: Session, reader: Reader) -> dict[str, int]:
    """Of all tabs in one statement."""
    scopes = reader.scopes()
    counts = [inbox_order.count(inbox_scope.in_scope(reader, scope)).scalar_subquery().label(scope) for scope in scopes]
    return dict(zip(scopes, session.execute(scoped(select(*counts))).one(), strict=True))


def _rows(session: Session, reader: Reader, ids: Sequence[UUID]) -> tuple[InboxRow, ...]:
    """The rows of some tasks in this order, from where their dates and words are at home."""
    if not ids:
        return ()
    query = (inbox_scope.joined((OpenTaskRow, Case, BY_DATE, CLOCK_DUE, WARN, TITLE)).where(OpenTaskRow.id.in_(ids))
             .options(defer(OpenTaskRow.variables), defer(OpenTaskRow.properties), defer(Case.text),
                      defer(Case.fields)))
    by_id = {row[0].id: row for row in session.execute(query)}
    found = [by_id[one] for one in ids if one in by_id]
    names, places = Names(session), places_of(session, [row[1] for row in found])
    held = {row[0].claimed_by for row in found if row[0].claimed_by}
    known, called = handing.holders(session, held), auth.names(session, held)
    countdown = Countdown(calendar_of(session, session.info["tenant_id"]), reader.now)
    units = _units(clocks_of(session, [row[1].id for row in found]))
    left = {row[0].id: countdown.to(row[2], units.get((row[1].id, row[2]), "wd"))
            for row in found if row[2] is not None}
    return tuple(_row(reader, names, places[row[1].id], left, known, called, row) for row in found)


def _units(clocks: Mapping[UUID, list[Deadline]]) -> dict[tuple[UUID, datetime], str]:
    """(case, date) -> the kind of time that the clock of this date counts."""
    return {(case_id, one.due_at): str(one.budget["unit"]) for case_id, rows in clocks.items()
            for one in rows if one.state == "running"}


def _row(reader: Reader, names: Names, place: str, left: Mapping[UUID, Remaining], known: Mapping[UUID, Actor],
         called: Mapping[UUID, str], found: Any) -> InboxRow:
    task, case, due, clock_due, warn, title = found
    service, unit = names.service(case.service), names.unit(case.unit)
    mine = task.claimed_by is not None and task.claimed_by == reader.actor.user_id
    bound = handing.binds(task, known)
    instead = task.claimed_by in reader.absent and bound
    may_take = policy.can(reader.actor, "task.claim", task) and not mine and (not bound or instead)
    return InboxRow(
        task_id=task.id, case_id=case.id, case_number=case.number, task_name_zh=task.name, task_name_en=task.name_en,
        service_zh=service[0], service_en=service[1], module=case.module, unit=case.unit, unit_zh=unit[0],
        unit_en=unit[1], place=place, urgency=case.urgency, phase=case.phase, due_at=due,
        remaining=left.get(task.id), colour=_colour(reader, due, clock_due, warn),
        claimed_by_name=called.get(task.claimed_by) if bound and not mine else None,
        instead_of=called.get(task.claimed_by) if instead else None, is_mine=mine, may_take=may_take,
        priority=task.priority, created_at=task.opened_at, follow_up_on=task.follow_up_on,
        follow_up_now=task.follow_up_on is not None and task.follow_up_on <= reader.today, title=title)


def _colour(reader: Reader, due: Any, clock_due: Any, warn: Any) -> str:
    if due is None:
        return "grey"
    if min(due, clock_due or due) < reader.now:
        return "red"
    return "yellow" if warn is not None and warn < reader.now else "green"
