"""What is noted of backups and restores, and what follows from one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class NoteBackup(Command):
    """Everything of the office was written into a file."""

    while_paused: ClassVar[bool] = True
    rows: int
    files: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class NoteRestore(Command):
    """The office came back as it was at `made_at` (ISO). `erased`: people who had been erased since, or before, and
    when (ISO)."""

    while_paused: ClassVar[bool] = True
    made_at: str
    migration: str
    held: bool
    erased: tuple[tuple[UUID, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class EraseAgain(Command):
    """Erase who waits for it and has no open request; once more is harmless. Answer {"erased"}."""

    while_paused: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class ReleaseOffice(Command):
    """Let an office work again that a restore holds. Conflict for one that is not held."""

    while_paused: ClassVar[bool] = True
