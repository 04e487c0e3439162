"""Processes that begin by themselves: at a time, by a message, by a signal. Each makes an internal matter."""

from app.cases.starts.commands import (
    BeginByMessage,
    DropStartKeys,
    FireStart,
    IndexStarts,
    NoteStartFailure,
    PublishMessage,
)

__all__ = ["BeginByMessage", "DropStartKeys", "FireStart", "IndexStarts", "NoteStartFailure", "PublishMessage"]
