"""Handlers of the commands about notices: save, publish, withdraw. Each act leaves a version behind."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.auth import policy
from app.kernel.bus import handles
from app.kernel.errors import Conflict, Invalid, NotFound, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.knowledge.notices.checks import LENGTHS, check
from app.knowledge.notices.commands import PublishNotice, SaveNotice, WithdrawNotice
from app.knowledge.notices.events import NoticePublished, NoticeSaved, NoticeWithdrawn
from app.knowledge.notices.model import Notice, NoticeVersion
from app.tenancy import search

CONTENT = ("kind", "title_zh", "title_en", "body_zh", "body_en", "starts_at", "ends_at", "place_codes", "interests",
           "unit", "service_code", "urgent")
TEXTS = ("title_zh", "title_en", "body_zh", "body_en")


@handles(SaveNotice)
def save_notice(command: SaveNotice, uow: UnitOfWork) -> dict[str, Any]:
    """A change of what residents see already is published at once, with its reason."""
    policy.require(uow.actor, "notice.publish")
    check(command, uow)
    row = _locked(uow, command.notice_id) if command.notice_id else None
    if row is None:
        row = Notice(tenant_id=uow.tenant_id, id=new_id(), state="draft", version=0)
        uow.session.add(row)
    elif command.begun_from is not None and command.begun_from != row.version:
        raise Conflict(msg("Somebody else has changed this notice meanwhile. Open it again."))
    if row.state == "published":
        _need_reason(command.reason)
    for name in CONTENT:
        value = getattr(command, name)
        setattr(row, name, value.strip() if name in TEXTS else list(value) if isinstance(value, tuple) else value)
    row.unit, row.service_code = command.unit or None, command.service_code or None
    row.state = "published" if row.state == "published" else "draft"
    answer = _note(uow, row, "saved", command.reason)
    uow.record(NoticeSaved(notice_id=row.id, version=row.version))
    return answer


@handles(PublishNotice)
def publish_notice(command: PublishNotice, uow: UnitOfWork) -> dict[str, Any]:
    """One that has ended already is not published: nobody would see it."""
    policy.require(uow.actor, "notice.publish")
    _need_reason(command.reason)
    row = _locked(uow, command.notice_id)
    if row.ends_at <= uow.now:
        raise Conflict(msg("This notice has ended already. Change its time first."))
    row.state, row.published_at = "published", row.published_at or uow.now
    answer = _note(uow, row, "published", command.reason)
    uow.record(NoticePublished(notice_id=row.id, version=row.version, push=command.push, again=command.again))
    return answer


@handles(WithdrawNotice)
def withdraw_notice(command: WithdrawNotice, uow: UnitOfWork) -> dict[str, Any]:
    """A draft is not withdrawn: nobody has seen it."""
    policy.require(uow.actor, "notice.publish")
    _need_reason(command.reason)
    row = _locked(uow, command.notice_id)
    if row.state != "published":
        raise Conflict(msg("Only a published notice is withdrawn."))
    row.state = "withdrawn"
    answer = _note(uow, row, "withdrawn", command.reason)
    uow.record(NoticeWithdrawn(notice_id=row.id, version=row.version))
    return answer


def _locked(uow: UnitOfWork, notice_id: UUID) -> Notice:
    row = uow.session.scalars(select(Notice).where(Notice.id == notice_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(msg("There is no such notice."))
    return row


def _need_reason(reason: str) -> None:
    fault = (msg("Please say why."), {}) if not reason.strip() else (
        msg("At most %(limit)s characters."), {"limit": LENGTHS["reason"]})
    if not 0 < len(reason.strip()) <= LENGTHS["reason"]:
        raise Invalid(msg("Please check the marked fields."), fields={"reason": [fault]})


def _note(uow: UnitOfWork, row: Notice, act: str, reason: str) -> dict[str, Any]:
    """The version, and what search finds: published ones, until they end (the question leaves out ended ones)."""
    row.version, row.changed_at = row.version + 1, uow.now
    content = {name: getattr(row, name) for name in CONTENT}
    uow.session.add(NoticeVersion(tenant_id=uow.tenant_id, id=new_id(), notice_id=row.id, number=row.version, act=act,
                                  content=content, reason=reason.strip(), by_user_id=uow.actor.user_id, at=uow.now))
    uow.session.flush()
    if row.state == "published":
        search.put(uow.session, uow.tenant_id, "notice", str(row.id), [getattr(row, name) for name in TEXTS])
    else:
        search.drop(uow.session, "notice", str(row.id))
    return {"notice_id": str(row.id), "version": row.version}
