"""Copies by e-mail of what a group finds in its inbox, for those of its members who asked for that."""

from __future__ import annotations

from sqlalchemy import select

from app import auth
from app.cases.queries import NoticeView
from app.kernel.unit_of_work import UnitOfWork
from app.notifications import channels
from app.notifications.profiles import choices
from app.notifications.profiles.model import ContactProfile
from app.notifications.queueing import Manner, Recipient, queue


def copy(uow: UnitOfWork, wanted: NoticeView) -> None:
    """The inbox has the message already; few members of staff have chosen e-mail, so each is looked at."""
    if channels.for_kind("email") is None:
        return
    query = select(ContactProfile).where(ContactProfile.resident.is_(False), ContactProfile.email.is_not(None))
    for profile in uow.session.scalars(query):
        if "email" in choices.chosen(profile, "work") and wanted.group in auth.actor_of(uow.session, profile.id).groups:
            manner = Manner(kind="work", once=f"case:{wanted.notice_id}:{profile.id}")
            queue(uow, wanted.template, Recipient(email=profile.email, locale="zh"), wanted.params, wanted.case_id,
                  manner=manner)
