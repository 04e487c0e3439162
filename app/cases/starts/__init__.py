"""Processes that begin by themselves: at a time, by a message, by a signal. Each makes an internal matter."""

from app.cases.starts.commands import BeginByMessage, FireStart, IndexStarts, NoteStartFailure, PublishMessage

__all__ = ["BeginByMessage", "FireStart", "IndexStarts", "NoteStartFailure", "PublishMessage"]
