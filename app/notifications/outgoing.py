"""A row as its channel gets it: looked at once more before it goes, with the way to stop such mails."""

from __future__ import annotations

from collections.abc import Callable

from app import catalog
from app.kernel.unit_of_work import UnitOfWork
from app.knowledge import notices
from app.notifications import links
from app.notifications.channels import Outgoing
from app.notifications.model import Notification, NotificationAddress
from app.notifications.profiles import queries as profiles
from app.notifications.templates import render

FOOT = "mail_foot"


def still_wanted(uow: UnitOfWork, row: Notification) -> bool:
    """Not after somebody stopped all messages, and not of a notice that ended or was withdrawn."""
    profile = profiles.of_user(uow.session, row.profile_id)
    if profile is not None and profile.stopped_at is not None:
        return False
    if row.about_id is None:
        return True
    notice = notices.get(uow.session, row.about_id)
    return notice is not None and notice.state == "published" and notice.ends_at > uow.now


def address(uow: UnitOfWork, row: Notification) -> str | None:
    """Empty for the inbox, None for an address that was erased."""
    if row.address_id is None:
        return ""
    found = uow.session.get(NotificationAddress, (uow.tenant_id, row.address_id))
    return found.value if found is not None else None


def message(uow: UnitOfWork, row: Notification, to: str, hand_over: Callable[[], None]) -> Outgoing:
    """Mails to somebody with a profile end with a link that stops all messages, without signing in."""
    profile = profiles.of_user(uow.session, row.profile_id) if row.channel == "email" else None
    link = links.page(uow.session, uow.tenant_id, f"/stop/{profile.stop_token}") if profile is not None else None
    body = row.body
    if link is not None:
        _published, template = catalog.compiled(uow.session, uow.tenant_id, "message", FOOT)
        body = f"{body}\n\n-- \n{render(template, {'stop_link': link}, row.locale).body}"
    return Outgoing(row.id, to, row.subject, body, row.locale, link, hand_over)
