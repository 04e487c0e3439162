"""Changing definitions as commands: publish one, publish a folder of files, withdraw an own version."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class PublishDefinition(Command):
    """Put the bytes of one definition into force. Answer {"id", "version", "hash"}.

    `begun_from`: the hash of the version that was changed; Conflict when another is in force meanwhile.
    `meant`: what goes otherwise than the office's own scenarios tell is meant so; else it raises WentOtherwise.
    """

    kind: str
    definition_key: str
    data: bytes
    file: str | None = None
    reason: str = ""
    begun_from: str | None = None
    meant: bool = False


@dataclass(frozen=True, kw_only=True)
class NoteRefusal(Command):
    """A file was refused: a line of the trail, since nothing else remains of it."""

    kind: str
    definition_key: str
    problems: int


@dataclass(frozen=True, kw_only=True)
class PublishFolder(Command):
    """Publish what is new below `root` in `base` or `tenants/<slug>`."""

    root: str
    folder: str = "base"


@dataclass(frozen=True, kw_only=True)
class KeepOwnDefinition(Command):
    """The base has moved on and the office's own version is meant to stay in force as it is.

    `base`: the hash of the base's version that was looked at, `own` of the office's; Conflict when either is another.
    """

    kind: str
    definition_key: str
    base: str
    own: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class WithdrawDefinition(Command):
    """Give up the office's own version."""

    kind: str
    definition_key: str
