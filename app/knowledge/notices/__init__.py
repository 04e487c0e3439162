"""Notices of the office: what, for whom, from when until when. Who is told of them is another room's business.

Other rooms use `from app.knowledge import notices`.
"""

from app.knowledge.notices.commands import PublishNotice, SaveNotice, WithdrawNotice
from app.knowledge.notices.events import NoticePublished
from app.knowledge.notices.model import KINDS, STATES, Notice, NoticeVersion
from app.knowledge.notices.queries import Shown, for_reader, get, history, listing, meant_for, search, standing

__all__ = [
    "KINDS", "STATES", "Notice", "NoticePublished", "NoticeVersion", "PublishNotice", "SaveNotice", "Shown",
    "WithdrawNotice", "for_reader", "get", "history", "listing", "meant_for", "search", "standing",
]
