"""Processes that begin by themselves: at a time, by a message, by a signal. Each makes an internal matter."""

from app.cases.starts.commands import (
    BeginByMessage,
    DropStartKeys,
    FireStart,
    IndexStarts,
    NoteStartFailure,
    PublishMessage,
    SendMessage,
)
from app.cases.starts.queries import Beginning, Waiting, beginnings, sent_by_hand, waiting

__all__ = ["BeginByMessage", "Beginning", "DropStartKeys", "FireStart", "IndexStarts", "NoteStartFailure",
           "PublishMessage", "SendMessage", "Waiting", "beginnings", "sent_by_hand", "waiting"]
